import { encode } from 'next-auth/jwt'
import { generateApiKey } from '../auth/api-key'
import type { Role, Scope } from '../auth/permissions'
import { cookieSecret, sessionCookieName } from '../auth/session-cookie'
import { insertKey } from '../db/api-keys'
import { prisma } from '../db/client'
import { insertSession } from '../db/sessions'
import { insertUser } from '../db/users'
import { newId } from '../ids'

export interface TestTeam {
  id: string
  name: string
  projectId: string
}

export interface TestPerson {
  id: string
  name: string
  email: string
  team: TestTeam
}

let count = 0

/** A team with one project and nobody in it. */
export async function makeTeam(name = `Team ${++count}`): Promise<TestTeam> {
  const [id, projectId] = [newId(), newId()]
  await prisma().team.create({ data: { id, name, slug: `team-${id.slice(-17, -10)}-${++count}` } })
  await prisma().project.create({ data: { id: projectId, teamId: id, name: 'General' } })
  return { id, name, projectId }
}

/** A member of the team. `passwordHash` opens nothing unless a test gives a real one. */
export async function makePerson(team: TestTeam, role: Role = 'owner', passwordHash = '-'): Promise<TestPerson> {
  const name = `${role} ${++count}`
  const email = `${role}.${count}@example.test`
  const { id } = await insertUser({ email, name, passwordHash })
  await prisma().membership.create({ data: { id: newId(), teamId: team.id, userId: id, role } })
  return { id, name, email, team }
}

/** A working API key of this person; `secret` is what a request sends. */
export async function makeKey(
  person: TestPerson,
  scopes: readonly Scope[] = ['admin'],
  expiresAt: Date | null = null,
): Promise<{ id: string; secret: string }> {
  const { secret, prefix, hash } = generateApiKey()
  const { id } = await insertKey(
    { teamId: person.team.id, createdBy: person.id, name: `key ${++count}`, prefix, hash, scopes, expiresAt },
    1000,
  )
  return { id, secret }
}

/** A signed-in browser of this person; `cookie` is the Cookie header it sends. */
export async function makeSession(person: TestPerson): Promise<{ id: string; cookie: string }> {
  const expiresAt = new Date(Date.now() + 14 * 24 * 60 * 60 * 1000)
  const { id } = await insertSession({ userId: person.id, teamId: person.team.id, expiresAt, userAgent: 'test' })
  return { id, cookie: await sealCookie({ sid: id, sub: person.id }) }
}

/** A Cookie header that carries these claims, sealed with the secret of the installation or with another one. */
export async function sealCookie(token: Record<string, unknown>, secret = cookieSecret() ?? ''): Promise<string> {
  return `${sessionCookieName()}=${await encode({ token, secret })}`
}
