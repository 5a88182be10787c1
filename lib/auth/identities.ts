import { hash } from 'node:crypto'
import { findKeyIdentityByHash, findKeyIdentityById, type KeyIdentityRow, touchKey } from '../db/api-keys'
import { touchGrant } from '../db/grants'
import { findGrantIdentity, findTokenIdentity, type TokenIdentityRow } from '../db/oauth'
import { processSingleton } from '../db/process'
import { findSessionIdentity, type SessionIdentityRow, touchSession } from '../db/sessions'
import { asEngine } from '../db/team-context'
import { log } from '../log'
import { isWellFormedApiKey } from './api-key'
import { createTtlCache } from './ttl-cache'

/** How long an answer of the database about a key or session is believed: a revocation is felt everywhere within this. */
export const IDENTITY_TTL_MS = 2_000
const TOUCH_EVERY_MS = 60_000
const MAX_ENTRIES = 20_000

// One per process, whichever bundle asks, so that forgetting in one is forgetting in all.
const identities = processSingleton('identities', () => ({
  keys: createTtlCache<KeyIdentityRow | null>({ ttlMs: IDENTITY_TTL_MS, maxEntries: MAX_ENTRIES }),
  keysById: createTtlCache<KeyIdentityRow | null>({ ttlMs: IDENTITY_TTL_MS, maxEntries: MAX_ENTRIES }),
  sessions: createTtlCache<SessionIdentityRow | null>({ ttlMs: IDENTITY_TTL_MS, maxEntries: MAX_ENTRIES }),
  tokens: createTtlCache<TokenIdentityRow | null>({ ttlMs: IDENTITY_TTL_MS, maxEntries: MAX_ENTRIES }),
  grants: createTtlCache<TokenIdentityRow | null>({ ttlMs: IDENTITY_TTL_MS, maxEntries: MAX_ENTRIES }),
  touchedAtMs: new Map<string, number>(),
  touching: new Set<Promise<void>>(),
}))

/** The key with this secret as the database had it at most two seconds ago. Throws when the database cannot be asked. */
export function keyIdentity(secret: string): KeyIdentityRow | null | Promise<KeyIdentityRow | null> {
  const digest = hash('sha256', secret, 'base64')
  // A mistyped key is refused by its checksum: noise costs no query and takes no place in memory.
  if (!identities.keys.has(digest) && !isWellFormedApiKey(secret)) return null
  return identities.keys.get(digest, () => asEngine(() => findKeyIdentityByHash(Buffer.from(digest, 'base64'))))
}

/** The same by the key's id. */
export function keyIdentityById(keyId: string): KeyIdentityRow | null | Promise<KeyIdentityRow | null> {
  return identities.keysById.get(keyId, () => asEngine(() => findKeyIdentityById(keyId)))
}

/** The session as the database had it at most two seconds ago. */
export function sessionIdentity(sessionId: string): SessionIdentityRow | null | Promise<SessionIdentityRow | null> {
  return identities.sessions.get(sessionId, () => asEngine(() => findSessionIdentity(sessionId)))
}

/** Who an OAuth access token speaks for, as the database had it at most two seconds ago. */
export function tokenIdentity(secret: string): TokenIdentityRow | null | Promise<TokenIdentityRow | null> {
  const digest = hash('sha256', secret, 'base64')
  return identities.tokens.get(digest, () => asEngine(() => findTokenIdentity(Buffer.from(digest, 'base64'))))
}

/** The same by the grant. */
export function grantIdentity(grantId: string): TokenIdentityRow | null | Promise<TokenIdentityRow | null> {
  return identities.grants.get(grantId, () => asEngine(() => findGrantIdentity(grantId)))
}

/** Forgets what is remembered, so that this process feels a revocation or a new role at once. */
export function forgetIdentities(): void {
  identities.keys.clear()
  identities.keysById.clear()
  identities.sessions.clear()
  identities.tokens.clear()
  identities.grants.clear()
}

/** Notes the use of a key at most once a minute, and never on the time of the request. */
export function noteKeyUsed(keyId: string): void {
  noteUse(keyId, touchKey)
}

/** Notes the use of a grant likewise. */
export function noteGrantUsed(grantId: string): void {
  noteUse(grantId, touchGrant)
}

/** Notes the use of a session likewise: the idle time counts from here. */
export function noteSessionUsed(sessionId: string): void {
  noteUse(sessionId, touchSession)
}

/** Resolves when every use noted so far is written; for an orderly stop, and for tests. */
export async function usesNoted(): Promise<void> {
  await Promise.all(identities.touching)
}

function noteUse(id: string, touch: (id: string) => Promise<void>): void {
  const { touchedAtMs, touching } = identities
  const now = Date.now()
  const before = touchedAtMs.get(id)
  if (before !== undefined && now - before < TOUCH_EVERY_MS) return
  if (touchedAtMs.size >= MAX_ENTRIES) touchedAtMs.clear()
  touchedAtMs.set(id, now)
  const written = touch(id)
    .catch((error: unknown) => log.warn({ err: error }, 'the last use of a key or session could not be noted'))
    .finally(() => touching.delete(written))
  touching.add(written)
}
