import type { NewEvent, RunEvent, RunStatus } from '../engine/events'
import type { Id } from '../ids'
import { Batcher } from './batcher'
import { pool } from './client'
import { NOTIFY_CHANNEL, notifyPayloads, publishLocally, type RunChange } from './notify'
import { processSingleton } from './process'
import { withReconnect } from './reconnect'

/** The variables of a run, as its callers gave them. */
export interface RunVariables {
  dynamic: Record<string, unknown>
  runtime: Record<string, unknown>
  miscellaneous: Record<string, unknown>
  /** A key equal to a node id or name overrides that node's config for this run. */
  parameters: Record<string, unknown>
}

/** What a worker needs to know of a run before it reads its log. */
export interface RunRow {
  id: Id
  teamId: Id
  workflowId: Id
  versionId: Id | null
  definitionId: Id
  status: RunStatus
  input: unknown
  variables: RunVariables
  lastSeq: number
  leaseOwner: Id | null
  leaseEpoch: number
  commandSeq: number
  commandApplied: number
  recoveries: number
  /** The wait of another run that the end of this one resolves. */
  parentWaitId: Id | null
  createdAt: Date
}

export interface NewRun {
  id: Id
  teamId: Id
  workflowId: Id
  versionId: Id | null
  definitionId: Id
  /** The run is made only while this is the workflow's active version; null: whatever is active. */
  requireActiveVersionId: Id | null
  trigger: string
  runBy: string
  userId: Id | null
  apiKeyId: Id | null
  input: unknown
  variables: RunVariables
  /** Event 1. */
  event: NewEvent
  /** Leased to this worker from birth; null: queued. */
  owner: Id | null
  /** The run is timed out this long after it was made, whatever it does then. */
  timeoutMs: number | null
  /** The run of a sub-workflow: who waits for it. */
  parentRunId?: Id
  parentWaitId?: Id
  depth?: number
}

/** Columns of {@link RunRow}, from the alias `r`. */
export const RUN_COLUMNS = `r.id, r.team_id AS "teamId", r.workflow_id AS "workflowId", r.version_id AS "versionId",
  r.definition_id AS "definitionId", r.status, r.input, r.variables, r.last_seq AS "lastSeq", r.lease_owner AS "leaseOwner",
  r.lease_epoch AS "leaseEpoch", r.command_seq AS "commandSeq", r.command_applied AS "commandApplied", r.recoveries,
  r.parent_wait_id AS "parentWaitId", r.created_at AS "createdAt"`

export const TERMINAL_SQL = `('completed', 'failed', 'cancelled', 'aborted_looping_risk', 'skipped', 'timed_out')`

/** True when nobody alive holds the run `r`. */
export const FREE_SQL = `(r.lease_owner IS NULL OR NOT EXISTS (
  SELECT FROM workers w WHERE w.id = r.lease_owner AND w.lease_until > clock_timestamp()))`

/** Asks the queue to have the run `id` advanced by whichever worker has room; one job per run however often asked. */
export const enqueueSql = (id: string) => `graphile_worker.add_job('advance_run', json_build_object('run_id', ${id}),
  job_key := 'run:' || ${id}, job_key_mode := 'replace', max_attempts := 25)`

/** Whether the workflow `w` may still be run as `i`, which was looked up a moment ago, says; else nothing is inserted. */
export const RUNNABLE_SQL = `w.id = i."workflowId" AND w.team_id = i."teamId" AND w.deleted_at IS NULL
    AND (i."requireActiveVersionId" IS NULL OR (w.active_version_id = i."requireActiveVersionId" AND w.status = 'published'))`

