import type { CallUsage, Failure } from '../engine/events'
import type { Id } from '../ids'
import { pool } from './client'
import type { StoredPayload } from './payloads'
import type { NodeRunRow } from './run-reads'

/** What a node did in one of two runs; times are text. */
export interface ComparedNodeRow {
  node_id: string
  path: string[]
  status: NodeRunRow['status']
  attempt: number
  input: StoredPayload | null
  output: StoredPayload | null
  error: Failure | null
  usage: CallUsage[] | null
  started_at: string | null
  ended_at: string | null
}

export interface ComparedPair {
  node_key: string
  a: ComparedNodeRow | null
  b: ComparedNodeRow | null
}

const PAGE = 100

/** The nodes of two runs of a team side by side by their address, in the order of their keys. */
export async function* readPairs(of: { teamId: Id; a: Id; b: Id }): AsyncGenerator<ComparedPair> {
  for (let after = ''; ; ) {
    const { rows } = await pool().query<ComparedPair>({
      name: 'compare-runs',
      text: `SELECT coalesce(a.node_key, b.node_key) AS node_key,
                    CASE WHEN a.node_key IS NOT NULL THEN row_to_json(a) END AS a,
                    CASE WHEN b.node_key IS NOT NULL THEN row_to_json(b) END AS b
               FROM (SELECT * FROM node_runs WHERE run_id = $1 AND team_id = $3 AND node_key > $4 ORDER BY node_key LIMIT $5) a
               FULL JOIN (SELECT * FROM node_runs WHERE run_id = $2 AND team_id = $3 AND node_key > $4 ORDER BY node_key LIMIT $5) b
                 ON b.node_key = a.node_key
              ORDER BY coalesce(a.node_key, b.node_key) LIMIT $5`,
      values: [of.a, of.b, of.teamId, after, PAGE],
    })
    yield* rows
    const last = rows.at(-1)
    if (rows.length < PAGE || last === undefined) return
    after = last.node_key
  }
}
