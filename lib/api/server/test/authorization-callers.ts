import { SignJWT } from 'jose'
import { mcpResource, OAUTH_SCOPES } from '../../../auth/oauth/metadata'
import { hashOAuthSecret, newOAuthSecret } from '../../../auth/oauth/tokens'
import { ROLES, type Role, SCOPES, type Scope } from '../../../auth/permissions'
import { prisma } from '../../../db/client'
import { insertOAuthGrant, insertOAuthToken } from '../../../db/oauth'
import { env, publicUrl } from '../../../env'
import { makeKey, makePerson, makeSession, type TestPerson, type TestTeam } from '../../../testing/people'

/** Who calls in `authorization.api.test.ts`: every kind of credential, each with what it should be worth. */
export interface Caller {
  name: string
  kind: 'key' | 'person' | 'program'
  headers: Record<string, string>
  /** null: a credential that is none. */
  who: { role: Role; scopes: readonly Scope[] | null } | null
  /** A browser that another site made call. */
  isForeignPage?: true
  /** Good at MCP alone. */
  isForMcp?: true
}

/** Of everybody in this team; for a page at `url`, and a provider of JWTs as the environment says. */
export async function makeCallers(team: TestTeam, url: string): Promise<Caller[]> {
  return (await Promise.all([makeKeys(team), makeBrowsers(team, url), makePrograms(team), makeJwts(team)])).flat()
}

const nobody = { who: null } as const

async function makeKeys(team: TestTeam): Promise<Caller[]> {
  const kind = 'key' as const
  const keyOf = async (person: TestPerson, scopes: readonly Scope[] = ['admin'], expiresAt: Date | null = null) => {
    const { id, secret } = await makeKey(person, scopes, expiresAt)
    return { id, headers: { 'x-api-key': secret } }
  }
  const made = async (name: string, role: Role, scopes: readonly Scope[]): Promise<Caller> => {
    const { headers } = await keyOf(await makePerson(team, role), scopes)
    return { name, kind, headers, who: { role, scopes } }
  }
  const [fallen, gone, disabled] = [await makePerson(team), await makePerson(team), await makePerson(team)]
  const [ofFallen, ofGone, ofDisabled] = [await keyOf(fallen), await keyOf(gone), await keyOf(disabled)]
  const [revoked, expired] = [
    await keyOf(await makePerson(team)),
    await keyOf(await makePerson(team), ['admin'], new Date(Date.now() - 1_000)),
  ]
  await prisma().membership.updateMany({ where: { userId: fallen.id }, data: { role: 'viewer' } })
  await remove(gone)
  await disable(disabled)
  await prisma().apiKey.update({ where: { id: revoked.id }, data: { revokedAt: new Date() } })
  return [
    ...(await Promise.all(ROLES.map((role) => made(`${role}, key with admin`, role, ['admin'])))),
    ...(await Promise.all(SCOPES.map((scope) => made(`owner, key with ${scope}`, 'owner', [scope])))),
    await made('owner, key without a scope', 'owner', []),
    { name: 'owner who is a viewer now', kind, headers: ofFallen.headers, who: { role: 'viewer', scopes: ['admin'] } },
    { name: 'no credential', kind, headers: {}, ...nobody },
    { name: 'revoked key', kind, headers: revoked.headers, ...nobody },
    { name: 'expired key', kind, headers: expired.headers, ...nobody },
    { name: 'key of a removed member', kind, headers: ofGone.headers, ...nobody },
    { name: 'key of a disabled person', kind, headers: ofDisabled.headers, ...nobody },
  ]
}

async function makeBrowsers(team: TestTeam, url: string): Promise<Caller[]> {
  const kind = 'person' as const
  const own = { origin: url, 'sec-fetch-site': 'same-origin' }
  const sessionOf = async (person: TestPerson, page: Record<string, string> = own) => {
    const { id, cookie } = await makeSession(person)
    return { id, headers: { cookie, ...page } }
  }
  const made = async (role: Role): Promise<Caller> => {
    const { headers } = await sessionOf(await makePerson(team, role))
    return { name: `${role}, signed in`, kind, headers, who: { role, scopes: null } }
  }
  const [gone, disabled] = [await makePerson(team), await makePerson(team)]
  const [ofGone, ofDisabled] = [await sessionOf(gone), await sessionOf(disabled)]
  const [ended, expired, idle] = [
    await sessionOf(await makePerson(team)),
    await sessionOf(await makePerson(team)),
    await sessionOf(await makePerson(team)),
  ]
  const long = new Date(Date.now() - 25 * 60 * 60 * 1_000)
  await remove(gone)
  await disable(disabled)
  await prisma().session.update({ where: { id: ended.id }, data: { revokedAt: new Date() } })
  await prisma().session.update({ where: { id: expired.id }, data: { expiresAt: long } })
  await prisma().session.update({ where: { id: idle.id }, data: { lastSeenAt: long } })
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const onForeign = await sessionOf(await makePerson(team), foreign)
  return [
    ...(await Promise.all(ROLES.map(made))),
    {
      name: 'owner, on the page of another site',
      kind,
      headers: onForeign.headers,
      who: { role: 'owner', scopes: null },
      isForeignPage: true,
    },
    { name: 'session that was ended', kind, headers: ended.headers, ...nobody },
    { name: 'session past its time', kind, headers: expired.headers, ...nobody },
    { name: 'session that nobody used', kind, headers: idle.headers, ...nobody },
    { name: 'session of a removed member', kind, headers: ofGone.headers, ...nobody },
    { name: 'session of a disabled person', kind, headers: ofDisabled.headers, ...nobody },
  ]
}

