import { nodeKey, type WaitKind } from '../engine/events'
import type { WaitOutcome } from '../engine/waits'
import type { Id } from '../ids'
import { pool } from './client'

export interface WaitRow {
  id: Id
  runId: Id
  teamId: Id
  workflowId: Id
  /** The limit of runs at once that the definition of the run has. */
  workflowCap: number | null
  nodeKey: string
  nodeId: string
  path: string[]
  kind: WaitKind
  request: Record<string, unknown>
  shownHash: string | null
  dueAt: Date | null
  state: 'open' | 'resolved' | 'cancelled'
  outcome: WaitOutcome | null
  resolvedBy: string | null
  resolvedByUserId: Id | null
  createdAt: Date
  resolvedAt: Date | null
}

const COLUMNS = `id, run_id AS "runId", team_id AS "teamId", workflow_id AS "workflowId",
  (SELECT r.workflow_cap FROM runs r WHERE r.id = run_id) AS "workflowCap", node_key AS "nodeKey", node_id AS "nodeId",
  path, kind, request, shown_hash AS "shownHash", due_at AS "dueAt", state, outcome, resolved_by AS "resolvedBy",
  resolved_by_user_id AS "resolvedByUserId", created_at AS "createdAt", resolved_at AS "resolvedAt"`

/** Every wait of a run that people or programs answer, newest last; timers are not among them. */
export async function readHumanWaits(runId: Id): Promise<WaitRow[]> {
  const result = await pool().query<WaitRow>({
    name: 'human_waits',
    text: `SELECT ${COLUMNS} FROM waits WHERE run_id = $1 AND kind IN ('approval', 'input') ORDER BY created_at, id`,
    values: [runId],
  })
  return result.rows
}

/** A wait whatever its state. */
export async function readWait(id: Id): Promise<WaitRow | null> {
  const result = await pool().query<WaitRow>({
    name: 'read_wait',
    text: `SELECT ${COLUMNS} FROM waits WHERE id = $1`,
    values: [id],
  })
  return result.rows[0] ?? null
}

/** The wait of a callback node at one address, whatever its state; the latest of several attempts. */
export async function readCallbackWait(at: { runId: Id; nodeId: string; path: string[] }): Promise<WaitRow | null> {
  const result = await pool().query<WaitRow>({
    name: 'callback_wait',
    text: `SELECT ${COLUMNS} FROM waits WHERE run_id = $1 AND node_key = $2 AND kind = 'callback' ORDER BY created_at DESC LIMIT 1`,
    values: [at.runId, nodeKey(at.path, at.nodeId)],
  })
  return result.rows[0] ?? null
}

/** Open waits whose time passed at least `lateMs` ago: what the queue should have fired and has not. */
export async function findOverdueWaits(lateMs: number, limit: number): Promise<WaitRow[]> {
  const result = await pool().query<WaitRow>({
    name: 'overdue_waits',
    text: `SELECT ${COLUMNS} FROM waits WHERE state = 'open' AND due_at IS NOT NULL AND due_at < clock_timestamp() - $1 * interval '1 ms'
           ORDER BY due_at LIMIT $2`,
    values: [lateMs, limit],
  })
  return result.rows
}
