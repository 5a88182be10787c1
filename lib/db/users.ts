import type { PoolClient } from 'pg'
import { type Id, newId } from '../ids'
import { pool, prisma } from './client'

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

/** The account of an address in its stored form, inside a transaction. */
export async function findAccount(
  email: string,
  client: PoolClient,
): Promise<{ id: Id; name: string; isDisabled: boolean } | undefined> {
  const { rows } = await client.query<{ id: Id; name: string; isDisabled: boolean }>(
    'SELECT id, name, disabled_at IS NOT NULL AS "isDisabled" FROM users WHERE email = $1',
    [normaliseEmail(email)],
  )
  return rows[0]
}

/** Adds an account, inside a transaction. Undefined: the address has one already. */
export async function insertAccount(
  user: { email: string; name: string; passwordHash: string },
  client: PoolClient,
): Promise<Id | undefined> {
  const { rows } = await client.query<{ id: Id }>(
    `INSERT INTO users (id, email, name, password_hash) VALUES ($1, $2, $3, $4) ON CONFLICT (email) DO NOTHING RETURNING id`,
    [newId(), normaliseEmail(user.email), user.name, user.passwordHash],
  )
  return rows[0]?.id
}

export async function findPasswordHash(userId: Id): Promise<string | null> {
  const { rows } = await pool().query<{ hash: string }>(
    'SELECT password_hash AS hash FROM users WHERE id = $1 AND disabled_at IS NULL',
    [userId],
  )
  return rows[0]?.hash ?? null
}

export async function setPasswordHash(userId: Id, passwordHash: string, client: PoolClient): Promise<void> {
  await client.query('UPDATE users SET password_hash = $2 WHERE id = $1', [userId, passwordHash])
}
