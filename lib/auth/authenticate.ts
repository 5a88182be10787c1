import type { KeyIdentityRow } from '../db/api-keys'
import type { TokenIdentityRow } from '../db/oauth'
import type { SessionIdentityRow } from '../db/sessions'
import { publicUrl } from '../env'
import { AppError } from '../errors'
import { requireSameOrigin } from './authorize'
import { readCredentials } from './credentials'
import {
  grantIdentity,
  keyIdentity,
  keyIdentityById,
  noteGrantUsed,
  noteKeyUsed,
  noteSessionUsed,
  sessionIdentity,
  tokenIdentity,
} from './identities'
import { jwtIdentity, looksLikeJwt, memberOf } from './jwt'
import { isAccessToken } from './oauth/tokens'
import { SCOPES } from './permissions'
import type { Principal } from './principal'
import { openSessionToken, readSessionToken } from './session-cookie'

/** A session nobody used for this long has ended; `expires_at` ends it absolutely. */
export const SESSION_IDLE_MS = 24 * 60 * 60 * 1000

/**
 * Who is calling: the one resolver for every door. An API key by `X-API-Key`, `Authorization: Bearer` or
 * `Authorization: ApiKey`, or the browser's session cookie, which a changing request may use only from our own origin.
 * An OAuth access token is taken where it is good: at its `audience`, by default this installation as a whole.
 * Throws `unauthenticated` (401) for a credential that is missing, unreadable, unknown, expired or revoked, whose person is
 * disabled or no longer in the team, and for two that speak of different people.
 */
export async function authenticate(
  request: Pick<Request, 'headers' | 'method'>,
  options: { audience?: string } = {},
): Promise<Principal> {
  const { apiKey, cookie } = readCredentials(request.headers)
  if (apiKey === null) {
    const principal = cookie === null ? null : await principalOfCookie(cookie)
    if (principal === null) {
      throw new AppError('unauthenticated', 'Sign in, or send an API key as "X-API-Key" or "Authorization: Bearer".')
    }
    requireSameOrigin(request)
    return principal
  }
  const named = request.headers.get('x-tenant-id')
  const principal = await principalOfBearer(apiKey, { audience: options.audience ?? publicUrl(), named })
  if (cookie !== null) await refuseContradiction(principal, cookie)
  return principal
}

/**
 * The person whose session a Cookie header carries; null when there is none that stands. For pages, which send the visitor
 * to sign in instead of refusing; calls go through {@link authenticate}.
 */
export async function principalOfCookie(cookieHeader: string): Promise<Principal | null> {
  const token = readSessionToken(cookieHeader)
  const claims = token === null ? null : await openSessionToken(token)
  if (claims === null) return null
  const row = await sessionIdentity(claims.sessionId)
  const principal = row === null || row.userId !== claims.userId ? null : orNull(admitSession(row))
  if (principal !== null) noteSessionUsed(claims.sessionId)
  return principal
}

/**
 * Whether a caller who was let in some time ago would be let in now, with the same rights. For open streams: ask every few
 * seconds, and end the stream when the answer is false (the caller comes back with its present rights, or not at all).
 */
export async function revalidate(principal: Principal): Promise<boolean> {
  const now = await currentPrincipalFor(principal)
  if (now === null || now.role !== principal.role || now.team.id !== principal.team.id) return false
  return (now.scopes ?? []).join() === (principal.scopes ?? []).join()
}

async function currentPrincipalFor(principal: Principal): Promise<Principal | null> {
  if (principal.jwtEndsAtMs !== undefined) return stillMember(principal, principal.jwtEndsAtMs)
  if (principal.kind === 'oauth') {
    const row = await grantIdentity(principal.id)
    return row === null ? null : orNull(admitToken(row))
  }
  if (principal.kind === 'api_key') {
    const row = await keyIdentityById(principal.id)
    return row === null ? null : orNull(admitKey(row))
  }
  if (principal.sessionId === undefined) return null
  const row = await sessionIdentity(principal.sessionId)
  return row === null || row.userId !== principal.userId ? null : orNull(admitSession(row))
}

/** `named`: the team that is meant, for those that may stand for several. */
function principalOfBearer(secret: string, at: { audience: string; named: string | null }): Promise<Principal> {
  if (isAccessToken(secret)) return principalOfToken(secret, at.audience)
  return looksLikeJwt(secret) ? principalOfJwt(secret, at.named) : principalOfKey(secret)
}

