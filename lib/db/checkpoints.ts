import type { RunEvent, RunStatus } from '../engine/events'
import type { WaitRequest } from '../engine/waits'
import type { Id } from '../ids'
import { Batcher } from './batcher'
import { pool } from './client'
import { NOTIFY_CHANNEL, notifyPayloads, publishLocally, type RunChange } from './notify'
import type { StoredPayload } from './payloads'
import { processSingleton } from './process'
import { withReconnect } from './reconnect'

/** Everything one worker has to say about one run since its last checkpoint: it becomes durable whole or not at all. */
export interface Checkpoint {
  runId: Id
  teamId: Id
  workflowId: Id
  owner: Id
  epoch: number
  /** `last_seq` that must stand; with owner and epoch it is the fence that stops a stale owner. */
  expectedSeq: number
  events: RunEvent[]
  status: RunStatus
  turn: number
  commandsApplied: number
  waitingFor: string | null
  /** Let go of the lease, unless commands came meanwhile. */
  release: boolean
  ended: { output: StoredPayload | null; reason: string | null; summary: string | null; nodeId: string | null } | null
  /** Added to the run's totals. */
  tokens: number
  costUsd: number
  nodes: NodeRow[]
  waits: NewWait[]
  blobs: { id: Id; body: string }[]
}

export interface NodeRow {
  key: string
  nodeId: string
  path: string[]
  status: 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled'
  attempt: number
  input?: StoredPayload
  output?: StoredPayload
  error?: unknown
  usage?: unknown[]
  startedAt?: string
  endedAt?: string
}

export type NewWait = {
  id: Id
  nodeKey: string
  nodeId: string
  path: string[]
  shownHash: string | null
} & (WaitRequest | { kind: 'retry'; request: { attempt: number }; dueAt: string })

/** `lost`: another owner holds the run, nothing was written. `released` false: commands came; `commandSeq` is their number now. */
export type CheckpointResult = { lost: true } | { lost: false; released: boolean; commandSeq: number }

const UPDATE_RUNS = `
input AS (
  SELECT * FROM json_to_recordset($RUNS::json) AS x(
    "runId" uuid, "owner" uuid, "epoch" int, "expectedSeq" int, "lastSeq" int, "status" text, "turn" int, "commandsApplied" int,
    "waitingFor" text, "release" boolean, "isEnd" boolean, "output" json, "reason" text, "summary" text, "nodeId" text,
    "tokens" int, "costUsd" numeric)
), fenced AS (
  UPDATE runs r SET last_seq = i."lastSeq", status = i."status"::run_status, turn = i."turn",
    command_applied = i."commandsApplied", waiting_for = i."waitingFor",
    tokens = r.tokens + i."tokens", cost_usd = r.cost_usd + i."costUsd", updated_at = now(),
    lease_owner = CASE WHEN i."isEnd" OR (i."release" AND r.command_seq = i."commandsApplied") THEN NULL ELSE r.lease_owner END,
    ended_at = CASE WHEN i."isEnd" THEN now() END, output = i."output",
    error_reason = i."reason", error_summary = i."summary", error_node_id = i."nodeId"
  FROM input i
  WHERE r.id = i."runId" AND r.lease_owner = i."owner" AND r.lease_epoch = i."epoch" AND r.last_seq = i."expectedSeq"
  RETURNING r.id, r.team_id, r.workflow_id, r.lease_owner, r.command_seq, i."isEnd"
), logged AS (
  INSERT INTO run_events (run_id, seq, team_id, type, data, at)
  SELECT f.id, e."seq", f.team_id, e."type", e."data", e."at"
  FROM json_to_recordset($EVENTS::json) AS e("runId" uuid, "seq" int, "type" text, "data" json, "at" timestamptz)
  JOIN fenced f ON f.id = e."runId"
)`