const INSERT_RUNS = `
WITH input AS (
  SELECT * FROM json_to_recordset($1::json) AS x(
    "id" uuid, "teamId" uuid, "workflowId" uuid, "versionId" uuid, "definitionId" uuid, "requireActiveVersionId" uuid,
    "trigger" text, "runBy" text, "userId" uuid, "apiKeyId" uuid, "input" json, "variables" json, "event" json,
    "type" text, "at" timestamptz, "owner" uuid, "timeoutMs" bigint,
    "parentRunId" uuid, "parentWaitId" uuid, "depth" int)
), made AS (
  INSERT INTO runs AS r (id, team_id, workflow_id, version_id, definition_id, status, trigger, run_by, user_id, api_key_id,
    input, variables, last_seq, lease_owner, lease_epoch, started_at, parent_run_id, parent_wait_id, depth)
  SELECT i."id", i."teamId", i."workflowId", i."versionId", i."definitionId",
    (CASE WHEN i."owner" IS NULL THEN 'not_started' ELSE 'started' END)::run_status,
    i."trigger", i."runBy", i."userId", i."apiKeyId", i."input", i."variables", 1, i."owner",
    CASE WHEN i."owner" IS NULL THEN 0 ELSE 1 END, CASE WHEN i."owner" IS NULL THEN NULL ELSE now() END,
    i."parentRunId", i."parentWaitId", coalesce(i."depth", 0)
  FROM input i JOIN workflows w ON ${RUNNABLE_SQL}
  ON CONFLICT DO NOTHING
  RETURNING r.id, r.created_at, r.lease_owner
), logged AS (
  INSERT INTO run_events (run_id, seq, team_id, type, data, at)
  SELECT i."id", 1, i."teamId", i."type", i."event", i."at" FROM input i JOIN made m ON m.id = i."id"
)
SELECT m.id, m.created_at AS "createdAt",
  CASE WHEN m.lease_owner IS NULL THEN (${enqueueSql('m.id')}).id END AS job,
  CASE WHEN i."timeoutMs" IS NOT NULL THEN (graphile_worker.add_job('time_out_run',
    json_build_object('run_id', m.id, 'team_id', i."teamId"),
    run_at := m.created_at + i."timeoutMs" * interval '1 ms', job_key := 'timeout:' || m.id)).id END AS deadline,
  (SELECT count(pg_notify('${NOTIFY_CHANNEL}', note)) FROM unnest($2::text[]) AS note) AS notes
FROM made m JOIN input i ON i."id" = m.id`

type Inserted = { createdAt: Date; log: RunEvent[] } | null

function inserter(): Batcher<NewRun, Inserted> {
  return processSingleton('insert-runs', () => new Batcher<NewRun, Inserted>(insertBatch))
}

async function insertBatch(runs: NewRun[]): Promise<Inserted[]> {
  const at = new Date().toISOString()
  const rows = runs.map((run) => {
    const { type, ...data } = run.event
    return { ...run, type, event: data, at }
  })
  const changes: RunChange[] = runs.map((run) => ({
    runId: run.id,
    teamId: run.teamId,
    workflowId: run.workflowId,
    status: run.owner ? 'started' : 'not_started',
    lastSeq: 1,
    events: [{ ...run.event, seq: 1, at }],
  }))
  const notes = notifyPayloads(changes)
  const made = await withReconnect((isRepeat) => insertOrFind(rows, notes, isRepeat), RECONNECT_FOR_MS)
  publishLocally(changes.filter((change) => made.has(change.runId)))
  return runs.map((run) => {
    const createdAt = made.get(run.id)
    return createdAt ? { createdAt, log: [{ ...run.event, seq: 1, at }] } : null
  })
}

const RECONNECT_FOR_MS = 5_000

/** Ids are made by the caller, so an insert whose outcome is unknown is repeated safely: what stands already is found. */
async function insertOrFind(rows: { id: Id }[], notes: string[], isRepeat: boolean): Promise<Map<Id, Date>> {
  const inserted = await pool().query<{ id: Id; createdAt: Date }>({
    name: 'insert_runs',
    text: INSERT_RUNS,
    values: [JSON.stringify(rows), notes],
  })
  const found = isRepeat
    ? await pool().query<{ id: Id; createdAt: Date }>(
        `SELECT id, created_at AS "createdAt" FROM runs WHERE id = ANY($1)`,
        [rows.map((row) => row.id)],
      )
    : inserted
  return new Map(found.rows.map((row) => [row.id, row.createdAt]))
}