async function principalOfToken(secret: string, audience: string): Promise<Principal> {
  const row = await tokenIdentity(secret)
  if (row === null) throw new AppError('unauthenticated', 'The access token has expired or was revoked.')
  if (row.resource !== audience && row.resource !== publicUrl()) {
    throw new AppError('unauthenticated', `The access token is good at ${row.resource} only.`)
  }
  const admitted = admitToken(row)
  if (typeof admitted === 'string') throw new AppError('unauthenticated', admitted)
  noteGrantUsed(row.grantId)
  return admitted
}

/** The principal of an access token as it stands now: the person's role, and no more than the scopes they allowed. */
function admitToken(row: TokenIdentityRow): Principal | string {
  if (row.expiresAt.getTime() <= Date.now()) return 'The access token has expired.'
  if (row.userDisabledAt !== null || row.role === null) return 'Who gave the consent is no longer a member of the team.'
  return {
    kind: 'oauth',
    id: row.grantId,
    userId: row.userId,
    name: `${row.userName} (by ${row.clientName})`,
    email: row.userEmail,
    role: row.role,
    scopes: SCOPES.filter((scope) => row.scopes.includes(scope)),
    team: { id: row.teamId, name: row.teamName, slug: row.teamSlug },
  }
}

async function principalOfJwt(token: string, named: string | null): Promise<Principal> {
  const row = await jwtIdentity(token, named)
  if (row.disabledAt !== null) throw new AppError('unauthenticated', 'The account that the token names is disabled.')
  return {
    kind: 'oauth',
    id: row.userId,
    userId: row.userId,
    name: row.userName,
    email: row.email,
    role: row.role,
    scopes: SCOPES.filter((scope) => row.scopes.includes(scope)),
    team: row.team,
    jwtEndsAtMs: row.endsAtMs,
  }
}

/** Who sent a JWT a while ago, as they are now; null when the token or the membership has ended. */
async function stillMember(principal: Principal, endsAtMs: number): Promise<Principal | null> {
  if (endsAtMs <= Date.now() || principal.email === null) return null
  const member = await memberOf(principal.email, principal.team.id)
  return member === null || member.disabledAt !== null ? null : { ...principal, role: member.role }
}

async function principalOfKey(secret: string): Promise<Principal> {
  const row = await keyIdentity(secret)
  if (row === null) throw new AppError('unauthenticated', 'The API key is not known here.')
  const admitted = admitKey(row)
  if (typeof admitted === 'string') throw new AppError('unauthenticated', admitted)
  noteKeyUsed(row.keyId)
  return admitted
}

async function refuseContradiction(principal: Principal, cookie: string): Promise<void> {
  const person = await principalOfCookie(cookie)
  if (person === null || (person.userId === principal.userId && person.team.id === principal.team.id)) return
  throw new AppError('unauthenticated', 'The API key and the signed-in session belong to different people; send one.')
}

/** The principal of a key as it stands now, or the sentence that refuses it. */
function admitKey(row: KeyIdentityRow): Principal | string {
  if (row.revokedAt !== null) return 'The API key was revoked.'
  if (row.expiresAt !== null && row.expiresAt.getTime() <= Date.now()) return 'The API key has expired.'
  if (row.disabledAt !== null || row.role === null)
    return 'The creator of the API key is no longer a member of the team.'
  return {
    kind: 'api_key',
    id: row.keyId,
    userId: row.userId,
    name: `key "${row.keyName}"`,
    email: null,
    role: row.role,
    scopes: SCOPES.filter((scope) => row.scopes.includes(scope)),
    team: { id: row.teamId, name: row.teamName, slug: row.teamSlug },
  }
}

/** The principal of a session as it stands now, or the sentence that refuses it. */
function admitSession(row: SessionIdentityRow): Principal | string {
  const now = Date.now()
  if (row.revokedAt !== null) return 'You are signed out.'
  if (row.expiresAt.getTime() <= now || row.lastSeenAt.getTime() + SESSION_IDLE_MS <= now)
    return 'The session has ended.'
  if (row.disabledAt !== null || row.role === null) return 'You are no longer a member of the team.'
  return {
    kind: 'user',
    id: row.userId,
    userId: row.userId,
    name: row.userName,
    email: row.email,
    role: row.role,
    scopes: null,
    team: { id: row.teamId, name: row.teamName, slug: row.teamSlug },
    sessionId: row.sessionId,
  }
}

function orNull(admitted: Principal | string): Principal | null {
  return typeof admitted === 'string' ? null : admitted
}
