import type { NewEvent, RunEvent, RunStatus } from '../engine/events'
import type { Budget } from '../engine/limits'
import type { Id } from '../ids'
import { Batcher } from './batcher'
import { pool } from './client'
import { localWorker } from './local-worker'
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
  /** The smaller of what the definition allows and the caller said. Absent: none. */
  budget?: Budget | undefined
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
  /** Who executes it, where an agent was named or resolved. */
  agentId?: Id | undefined
  /** What whoever starts it says of it, to find it again. */
  labels?: readonly string[] | undefined
  input: unknown
  variables: RunVariables
  /** Event 1. */
  event: NewEvent
  /** Leased to this worker from birth; null: queued. */
  owner: Id | null
  /** The run is timed out this long after it was made, whatever it does then. */
  timeoutMs: number | null
  /** How many runs of the workflow its definition allows at once; null: as many as the team may have. */
  workflowCap: number | null
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

/**
 * Wakes workers for the queues of the teams that the query `teams` answers (one column, `team_id`): one job per team,
 * however many runs are queued. An expression.
 */
export const wakeTeamsSql = (teams: string) => `(SELECT count(woken.job) FROM (
  SELECT (graphile_worker.add_job('dispatch_team', json_build_object('team_id', t.team_id),
    job_key := 'team:' || t.team_id, job_key_mode := 'replace', max_attempts := 25)).id AS job
  FROM (SELECT DISTINCT team_id FROM (${teams}) AS all_teams) AS t) AS woken)`

/** Whether the workflow `w` may still be run as `i`, which was looked up a moment ago, says; else nothing is inserted. */
export const RUNNABLE_SQL = `w.id = i."workflowId" AND w.team_id = i."teamId" AND w.deleted_at IS NULL
    AND (i."requireActiveVersionId" IS NULL OR (w.active_version_id = i."requireActiveVersionId" AND w.status = 'published'))`

const INSERT_RUNS = `
WITH input AS (
  SELECT * FROM json_to_recordset($1::json) AS x(
    "id" uuid, "teamId" uuid, "workflowId" uuid, "versionId" uuid, "definitionId" uuid, "requireActiveVersionId" uuid,
    "trigger" text, "runBy" text, "userId" uuid, "apiKeyId" uuid, "input" json, "variables" json, "event" json,
    "type" text, "at" timestamptz, "owner" uuid, "timeoutMs" bigint, "workflowCap" int,
    "parentRunId" uuid, "parentWaitId" uuid, "depth" int, "agentId" uuid, "labels" text[])
), made AS (
  INSERT INTO runs AS r (id, team_id, workflow_id, version_id, definition_id, status, trigger, run_by, user_id, api_key_id,
    input, variables, last_seq, lease_owner, lease_epoch, started_at, queued_at, workflow_cap,
    parent_run_id, parent_wait_id, depth, agent_id, labels)
  SELECT i."id", i."teamId", i."workflowId", i."versionId", i."definitionId",
    (CASE WHEN i."owner" IS NULL THEN 'not_started' ELSE 'started' END)::run_status,
    i."trigger", i."runBy", i."userId", i."apiKeyId", i."input", i."variables", 1, i."owner",
    CASE WHEN i."owner" IS NULL THEN 0 ELSE 1 END, CASE WHEN i."owner" IS NULL THEN NULL ELSE now() END,
    CASE WHEN i."owner" IS NULL THEN clock_timestamp() END, i."workflowCap", i."parentRunId", i."parentWaitId", coalesce(i."depth", 0), i."agentId", coalesce(i."labels", '{}')
  FROM input i JOIN workflows w ON ${RUNNABLE_SQL}
  ON CONFLICT DO NOTHING
  RETURNING r.id, r.team_id, r.created_at, r.queued_at
), logged AS (
  INSERT INTO run_events (run_id, seq, team_id, type, data, at)
  SELECT i."id", 1, i."teamId", i."type", i."event", i."at" FROM input i JOIN made m ON m.id = i."id"
)
SELECT m.id, m.created_at AS "createdAt",
  ${wakeTeamsSql('SELECT team_id FROM made WHERE queued_at IS NOT NULL')} AS woken,
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
  const queued = runs.filter((run) => run.owner === null && made.has(run.id))
  for (const teamId of new Set(queued.map((run) => run.teamId))) localWorker()?.noteQueued(teamId)
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

/** The row of a run that was just made, or is about to be, by this worker (`owner`). */
export function rowOf(run: NewRun, createdAt: Date, owner = run.owner): RunRow {
  return {
    id: run.id,
    teamId: run.teamId,
    workflowId: run.workflowId,
    versionId: run.versionId,
    definitionId: run.definitionId,
    status: owner ? 'started' : 'not_started',
    input: run.input,
    variables: run.variables,
    lastSeq: 1,
    leaseOwner: owner,
    leaseEpoch: owner ? 1 : 0,
    commandSeq: 0,
    commandApplied: 0,
    recoveries: 0,
    parentWaitId: run.parentWaitId ?? null,
    createdAt,
  }
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

/** Runs that this worker leases and that have not moved for a while. */
export async function findStillRuns(owner: Id): Promise<Id[]> {
  const result = await pool().query<{ id: Id }>({
    name: 'still_runs',
    text: `SELECT id FROM runs WHERE lease_owner = $1 AND updated_at < now() - interval '5 seconds'`,
    values: [owner],
  })
  return result.rows.map((row) => row.id)
}

/**
 * Lets go of runs without advancing them: a worker that stops in good order. They are in front of the queue at once.
 * Absent `runIds`: all that it holds.
 */
export async function releaseRuns(owner: Id, runIds?: readonly Id[]): Promise<void> {
  await pool().query(
    `WITH freed AS (
       UPDATE runs r SET lease_owner = NULL, queued_at = r.created_at WHERE r.lease_owner = $1 AND ($2::uuid[] IS NULL OR r.id = ANY($2))
       RETURNING r.team_id
     )
     SELECT ${wakeTeamsSql('SELECT team_id FROM freed')}`,
    [owner, runIds ?? null],
  )
}