const UPSERT_NODES = `, noded AS (
  INSERT INTO node_runs AS n (run_id, node_key, team_id, node_id, path, status, attempt, input, output, error, usage, started_at, ended_at)
  SELECT f.id, x."key", f.team_id, x."nodeId", x."path", x."status", x."attempt", x."input", x."output", x."error", x."usage", x."startedAt", x."endedAt"
  FROM json_to_recordset($NODES::json) AS x("runId" uuid, "key" text, "nodeId" text, "path" text[], "status" text, "attempt" int,
    "input" json, "output" json, "error" json, "usage" json, "startedAt" timestamptz, "endedAt" timestamptz)
  JOIN fenced f ON f.id = x."runId"
  ON CONFLICT (run_id, node_key) DO UPDATE SET status = excluded.status, attempt = excluded.attempt,
    input = coalesce(excluded.input, n.input), output = coalesce(excluded.output, n.output), error = excluded.error,
    usage = coalesce(excluded.usage, n.usage), started_at = coalesce(n.started_at, excluded.started_at), ended_at = excluded.ended_at
)`

const INSERT_WAITS = `, waited AS (
  INSERT INTO waits (id, run_id, team_id, workflow_id, node_key, node_id, path, kind, request, shown_hash, due_at)
  SELECT w."id", f.id, f.team_id, f.workflow_id, w."nodeKey", w."nodeId", w."path", w."kind"::wait_kind, w."request", w."shownHash", w."dueAt"
  FROM json_to_recordset($WAITS::json) AS w("runId" uuid, "id" uuid, "nodeKey" text, "nodeId" text, "path" text[], "kind" text,
    "request" json, "shownHash" text, "dueAt" timestamptz)
  JOIN fenced f ON f.id = w."runId"
  RETURNING id, due_at
), timed AS MATERIALIZED (
  SELECT (graphile_worker.add_job('fire_timer', json_build_object('wait_id', id), run_at := due_at, job_key := 'wait:' || id)).id
  FROM waited WHERE due_at IS NOT NULL
)`

const INSERT_BLOBS = `, kept AS (
  INSERT INTO blobs (id, team_id, run_id, bytes, body)
  SELECT b."id", f.team_id, f.id, octet_length(b."body"), convert_to(b."body", 'UTF8')
  FROM json_to_recordset($BLOBS::json) AS b("runId" uuid, "id" uuid, "body" text) JOIN fenced f ON f.id = b."runId"
)`

const CANCEL_WAITS = `, cancelled AS (
  UPDATE waits w SET state = 'cancelled', resolved_at = now() FROM fenced f
  WHERE f."isEnd" AND w.run_id = f.id AND w.state = 'open'
)`

/** Only the parts that a batch needs: each combination is a prepared statement of its own. */
function statement(
  values: Record<'RUNS' | 'EVENTS' | 'NODES' | 'WAITS' | 'BLOBS', unknown[]>,
  ends: boolean,
  notes: string[],
) {
  const parts = [
    UPDATE_RUNS,
    values.NODES.length > 0 ? UPSERT_NODES : '',
    values.WAITS.length > 0 ? INSERT_WAITS : '',
    values.BLOBS.length > 0 ? INSERT_BLOBS : '',
    ends ? CANCEL_WAITS : '',
  ]
  const timers = values.WAITS.length > 0 ? '(SELECT count(*) FROM timed)' : '0'
  const template = `WITH ${parts.join('')}
SELECT f.id, f.lease_owner IS NULL AS released, f.command_seq AS "commandSeq", ${timers} AS timers,
  (SELECT count(pg_notify('${NOTIFY_CHANNEL}', note)) FROM unnest($NOTES::text[]) AS note) AS notes
FROM fenced f`
  const used: unknown[] = []
  const text = template.replace(/\$([A-Z]+)/g, (_, name: string) => {
    used.push(name === 'NOTES' ? notes : JSON.stringify(values[name as keyof typeof values]))
    return `$${used.length}`
  })
  return { name: `checkpoint_${parts.map((part) => Number(part !== '')).join('')}`, text, values: used }
}

function committer(): Batcher<Checkpoint, CheckpointResult> {
  return processSingleton('checkpoints', () => new Batcher<Checkpoint, CheckpointResult>(commitBatch))
}

