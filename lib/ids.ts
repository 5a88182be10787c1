import { AppError } from './errors'

/**
 * Every id is 96 bits: 48 bits of millisecond time and 48 random bits. One row has four spellings, all computed:
 *
 * - canonical: a valid UUIDv7 whose last 26 bits of `rand_b` are zero
 * - object id: 24 lower-case hex digits
 * - prefixed: `wf_…`, 20 digits of Crockford base32 of the same bits
 * - orchestration: `maip-orch:` and a ULID whose last 32 bits are zero
 *
 * Source: `docs/api.md`, "Identifiers".
 */
export type Id = string

export const ID_PREFIXES = {
  workflow: 'wf',
  run: 'job',
  team: 'team',
  project: 'proj',
  node: 'node',
} as const
export type IdPrefix = (typeof ID_PREFIXES)[keyof typeof ID_PREFIXES]

/** The id that no row has. A well-formed id that cannot be one of ours is looked up as this, and so answers 404. */
export const NO_SUCH_ID: Id = '00000000-0000-0000-0000-000000000000'

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz'
const ORCHESTRATION_PREFIX = 'maip-orch:'
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const OBJECT_ID = /^[0-9a-f]{24}$/

/** A new canonical id. Time and randomness are arguments so that a caller with its own clock stays deterministic. */
export function newId(nowMs: number = Date.now(), random: Uint8Array = sixRandomBytes()): Id {
  let hex = nowMs.toString(16).padStart(12, '0')
  for (let index = 0; index < 6; index++) hex += HEX[random[index] ?? 0]
  return fromObjectId(hex)
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Drawn many at a time: a call of the generator costs the same for six bytes as for three thousand. */
const drawn = new Uint8Array(6 * 512)
let used = drawn.length

function sixRandomBytes(): Uint8Array {
  if (used === drawn.length) {
    crypto.getRandomValues(drawn)
    used = 0
  }
  used += 6
  return drawn.subarray(used - 6, used)
}

/** 24 hex digits → canonical UUIDv7. */
function fromObjectId(hex: string): Id {
  const time = hex.slice(0, 12)
  const randA = hex.slice(12, 15)
  // 36 bits go to the top of rand_b, under the two variant bits (10); the 26 bits below stay zero.
  const rest = Number.parseInt(hex.slice(15), 16)
  const high = 0x8000 + Math.floor(rest / 2 ** 22)
  const low = (rest % 2 ** 22) * 2 ** 26
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randA}-${high.toString(16)}-${low.toString(16).padStart(12, '0')}`
}

/** Canonical → 24 hex digits. Throws a plain Error for a UUID that is not one of ours: callers pass stored ids. */
export function toObjectId(id: Id): string {
  const hex = objectIdOf(id)
  if (hex === undefined) throw new Error(`not a 96-bit id: ${id}`)
  return hex
}

function objectIdOf(id: Id): string | undefined {
  const hex = id.replaceAll('-', '')
  if (hex[12] !== '7') return undefined
  const randB = BigInt(`0x${hex.slice(16)}`)
  if (randB >> 62n !== 0b10n || (randB & ((1n << 26n) - 1n)) !== 0n) return undefined
  const rest = (randB >> 26n) & ((1n << 36n) - 1n)
  return hex.slice(0, 12) + hex.slice(13, 16) + rest.toString(16).padStart(9, '0')
}

/** Canonical → `wf_…`. */
export function toPrefixed(prefix: IdPrefix, id: Id): string {
  return `${prefix}_${base32(BigInt(`0x${toObjectId(id)}`), 20)}`
}

/** Canonical → `maip-orch:<ULID>`. */
export function toOrchestration(id: Id): string {
  return ORCHESTRATION_PREFIX + base32(BigInt(`0x${toObjectId(id)}`) << 32n, 26).toUpperCase()
}

/** Any spelling → canonical, `undefined` when malformed. */
export function parseId(text: string): Id | undefined {
  const lower = text.toLowerCase()
  if (UUID.test(lower)) return lower
  if (OBJECT_ID.test(text)) return fromObjectId(text)
  if (lower.startsWith(ORCHESTRATION_PREFIX)) {
    const bits = unbase32(lower.slice(ORCHESTRATION_PREFIX.length), 26)
    if (bits === undefined || bits >= 1n << 128n) return undefined
    if (bits & 0xffffffffn) return NO_SUCH_ID
    return fromObjectId((bits >> 32n).toString(16).padStart(24, '0'))
  }
  const underscore = lower.indexOf('_')
  if (underscore > 0 && (Object.values(ID_PREFIXES) as string[]).includes(lower.slice(0, underscore))) {
    const bits = unbase32(lower.slice(underscore + 1), 20)
    if (bits === undefined || bits >= 1n << 96n) return undefined
    return fromObjectId(bits.toString(16).padStart(24, '0'))
  }
  return undefined
}

/** Any spelling → canonical. Throws `invalid_id` (400) naming the field when malformed. */
export function requireId(text: string, field = 'id'): Id {
  const id = typeof text === 'string' ? parseId(text) : undefined
  if (id === undefined) {
    throw new AppError('invalid_id', `${field} is not an id: expected a UUID, 24 hex digits, wf_…, or maip-orch:…`, {
      errors: [{ path: field, message: 'not a well-formed id' }],
    })
  }
  return id
}

function base32(bits: bigint, digits: number): string {
  let out = ''
  for (let i = digits - 1; i >= 0; i--) out += CROCKFORD[Number((bits >> BigInt(i * 5)) & 31n)]
  return out
}

function unbase32(text: string, digits: number): bigint | undefined {
  if (text.length !== digits) return undefined
  let bits = 0n
  for (const char of text) {
    const value = CROCKFORD.indexOf(char === 'o' ? '0' : char === 'i' || char === 'l' ? '1' : char)
    if (value < 0) return undefined
    bits = (bits << 5n) | BigInt(value)
  }
  return bits
}
