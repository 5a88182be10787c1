import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

/**
 * An API key is `cs_live_`, 43 base62 digits (256 random bits) and 6 base62 digits of a CRC-32 of all before. The prefix
 * and the checksum let a secret scanner recognise a leaked key, and let us refuse a mistyped one without a query.
 * Only the SHA-256 of the key is stored: 256 random bits need no slow hash, and the database holds nothing usable.
 */
const BRAND = 'cs_live_'
const RANDOM_DIGITS = 43
const CHECKSUM_DIGITS = 6
const SHOWN_DIGITS = 6
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const FORM = new RegExp(`^${BRAND}[0-9A-Za-z]{${RANDOM_DIGITS + CHECKSUM_DIGITS}}$`)

export interface GeneratedApiKey {
  /** The key itself: shown once, never stored. */
  secret: string
  /** The first characters, by which people recognise the key. */
  prefix: string
  /** What is stored. */
  hash: Uint8Array<ArrayBuffer>
}

/** A new key from the system's random source. */
export function generateApiKey(): GeneratedApiKey {
  const random = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), RANDOM_DIGITS)
  const body = BRAND + random
  const secret = body + checksum(body)
  return { secret, prefix: body.slice(0, BRAND.length + SHOWN_DIGITS), hash: hashApiKey(secret) }
}

/** SHA-256 of the whole key: the column `api_keys.key_hash`. */
export function hashApiKey(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(secret, 'utf8').digest())
}

/** Whether the text has the form and the checksum of a key. Says nothing about whether the key exists. */
export function isWellFormedApiKey(text: string): boolean {
  if (!FORM.test(text)) return false
  return text.slice(-CHECKSUM_DIGITS) === checksum(text.slice(0, -CHECKSUM_DIGITS))
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_DIGITS)
}

function base62(value: bigint, digits: number): string {
  let rest = value
  let out = ''
  for (let i = 0; i < digits; i++) {
    out = DIGITS[Number(rest % 62n)] + out
    rest /= 62n
  }
  return out
}