/** Makes a checkpoint durable, together with those of every other run of this process that is ready at the same time. */
export function commitCheckpoint(checkpoint: Checkpoint): Promise<CheckpointResult> {
  return committer().submit(checkpoint)
}

/** How long a commit is tried while the database is away; past a lease the runs are somebody else's anyway. */
const RECONNECT_FOR_MS = 30_000

async function commitBatch(batch: Checkpoint[]): Promise<CheckpointResult[]> {
  const changes = batch.map(changeOf)
  const results = await withReconnect(async (isRepeat) => {
    // After a broken connection nobody knows whether the commit happened: look before writing again.
    const known = isRepeat ? await findCommitted(batch) : new Map<Id, CheckpointResult>()
    const open = batch.filter((item) => !known.has(item.runId))
    const written = open.length > 0 ? await write(open) : new Map<Id, CheckpointResult>()
    return batch.map((item) => known.get(item.runId) ?? written.get(item.runId) ?? ({ lost: true } as const))
  }, RECONNECT_FOR_MS)
  publishLocally(changes.filter((_, index) => results[index]?.lost === false))
  return results
}

function changeOf(item: Checkpoint): RunChange {
  return {
    runId: item.runId,
    teamId: item.teamId,
    workflowId: item.workflowId,
    status: item.status,
    lastSeq: item.expectedSeq + item.events.length,
    events: item.events,
  }
}

async function write(batch: Checkpoint[]): Promise<Map<Id, CheckpointResult>> {
  const runs = batch.map((item) => ({
    runId: item.runId,
    owner: item.owner,
    epoch: item.epoch,
    expectedSeq: item.expectedSeq,
    lastSeq: item.expectedSeq + item.events.length,
    status: item.status,
    turn: item.turn,
    commandsApplied: item.commandsApplied,
    waitingFor: item.waitingFor,
    release: item.release,
    isEnd: item.ended !== null,
    output: item.ended?.output ?? null,
    reason: item.ended?.reason ?? null,
    summary: item.ended?.summary ?? null,
    nodeId: item.ended?.nodeId ?? null,
    tokens: item.tokens,
    costUsd: item.costUsd,
  }))
  const values = {
    RUNS: runs,
    EVENTS: batch.flatMap((item) =>
      item.events.map(({ seq, type, at, ...data }) => ({ runId: item.runId, seq, type, at, data })),
    ),
    NODES: batch.flatMap((item) => item.nodes.map((row) => ({ runId: item.runId, ...row }))),
    // Nobody can answer a wait of a run that has ended.
    WAITS: batch.flatMap((item) => (item.ended ? [] : item.waits.map((row) => ({ runId: item.runId, ...row })))),
    BLOBS: batch.flatMap((item) => item.blobs.map((row) => ({ runId: item.runId, ...row }))),
  }
  const result = await pool().query<{ id: Id; released: boolean; commandSeq: number }>(
    statement(
      values,
      runs.some((run) => run.isEnd),
      notifyPayloads(batch.map(changeOf)),
    ),
  )
  return new Map(
    result.rows.map((row) => [row.id, { lost: false, released: row.released, commandSeq: row.commandSeq }]),
  )
}

/** Checkpoints of the batch that stand already: same epoch, and the log is as long as they would have made it. */
async function findCommitted(batch: Checkpoint[]): Promise<Map<Id, CheckpointResult>> {
  const result = await pool().query<{ id: Id; lastSeq: number; epoch: number; owner: Id | null; commandSeq: number }>(
    `SELECT id, last_seq AS "lastSeq", lease_epoch AS epoch, lease_owner AS owner, command_seq AS "commandSeq" FROM runs WHERE id = ANY($1)`,
    [batch.map((item) => item.runId)],
  )
  const rows = new Map(result.rows.map((row) => [row.id, row]))
  const found = new Map<Id, CheckpointResult>()
  for (const item of batch) {
    const row = rows.get(item.runId)
    if (row && row.epoch === item.epoch && row.lastSeq === item.expectedSeq + item.events.length) {
      found.set(item.runId, { lost: false, released: row.owner === null, commandSeq: row.commandSeq })
    }
  }
  return found
}
