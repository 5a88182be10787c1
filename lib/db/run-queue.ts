import type { Id } from '../ids'
import { pool } from './client'
import { FREE_SQL, RUN_COLUMNS, type RunRow, TERMINAL_SQL } from './runs'
import type { LimitedWorkflow } from './slots'

/**
 * The queue of a team: runs that want a worker and have none, by `queued_at`. One job per team wakes some worker, however
 * many runs are queued; a job that was lost is made good by the sweep, which asks {@link findQueuedTeams}.
 */

export interface QueuedRun extends RunRow {
  /** A dead worker held it. */
  wasHeld: boolean
  workflowCap: number | null
}

const PLAIN = 'r.queued_at IS NOT NULL AND r.workflow_cap IS NULL'
const LIMITED = 'r.queued_at IS NOT NULL AND r.workflow_cap IS NOT NULL'

const CLAIM = `
WITH RECURSIVE plain AS MATERIALIZED (
  SELECT r.id, r.queued_at, r.lease_owner FROM runs r WHERE r.team_id = $1 AND ${PLAIN}
  ORDER BY r.queued_at, r.id LIMIT $3 FOR UPDATE SKIP LOCKED
), limited AS MATERIALIZED (
  SELECT l.* FROM json_to_recordset($4::json) AS o("workflowId" uuid, "cap" int, "count" int), LATERAL (
    SELECT r.id, r.queued_at, r.lease_owner FROM runs r
    WHERE r.team_id = $1 AND r.workflow_id = o."workflowId" AND r.workflow_cap = o."cap" AND ${LIMITED}
    ORDER BY r.queued_at, r.id LIMIT o."count" FOR UPDATE SKIP LOCKED) AS l
), picked AS (
  SELECT * FROM (SELECT * FROM plain UNION ALL SELECT * FROM limited) AS p ORDER BY p.queued_at, p.id LIMIT $3
), taken AS (
  UPDATE runs r SET lease_owner = $2, lease_epoch = r.lease_epoch + 1, queued_at = NULL,
    recoveries = r.recoveries + CASE WHEN p.lease_owner IS NULL THEN 0 ELSE 1 END,
    status = CASE WHEN r.status = 'not_started' THEN 'started' ELSE r.status END,
    started_at = coalesce(r.started_at, now()), updated_at = now()
  FROM picked p
  WHERE r.id = p.id AND r.status NOT IN ${TERMINAL_SQL} AND ${FREE_SQL}
    AND EXISTS (SELECT FROM workers w WHERE w.id = $2 AND w.lease_until > clock_timestamp())
  RETURNING ${RUN_COLUMNS}, r.workflow_cap AS "workflowCap", p.lease_owner IS NOT NULL AS "wasHeld", p.queued_at AS since
), workflows_left AS (
  (SELECT r.workflow_id, r.workflow_cap FROM runs r WHERE r.team_id = $1 AND ${LIMITED}
   ORDER BY r.workflow_id, r.workflow_cap LIMIT 1)
  UNION ALL
  SELECT n.* FROM workflows_left l, LATERAL (
    SELECT r.workflow_id, r.workflow_cap FROM runs r
    WHERE r.team_id = $1 AND ${LIMITED} AND (r.workflow_id, r.workflow_cap) > (l.workflow_id, l.workflow_cap)
    ORDER BY r.workflow_id, r.workflow_cap LIMIT 1) AS n
)
SELECT t.*, w.list AS "limitedWorkflows"
FROM (SELECT coalesce(json_agg(json_build_object('workflowId', l.workflow_id, 'cap', l.workflow_cap)), '[]') AS list
      FROM (SELECT * FROM workflows_left LIMIT 1000) AS l) AS w
LEFT JOIN taken t ON true ORDER BY t.since, t.id`

/**
 * Leases queued runs of a team, oldest first: at most `count`, of limited workflows only as many as `offers` says. `limited`:
 * which of these had runs in the queue as it began. Taking a run of a dead worker counts as a recovery.
 */
export async function claimQueuedRuns(
  teamId: Id,
  owner: Id,
  count: number,
  offers: readonly (LimitedWorkflow & { count: number })[],
): Promise<{ runs: QueuedRun[]; limited: LimitedWorkflow[] }> {
  const { rows } = await pool().query<QueuedRun & { since: Date; limitedWorkflows: LimitedWorkflow[] }>({
    name: 'claim_queued_runs',
    text: CLAIM,
    values: [teamId, owner, count, JSON.stringify(offers)],
  })
  return { runs: rows.filter((row) => row.id !== null), limited: rows[0]?.limitedWorkflows ?? [] }
}

/**
 * Queues what was forgotten: runs that a dead worker holds, in front of their team, and runs that nobody holds although
 * something was asked of them. From then on whoever held a run can write nothing to it.
 */
export async function queueAbandonedRuns(limit: number): Promise<void> {
  await pool().query({
    name: 'queue_abandoned_runs',
    text: `
      WITH lost AS (
        (SELECT r.id FROM runs r WHERE r.lease_owner IS NOT NULL AND r.queued_at IS NULL AND NOT EXISTS (
           SELECT FROM workers w WHERE w.id = r.lease_owner AND w.lease_until > clock_timestamp()) LIMIT $1)
        UNION ALL
        (SELECT r.id FROM runs r WHERE r.lease_owner IS NULL AND r.queued_at IS NULL AND r.command_seq > r.command_applied
           AND r.status NOT IN ${TERMINAL_SQL} AND r.updated_at < now() - interval '5 seconds' LIMIT $1)
      )
      UPDATE runs r SET lease_epoch = r.lease_epoch + 1,
        queued_at = CASE WHEN r.lease_owner IS NULL THEN clock_timestamp() ELSE r.created_at END
      FROM lost l WHERE r.id = l.id AND r.queued_at IS NULL AND r.status NOT IN ${TERMINAL_SQL} AND ${FREE_SQL}`,
    values: [limit],
  })
}

/** Teams that have runs in the queue. One look into an index for each, however many runs there are. */
export async function findQueuedTeams(): Promise<Id[]> {
  const teams = (name: string, condition: string) => `${name} AS (
    (SELECT r.team_id FROM runs r WHERE ${condition} ORDER BY r.team_id LIMIT 1)
    UNION ALL
    SELECT n.team_id FROM ${name} l, LATERAL (
      SELECT r.team_id FROM runs r WHERE ${condition} AND r.team_id > l.team_id ORDER BY r.team_id LIMIT 1) AS n
  )`
  const { rows } = await pool().query<{ team_id: Id }>({
    name: 'queued_teams',
    text: `WITH RECURSIVE ${teams('plain', PLAIN)}, ${teams('limited', LIMITED)}
           SELECT team_id FROM plain UNION SELECT team_id FROM limited`,
  })
  return rows.map((row) => row.team_id)
}

/** Runs of the team in the queue, counted up to `atMost`. */
export async function countQueuedRuns(teamId: Id, atMost: number): Promise<number> {
  const part = (condition: string) => `SELECT FROM runs r WHERE r.team_id = $1 AND ${condition} LIMIT $2`
  const { rows } = await pool().query<{ count: number }>({
    name: 'count_queued_runs',
    text: `SELECT ((SELECT count(*) FROM (${part(PLAIN)}) AS p) + (SELECT count(*) FROM (${part(LIMITED)}) AS l))::int AS count`,
    values: [teamId, atMost],
  })
  return rows[0]?.count ?? 0
}
