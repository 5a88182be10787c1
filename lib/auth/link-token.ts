import { createHash, randomBytes } from 'node:crypto'

/** The secret of a link that works once (an invitation, a new password): 192 random bits, of which only the hash is kept. */
export function makeLinkToken(): { token: string; hash: Uint8Array } {
  const token = randomBytes(24).toString('base64url')
  return { token, hash: hashLinkToken(token) }
}

/** What is stored of it: SHA-256. Random bits need no slow hash. */
export function hashLinkToken(token: string): Uint8Array {
  return createHash('sha256').update(token.slice(0, 100)).digest()
}
