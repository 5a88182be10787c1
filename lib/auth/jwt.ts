import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { findMemberByEmail, type MemberRow } from '../db/members'
import { processSingleton } from '../db/process'
import { asEngine } from '../db/team-context'
import { env } from '../env'
import { AppError } from '../errors'
import { parseId } from '../ids'
import { DEFAULT_SCOPES } from './oauth/metadata'
import { createTtlCache } from './ttl-cache'

const TTL_MS = 2_000
/** How far clocks may be apart. */
const TOLERANCE_SECONDS = 30

/** Three base64url parts: nothing else of ours looks like that. */
export function looksLikeJwt(text: string): boolean {
  return /^[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(text)
}

export interface JwtIdentity extends MemberRow {
  scopes: readonly string[]
  endsAtMs: number
}

/**
 * Who a JWT of the configured provider speaks for: the member whose e-mail address it names, in the team that `team_id` says
 * or else `named`, or the only one. The algorithm is pinned by what is configured, and `iss`, `aud` and `exp` are required. Throws
 * `unauthenticated`.
 */
export async function jwtIdentity(token: string, named: string | null): Promise<JwtIdentity> {
  const claims = await verify(token)
  const email = typeof claims.email === 'string' ? claims.email : undefined
  // Whoever can name any address there would be whomever they like: the provider must have checked it.
  if (email === undefined || claims.email_verified !== true) throw refused('it names no verified e-mail address')
  const asked = named === null ? undefined : (parseId(named) ?? named.slice(0, 100))
  const teamId = typeof claims.team_id === 'string' ? claims.team_id : asked
  const member = await memberOf(email, teamId)
  if (!member)
    throw refused(
      'nobody with its e-mail address is a member of the team; who has several teams names one, by the claim team_id or the header X-Tenant-ID',
    )
  return { ...member, scopes: scopesOf(claims), endsAtMs: (claims.exp ?? 0) * 1_000 }
}

/** The member as the database had it at most two seconds ago. */
export async function memberOf(email: string, team: string | undefined): Promise<MemberRow | null> {
  return members().get(`${email} ${team ?? ''}`, () => asEngine(() => findMemberByEmail(email, team)))
}

const members = () =>
  processSingleton('jwt-members', () => createTtlCache<MemberRow | null>({ ttlMs: TTL_MS, maxEntries: 5_000 }))

function scopesOf(claims: JWTPayload): readonly string[] {
  if (typeof claims.scope === 'string') return claims.scope.split(' ')
  return DEFAULT_SCOPES
}

async function verify(token: string): Promise<JWTPayload> {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = env()
  const key = keyOf()
  if (!key || issuer === undefined || audience === undefined) {
    throw refused(
      'this installation takes no JWTs: an operator sets JWT_ISSUER, JWT_AUDIENCE and JWT_JWKS_URL or JWT_SECRET',
    )
  }
  const options = {
    algorithms: key.algorithms,
    issuer,
    audience,
    clockTolerance: TOLERANCE_SECONDS,
    requiredClaims: ['exp', 'iss', 'aud'],
  }
  try {
    const { payload } =
      key.kind === 'secret' ? await jwtVerify(token, key.secret, options) : await jwtVerify(token, key.jwks, options)
    return payload
  } catch (error) {
    if (key.kind === 'jwks' && isAboutKeySet(error)) throw providerAway(error)
    if (error instanceof errors.JOSEError) throw refused(reasonOf(error))
    throw error
  }
}

type Key =
  | { kind: 'secret'; secret: Uint8Array; algorithms: string[] }
  | { kind: 'jwks'; jwks: JWTVerifyGetKey; algorithms: string[] }

/** Public keys are never taken for a secret: each way of signing has its own algorithms. */
function keyOf(): Key | undefined {
  const { JWT_JWKS_URL: url, JWT_SECRET: secret } = env()
  if (url !== undefined) {
    const jwks = processSingleton('jwks', () => createRemoteJWKSet(new URL(url), { timeoutDuration: 5_000 }))
    return { kind: 'jwks', jwks, algorithms: ['RS256', 'ES256'] }
  }
  return secret === undefined
    ? undefined
    : { kind: 'secret', secret: new TextEncoder().encode(secret), algorithms: ['HS256'] }
}

/** A key set that cannot be had says nothing of the token; whoever sends it is not let in, and may try again. */
function isAboutKeySet(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true // of the network
  return error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid || error.code === 'ERR_JOSE_GENERIC'
}

function providerAway(cause: unknown): AppError {
  const message = 'The keys of the identity provider cannot be read now. Try again in a moment.'
  return new AppError('unavailable', message, { retryAfterSeconds: 5, cause })
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired'
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim "${error.claim}" is not what it must be`
  return 'it is not signed as it must be'
}

function refused(reason: string): AppError {
  return new AppError('unauthenticated', `The token is not accepted: ${reason}.`)
}
