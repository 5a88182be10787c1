import { createHash, randomBytes } from 'node:crypto'
import type { OAuthTokenKind } from '../../db/oauth'

/** Secrets of OAuth are 256 random bits with a brand, so a secret scanner knows them; only their SHA-256 is stored. */
const BRANDS: Record<OAuthTokenKind, string> = { code: 'cs_ac_', access: 'cs_at_', refresh: 'cs_rt_' }

export function newOAuthSecret(kind: OAuthTokenKind): string {
  return BRANDS[kind] + randomBytes(32).toString('base64url')
}

export function hashOAuthSecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(secret, 'utf8').digest())
}

export function isAccessToken(text: string): boolean {
  return text.startsWith(BRANDS.access)
}
