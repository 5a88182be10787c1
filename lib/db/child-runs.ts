import type { RunStatus } from '../engine/events'
import type { WaitingStatus } from '../engine/waiting'
import type { Id } from '../ids'
import { pool } from './client'
import type { StoredPayload } from './payloads'
import { TERMINAL_SQL } from './runs'

/** How the run of a sub-workflow ended, as its parent needs it. */
export interface ChildEnd {
  runId: Id
  status: RunStatus
  output: StoredPayload | null
  outputBytes: number
  tokens: number
  costUsd: number
  reason: string | null
  summary: string | null
  /** The run whose budget had not enough left, when that is why it failed: it may be one that waits for it. */
  budgetRunId: Id | null
}

/** The end of a child run. Throws when it has not ended: nobody asks before. */
export async function readChildEnd(runId: Id): Promise<ChildEnd> {
  const { rows } = await pool().query<ChildEnd>({
    name: 'child_end',
    text: `SELECT r.id AS "runId", r.status, r.output, r.tokens, r.cost_usd::float8 AS "costUsd", r.error_reason AS reason,
             r.error_summary AS summary,
             CASE WHEN r.error_reason = 'budget_exceeded' THEN (
               SELECT n.error -> 'details' ->> 'run_id' FROM node_runs n
                WHERE n.run_id = r.id AND n.node_id = r.error_node_id AND n.error ->> 'code' = 'budget_exceeded' LIMIT 1) END AS "budgetRunId",
             coalesce((SELECT (e.data ->> 'output_bytes')::int FROM run_events e WHERE e.run_id = r.id AND e.seq = r.last_seq), 0) AS "outputBytes"
           FROM runs r WHERE r.id = $1 AND r.status IN ${TERMINAL_SQL}`,
    values: [runId],
  })
  const [row] = rows
  if (!row) throw new Error(`the child run ${runId} has not ended`)
  return row
}

/** Whether the run of a sub-workflow waits for people, and at which node. */
export interface ChildStand {
  status: WaitingStatus
  waitingFor: string | null
}

export async function readChildStand(runId: Id): Promise<ChildStand> {
  const { rows } = await pool().query<ChildStand>({
    name: 'child_stand',
    text: `SELECT status, waiting_for AS "waitingFor" FROM runs
            WHERE id = $1 AND status IN ('waiting_for_user_input', 'waiting_for_approval')`,
    values: [runId],
  })
  return rows[0] ?? { status: 'running', waitingFor: null }
}

/** What a run that waits for a child is to it. */
export interface ParentRun {
  id: Id
  teamId: Id
  depth: number
  runBy: string
  userId: Id | null
  apiKeyId: Id | null
  dynamicVariables: Record<string, unknown>
  runtimeVariables: Record<string, unknown>
}

/** The run that waits, while it has not ended. */
export async function readParentRun(runId: Id): Promise<ParentRun | undefined> {
  const { rows } = await pool().query<ParentRun>({
    name: 'parent_run',
    text: `SELECT id, team_id AS "teamId", depth, run_by AS "runBy", user_id AS "userId", api_key_id AS "apiKeyId",
             variables -> 'dynamic' AS "dynamicVariables", variables -> 'runtime' AS "runtimeVariables"
           FROM runs WHERE id = $1 AND status NOT IN ${TERMINAL_SQL}`,
    values: [runId],
  })
  return rows[0]
}

/** The wait that waits for this run, and whether it has ended; undefined when nobody waits. */
export async function findParentWait(runId: Id): Promise<{ waitId: Id; hasEnded: boolean } | undefined> {
  const { rows } = await pool().query<{ waitId: Id; hasEnded: boolean }>({
    name: 'parent_wait',
    text: `SELECT parent_wait_id AS "waitId", status IN ${TERMINAL_SQL} AS "hasEnded" FROM runs WHERE id = $1 AND parent_wait_id IS NOT NULL`,
    values: [runId],
  })
  return rows[0]
}

/** The child run of a wait, while it goes on. */
export async function findLiveChild(waitId: Id): Promise<{ id: Id; teamId: Id } | undefined> {
  const { rows } = await pool().query<{ id: Id; teamId: Id }>({
    name: 'live_child',
    text: `SELECT id, team_id AS "teamId" FROM runs WHERE parent_wait_id = $1 AND status NOT IN ${TERMINAL_SQL}`,
    values: [waitId],
  })
  return rows[0]
}

/**
 * Open waits for child runs that nobody attended to for a while: the run was never made (`start`), or it ended and its parent
 * was not told (`settle`); and child runs whose parent no longer waits (`stop`).
 */
export async function findForgottenChildren(
  limit: number,
): Promise<{ waitId: Id; childId: Id | null; todo: 'start' | 'settle' | 'stop' }[]> {
  const { rows } = await pool().query<{ waitId: Id; childId: Id | null; todo: 'start' | 'settle' | 'stop' }>({
    name: 'forgotten_children',
    text: `
      (SELECT w.id AS "waitId", c.id AS "childId", CASE WHEN c.id IS NULL THEN 'start' ELSE 'settle' END AS todo
         FROM waits w LEFT JOIN runs c ON c.parent_wait_id = w.id
        WHERE w.kind = 'child' AND w.state = 'open' AND w.created_at < now() - interval '3 seconds'
          AND (c.id IS NULL OR c.ended_at < now() - interval '3 seconds') LIMIT $1)
      UNION ALL
      (SELECT w.id, c.id, 'stop' FROM runs c JOIN waits w ON w.id = c.parent_wait_id
        WHERE c.parent_wait_id IS NOT NULL AND c.status NOT IN ${TERMINAL_SQL} AND w.state = 'cancelled'
          AND w.resolved_at < now() - interval '3 seconds' LIMIT $1)`,
    values: [limit],
  })
  return rows
}
