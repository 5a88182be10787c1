import { createHash, randomBytes } from 'node:crypto'
import { writeSetting } from '../db/settings'
import { SETUP_TOKEN_KEY } from '../db/teams'
import { anyUserExists } from '../db/users'

/**
 * The one-time token that protects the set-up page. While nobody has an account, each start makes a new one, prints it and
 * stores its hash, which ends the one before. Null when there is an account already: then there is nothing to set up.
 */
export async function renewSetupToken(): Promise<string | null> {
  if (await anyUserExists()) return null
  const token = randomBytes(24).toString('base64url')
  await writeSetting(SETUP_TOKEN_KEY, { hash: hashSetupToken(token), createdAt: new Date().toISOString() })
  return token
}

/** What is stored of the token: SHA-256, hex. 192 random bits need no slow hash. */
export function hashSetupToken(token: string): string {
  return createHash('sha256').update(token.trim()).digest('hex')
}
