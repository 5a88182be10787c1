import type { Failure } from '../engine/events'
import type { Id } from '../ids'
import { pool } from './client'
import type { StoredPayload } from './payloads'

/** What a node of a run came to: the one that is active, else the one that ended last, where it ran more than once. */
export interface StepRow {
  nodeId: string
  status: 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled'
  output: StoredPayload | null
  error: Failure | null
}

/** Nodes that have begun, by id. The caller has found the run in the team. */
export async function readSteps(of: { teamId: Id; runId: Id }): Promise<Map<string, StepRow>> {
  const { rows } = await pool().query<StepRow>({
    name: 'run-steps',
    text: `SELECT DISTINCT ON (node_id) node_id AS "nodeId", status, output, error FROM node_runs
            WHERE run_id = $1 AND team_id = $2
            ORDER BY node_id, (ended_at IS NULL) DESC, ended_at DESC, node_key DESC`,
    values: [of.runId, of.teamId],
  })
  return new Map(rows.map((row) => [row.nodeId, row]))
}
