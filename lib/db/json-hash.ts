import { createHash } from 'node:crypto'
import { canonicalJson } from '../engine/canonical-json'

/** SHA-256 of the canonical JSON of a value, in hex. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}
