import { createHash } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import { type Id, newId } from '../ids'
import type { WorkflowDefinition } from '../workflow/document'
import { pool } from './client'
import { processSingleton } from './process'

/** Definitions kept in memory, by count and by the length of their JSON. */
const MAX_CACHED = 500
const MAX_CACHED_CHARS = 64 * 1_048_576

interface CachedDefinition {
  definition: WorkflowDefinition
  chars: number
}

/** Insertion order is order of use: a hit is put back at the end, and the front is forgotten first. */
const cache = processSingleton('definitions', () => ({ byId: new Map<Id, CachedDefinition>(), chars: 0 }))

/**
 * The stored text of a definition, and its name: SHA-256 of exactly this text, hex. The same text is stored as draft and as
 * definition, so "the draft differs from the active version" is a comparison of two columns.
 */
export function encodeDefinition(definition: WorkflowDefinition): { text: string; hash: string } {
  const text = JSON.stringify(definition)
  return { text, hash: createHash('sha256').update(text).digest('hex') }
}

/** The id of the team's row with this content, made when there is none. Rows never change, so they can be shared by any number of versions and runs. */
export async function storeDefinition(
  client: Pool | PoolClient,
  options: { teamId: Id; text: string; hash: string },
): Promise<Id> {
  const { teamId, text, hash } = options
  for (;;) {
    const found = await client.query<{ id: Id }>({
      name: 'definition-by-hash',
      text: 'SELECT id FROM definitions WHERE team_id = $1 AND hash = $2',
      values: [teamId, hash],
    })
    if (found.rows[0] !== undefined) return found.rows[0].id
    const made = await client.query<{ id: Id }>(
      `INSERT INTO definitions (id, team_id, hash, body) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING id`,
      [newId(), teamId, hash, text],
    )
    if (made.rows[0] !== undefined) return made.rows[0].id
    // Somebody else made it between the two statements: the next round finds it.
  }
}

/**
 * A definition by its id, from memory when it was used lately. Shared by every caller in the process: never change it.
 * The id must come from a row of the caller's team; definitions are not looked up by what a caller sends.
 */
export async function loadDefinition(id: Id): Promise<WorkflowDefinition> {
  const cached = cachedDefinition(id)
  if (cached !== undefined) return cached
  const { rows } = await pool().query<{ body: string }>({
    name: 'definition-body',
    text: 'SELECT body::text AS body FROM definitions WHERE id = $1',
    values: [id],
  })
  const text = rows[0]?.body
  if (text === undefined) throw new Error(`definition ${id} is missing`)
  const definition = JSON.parse(text) as WorkflowDefinition // only parsed definitions are stored, and rows never change
  remember(id, definition, text.length)
  return definition
}

function cachedDefinition(id: Id): WorkflowDefinition | undefined {
  const entry = cache.byId.get(id)
  if (entry === undefined) return undefined
  cache.byId.delete(id)
  cache.byId.set(id, entry)
  return entry.definition
}

function remember(id: Id, definition: WorkflowDefinition, chars: number): void {
  if (cache.byId.has(id)) return
  cache.byId.set(id, { definition, chars })
  cache.chars += chars
  for (const [oldest, entry] of cache.byId) {
    if (cache.byId.size <= MAX_CACHED && cache.chars <= MAX_CACHED_CHARS) return
    cache.byId.delete(oldest)
    cache.chars -= entry.chars
  }
}
