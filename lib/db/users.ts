import { newId } from '../ids'
import { prisma } from './client'

/** What sign-in needs to know of an account. */
export interface SignInRow {
  id: string
  email: string
  name: string
  passwordHash: string
  disabledAt: Date | null
  /** The team that a new session opens: the one the person joined first. Null: member of none. */
  teamId: string | null
}

/** E-mail addresses are stored and looked up in this one form, so that no second spelling is a second account. */
export function normaliseEmail(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase()
}

/** The account of an e-mail address in any spelling, disabled ones too. */
export async function findUserForSignIn(email: string): Promise<SignInRow | null> {
  const user = await prisma().user.findUnique({
    where: { email: normaliseEmail(email) },
    include: { memberships: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }], take: 1, select: { teamId: true } } },
  })
  if (user === null) return null
  const { id, name, passwordHash, disabledAt, memberships } = user
  return { id, email: user.email, name, passwordHash, disabledAt, teamId: memberships[0]?.teamId ?? null }
}

/** Whether anybody has an account here. False: this installation waits for its set-up. */
export async function anyUserExists(): Promise<boolean> {
  return (await prisma().user.findFirst({ select: { id: true } })) !== null
}

/** Adds an account. The e-mail must be free: the unique index refuses a second one. */
export async function insertUser(user: { email: string; name: string; passwordHash: string }): Promise<{ id: string }> {
  const id = newId()
  await prisma().user.create({
    data: { id, email: normaliseEmail(user.email), name: user.name, passwordHash: user.passwordHash },
  })
  return { id }
}
