import { createHash } from 'node:crypto'
import { decode } from 'next-auth/jwt'
import { env, publicUrl } from '../env'
import { log } from '../log'

/** What the sealed cookie says. Whether the session still stands is for the database to say. */
export interface SessionClaims {
  sessionId: string
  userId: string
}

const PLAIN_NAME = 'next-auth.session-token'
const MAX_CHUNKS = 8
const MAX_COOKIE_CHARS = 16_384
/** The protected header of every token we make, `{"alg":"dir","enc":"A256GCM"}`, and its empty key. Nothing else is opened. */
const SEALED_BY_US = 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..'
const MAX_REMEMBERED = 5_000

/** Whether cookies are bound to HTTPS and this host (`__Host-`, `Secure`). */
export function cookiesAreSecure(): boolean {
  return publicUrl().startsWith('https://')
}

/** The name of the session cookie. Behind HTTPS only the `__Host-` name counts: no sub-domain can plant it. */
export function sessionCookieName(): string {
  return cookiesAreSecure() ? `__Host-${PLAIN_NAME}` : PLAIN_NAME
}

/** The secret of the cookies; null when the installation has none, and then nobody is signed in. */
export function cookieSecret(): string | null {
  return env().NEXTAUTH_SECRET ?? null
}

/** The sealed token in a Cookie header, put together from its chunks when it was split. */
export function readSessionToken(cookieHeader: string, name: string = sessionCookieName()): string | null {
  if (!cookieHeader.includes(name)) return null
  const chunks: string[] = []
  for (const pair of cookieHeader.split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    const key = pair.slice(0, equals).trim()
    const value = pair.slice(equals + 1).trim()
    if (key === name) return bounded(value)
    const index = key.startsWith(`${name}.`) ? Number(key.slice(name.length + 1)) : Number.NaN
    if (Number.isInteger(index) && index >= 0 && index < MAX_CHUNKS) chunks[index] ??= value
  }
  // A missing chunk leaves a hole; the token would not open, so it is not one.
  return chunks.length > 0 && Object.keys(chunks).length === chunks.length ? bounded(chunks.join('')) : null
}

function bounded(value: string): string | null {
  return value !== '' && value.length <= MAX_COOKIE_CHARS ? value : null
}

const remembered = new Map<string, SessionClaims & { expiresAtMs: number }>()

/**
 * Opens a sealed token. Null for anything that we did not seal, that expired, or that lacks a session id or a user id.
 * Opening costs a tenth of a millisecond, so claims are remembered by the hash of the token; they cannot change.
 */
export async function openSessionToken(token: string, nowMs: number = Date.now()): Promise<SessionClaims | null> {
  if (!token.startsWith(SEALED_BY_US)) return null
  const secret = cookieSecret()
  if (secret === null) {
    log.error('NEXTAUTH_SECRET is not set, so no session can be checked and nobody is signed in')
    return null
  }
  const fingerprint = createHash('sha256').update(secret).update('\0').update(token).digest('base64')
  const known = remembered.get(fingerprint)
  if (known !== undefined) return known.expiresAtMs > nowMs ? known : null
  const claims = await unseal(token, secret)
  if (claims === null || claims.expiresAtMs <= nowMs) return null
  if (remembered.size >= MAX_REMEMBERED) remembered.clear()
  remembered.set(fingerprint, claims)
  return claims
}

async function unseal(token: string, secret: string): Promise<(SessionClaims & { expiresAtMs: number }) | null> {
  try {
    const payload = await decode({ token, secret })
    const { sid, sub, exp } = payload ?? {}
    if (typeof sid !== 'string' || sid === '' || typeof sub !== 'string' || sub === '') return null
    if (typeof exp !== 'number') return null
    return { sessionId: sid, userId: sub, expiresAtMs: exp * 1000 }
  } catch {
    return null // tampered, truncated, sealed with another secret, expired
  }
}
