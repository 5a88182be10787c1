import { type Id, newId } from '../ids'
import { LIMITS } from '../limits'
import { pool } from './client'

/** A value over this many bytes of JSON is kept apart, in `blobs`, and read on demand. */
export const INLINE_LIMIT_BYTES = LIMITS.inline_value.value

/** How a payload column holds a value. */
export type StoredPayload = { value: unknown } | { blob: Id; bytes: number }

/** A value on its way to the database: its column, and the blob row when it is large. */
export interface EncodedPayload {
  stored: StoredPayload
  bytes: number
  blob: { id: Id; body: string } | undefined
}

/** Encodes any JSON value; `undefined` is stored as null. `bytes` is the size of its JSON in UTF-8. */
export function encodePayload(value: unknown): EncodedPayload {
  const body = JSON.stringify(value ?? null)
  // Most values are far below the limit: length in UTF-16 units bounds the bytes by three, and spares the count.
  const bytes = body.length * 3 <= INLINE_LIMIT_BYTES ? body.length : Buffer.byteLength(body)
  if (bytes <= INLINE_LIMIT_BYTES) return { stored: { value: value ?? null }, bytes, blob: undefined }
  const id = newId()
  return { stored: { blob: id, bytes }, bytes, blob: { id, body } }
}

/** The value of a stored payload, fetched when it is kept apart. */
export async function decodePayload(stored: StoredPayload | null): Promise<unknown> {
  if (stored === null) return null
  if ('value' in stored) return stored.value
  const result = await pool().query<{ body: Buffer }>({
    name: 'read_blob',
    text: 'SELECT body FROM blobs WHERE id = $1',
    values: [stored.blob],
  })
  const body = result.rows[0]?.body
  if (!body) throw new Error(`blob ${stored.blob} is missing`)
  return JSON.parse(body.toString('utf8'))
}

/** Outputs of node runs by key, read in one statement. A key without a row is absent. */
export async function readNodeOutputs(runId: Id, keys: readonly string[]): Promise<Map<string, unknown>> {
  const result = await pool().query<{ key: string; output: StoredPayload | null }>({
    name: 'read_node_outputs',
    text: 'SELECT node_key AS key, output FROM node_runs WHERE run_id = $1 AND node_key = ANY($2)',
    values: [runId, keys],
  })
  const found = new Map<string, unknown>()
  for (const { key, output } of result.rows) found.set(key, await decodePayload(output))
  return found
}

/** The resolved config that one node ran with; `undefined` when there is no such node run. */
export async function readNodeInput(runId: Id, key: string): Promise<unknown> {
  const result = await pool().query<{ input: StoredPayload | null }>({
    name: 'read_node_input',
    text: 'SELECT input FROM node_runs WHERE run_id = $1 AND node_key = $2',
    values: [runId, key],
  })
  const row = result.rows[0]
  return row ? decodePayload(row.input) : undefined
}
