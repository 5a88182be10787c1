import { nodeKey, type RunStatus, type WaitKind } from '../engine/events'
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
  runStatus: RunStatus
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

const SELECT = `SELECT w.id, w.run_id AS "runId", w.team_id AS "teamId", w.workflow_id AS "workflowId", r.workflow_cap AS "workflowCap",
  r.status AS "runStatus", w.node_key AS "nodeKey", w.node_id AS "nodeId", w.path, w.kind, w.request, w.shown_hash AS "shownHash",
  w.due_at AS "dueAt", w.state, w.outcome, w.resolved_by AS "resolvedBy", w.resolved_by_user_id AS "resolvedByUserId",
  w.created_at AS "createdAt", w.resolved_at AS "resolvedAt"
  FROM waits w JOIN runs r ON r.id = w.run_id`

/** Every wait of a run that people or programs answer, newest last; timers are not among them. */
export async function readHumanWaits(runId: Id): Promise<WaitRow[]> {
  const result = await pool().query<WaitRow>({
    name: 'human_waits',
    text: `${SELECT} WHERE w.run_id = $1 AND w.kind IN ('approval', 'input') ORDER BY w.created_at, w.id`,
    values: [runId],
  })
  return result.rows
}

/** A wait whatever its state. */
export async function readWait(id: Id): Promise<WaitRow | null> {
  const result = await pool().query<WaitRow>({
    name: 'read_wait',
    text: `${SELECT} WHERE w.id = $1`,
    values: [id],
  })
  return result.rows[0] ?? null
}

/** The wait of a callback node at one address, whatever its state; the latest of several attempts. */
export async function readCallbackWait(at: { runId: Id; nodeId: string; path: string[] }): Promise<WaitRow | null> {
  const result = await pool().query<WaitRow>({
    name: 'callback_wait',
    text: `${SELECT} WHERE w.run_id = $1 AND w.node_key = $2 AND w.kind = 'callback' ORDER BY w.created_at DESC LIMIT 1`,
    values: [at.runId, nodeKey(at.path, at.nodeId)],
  })
  return result.rows[0] ?? null
}

/** Open waits whose time passed at least `lateMs` ago: what the queue should have fired and has not. */
export async function findOverdueWaits(lateMs: number, limit: number): Promise<WaitRow[]> {
  const result = await pool().query<WaitRow>({
    name: 'overdue_waits',
    text: `${SELECT} WHERE w.state = 'open' AND w.due_at IS NOT NULL AND w.due_at < clock_timestamp() - $1 * interval '1 ms'
           ORDER BY w.due_at LIMIT $2`,
    values: [lateMs, limit],
  })
  return result.rows
}