/**
 * Makes a run with its first event, queued or leased, in one transaction shared with whatever is made at the same time.
 * Null: the workflow is gone or `requireActiveVersionId` is no longer the active version; look it up again.
 */
export async function insertRun(run: NewRun): Promise<{ row: RunRow; log: RunEvent[] } | null> {
  const made = await inserter().submit(run)
  if (made === null) return null
  return { row: rowOf(run, made.createdAt), log: made.log }
}

/** The row of a run that was just made, or is about to be. */
export function rowOf(run: NewRun, createdAt: Date): RunRow {
  return {
    id: run.id,
    teamId: run.teamId,
    workflowId: run.workflowId,
    versionId: run.versionId,
    definitionId: run.definitionId,
    status: run.owner ? 'started' : 'not_started',
    input: run.input,
    variables: run.variables,
    lastSeq: 1,
    leaseOwner: run.owner,
    leaseEpoch: run.owner ? 1 : 0,
    commandSeq: 0,
    commandApplied: 0,
    recoveries: 0,
    parentWaitId: run.parentWaitId ?? null,
    createdAt,
  }
}

/** Leases a run that nobody alive holds. Null: it ended, or somebody holds it. Taking it from a dead worker counts as a recovery. */
export async function claimRun(runId: Id, owner: Id): Promise<(RunRow & { wasHeld: boolean }) | null> {
  const result = await pool().query<RunRow & { wasHeld: boolean }>({
    name: 'claim_run',
    text: `
      WITH before AS (SELECT id, lease_owner FROM runs WHERE id = $1 FOR UPDATE)
      UPDATE runs r SET lease_owner = $2, lease_epoch = r.lease_epoch + 1,
        recoveries = r.recoveries + CASE WHEN r.lease_owner IS NULL THEN 0 ELSE 1 END,
        status = CASE WHEN r.status = 'not_started' THEN 'started' ELSE r.status END,
        started_at = coalesce(r.started_at, now()), updated_at = now()
      FROM before b
      WHERE r.id = b.id AND r.status NOT IN ${TERMINAL_SQL} AND ${FREE_SQL}
      RETURNING ${RUN_COLUMNS}, b.lease_owner IS NOT NULL AS "wasHeld"`,
    values: [runId, owner],
  })
  return result.rows[0] ?? null
}

/** Runs that a dead worker holds, and runs that nobody holds although something was asked of them. */
export async function findAbandonedRuns(limit: number): Promise<Id[]> {
  const result = await pool().query<{ id: Id }>({
    name: 'abandoned_runs',
    text: `
      (SELECT r.id FROM runs r WHERE r.lease_owner IS NOT NULL AND NOT EXISTS (
         SELECT FROM workers w WHERE w.id = r.lease_owner AND w.lease_until > clock_timestamp()) LIMIT $1)
      UNION ALL
      (SELECT r.id FROM runs r WHERE r.lease_owner IS NULL AND r.command_seq > r.command_applied
         AND r.status NOT IN ${TERMINAL_SQL} AND r.updated_at < now() - interval '5 seconds' LIMIT $1)`,
    values: [limit],
  })
  return result.rows.map((row) => row.id)
}

/** Runs that this worker holds and that have commands it has not applied: a poke that was lost is made good by asking. */
export async function findRunsWithCommands(owner: Id): Promise<Id[]> {
  const result = await pool().query<{ id: Id }>({
    name: 'runs_with_commands',
    text: 'SELECT id FROM runs WHERE lease_owner = $1 AND command_seq > command_applied',
    values: [owner],
  })
  return result.rows.map((row) => row.id)
}

/** Lets go of runs without advancing them: a worker that stops in good order. They are queued again at once. Absent `runIds`: all. */
export async function releaseRuns(owner: Id, runIds?: readonly Id[]): Promise<void> {
  await pool().query(
    `WITH freed AS (UPDATE runs r SET lease_owner = NULL WHERE r.lease_owner = $1 AND ($2::uuid[] IS NULL OR r.id = ANY($2)) RETURNING r.id)
     SELECT (${enqueueSql('f.id')}).id FROM freed f`,
    [owner, runIds ?? null],
  )
}
