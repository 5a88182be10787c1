import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'

/** One row that breaks an invariant of the stored data: the query's title and the row it found. */
export interface Violation {
  invariant: string
  row: Record<string, unknown>
}

const MAX_ROWS_SHOWN = 5

/** Runs every query of `invariants.sql`: each is titled by a `-- name:` line and must find nothing. */
export async function findViolations(connections: pg.Pool | pg.ClientBase): Promise<Violation[]> {
  const found: Violation[] = []
  for (const { invariant, sql } of invariants()) {
    const { rows } = await connections.query<Record<string, unknown>>(sql)
    found.push(...rows.slice(0, MAX_ROWS_SHOWN).map((row) => ({ invariant, row })))
  }
  return found
}

/** The queries of `invariants.sql`, in order. */
export function invariants(): { invariant: string; sql: string }[] {
  const text = readFileSync(fileURLToPath(new URL('invariants.sql', import.meta.url)), 'utf8')
  return text
    .split(/^-- name: /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n')
      return { invariant: part.slice(0, end).trim(), sql: part.slice(end + 1).trim() }
    })
}