async function makePrograms(team: TestTeam): Promise<Caller[]> {
  const kind = 'program' as const
  const tokenOf = async (
    person: TestPerson,
    scopes: readonly Scope[] = OAUTH_SCOPES,
    { resource = publicUrl(), livesMs = 60 * 60 * 1_000 } = {},
  ) => {
    const names = { clientId: 'x', clientName: 'Program', userId: person.id, teamId: team.id }
    const grantId = await insertOAuthGrant({ ...names, scopes, resource })
    const secret = newOAuthSecret('access')
    const expiresAt = new Date(Date.now() + livesMs)
    await insertOAuthToken({ hash: hashOAuthSecret(secret), grantId, kind: 'access', expiresAt })
    return { grantId, headers: bearer(secret) }
  }
  const made = async (name: string, role: Role, scopes: readonly Scope[]): Promise<Caller> => {
    const { headers } = await tokenOf(await makePerson(team, role), scopes)
    return { name, kind, headers, who: { role, scopes } }
  }
  const [gone, disabled] = [await makePerson(team), await makePerson(team)]
  const [ofGone, ofDisabled] = [await tokenOf(gone), await tokenOf(disabled)]
  const ended = await tokenOf(await makePerson(team))
  await remove(gone)
  await disable(disabled)
  await prisma().oAuthGrant.update({ where: { id: ended.grantId }, data: { revokedAt: new Date() } })
  const expired = await tokenOf(await makePerson(team), OAUTH_SCOPES, { livesMs: -1_000 })
  const forMcp = await tokenOf(await makePerson(team), OAUTH_SCOPES, { resource: mcpResource() })
  return [
    ...(await Promise.all(OAUTH_SCOPES.map((scope) => made(`program of an owner with ${scope}`, 'owner', [scope])))),
    await made('program of a viewer', 'viewer', OAUTH_SCOPES),
    {
      name: 'program for MCP alone',
      kind,
      headers: forMcp.headers,
      who: { role: 'owner', scopes: OAUTH_SCOPES },
      isForMcp: true,
    },
    { name: 'program whose consent was ended', kind, headers: ended.headers, ...nobody },
    { name: 'program with an old token', kind, headers: expired.headers, ...nobody },
    { name: 'program of a removed member', kind, headers: ofGone.headers, ...nobody },
    { name: 'program of a disabled person', kind, headers: ofDisabled.headers, ...nobody },
    { name: 'program with a made-up token', kind, headers: bearer(newOAuthSecret('access')), ...nobody },
  ]
}

async function makeJwts(team: TestTeam): Promise<Caller[]> {
  const kind = 'program' as const
  const secret = new TextEncoder().encode(env().JWT_SECRET)
  const signed = (email: string, claims: object = {}, key = secret, until = '1h') =>
    new SignJWT({ email, email_verified: true, ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(env().JWT_ISSUER ?? '')
      .setAudience(env().JWT_AUDIENCE ?? '')
      .setIssuedAt()
      .setExpirationTime(until)
      .sign(key)
  const [owner, viewer] = [await makePerson(team, 'owner'), await makePerson(team, 'viewer')]
  const [gone, disabled] = [await makePerson(team), await makePerson(team)]
  await remove(gone)
  await disable(disabled)
  const made = async (name: string, token: Promise<string>, who: Caller['who']): Promise<Caller> => ({
    name,
    kind,
    headers: bearer(await token),
    who,
  })
  const all = { scope: OAUTH_SCOPES.join(' ') }
  return Promise.all([
    made('JWT of an owner with runs:read', signed(owner.email, { scope: 'runs:read' }), {
      role: 'owner',
      scopes: ['runs:read'],
    }),
    made('JWT of a viewer', signed(viewer.email, all), { role: 'viewer', scopes: OAUTH_SCOPES }),
    made('JWT of a removed member', signed(gone.email, all), null),
    made('JWT of a disabled person', signed(disabled.email, all), null),
    made('JWT of nobody', signed('nobody@example.test', all), null),
    made('JWT past its time', signed(owner.email, all, secret, '-1h'), null),
    made('JWT of another provider', signed(owner.email, all, new TextEncoder().encode('t'.repeat(64))), null),
    made('JWT without a verified address', signed(owner.email, { ...all, email_verified: false }), null),
  ])
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

async function remove(person: TestPerson): Promise<void> {
  await prisma().membership.deleteMany({ where: { userId: person.id } })
}

async function disable(person: TestPerson): Promise<void> {
  await prisma().user.update({ where: { id: person.id }, data: { disabledAt: new Date() } })
}
