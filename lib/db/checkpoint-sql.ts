import { NOTIFY_CHANNEL } from './notify'
import { RUNNABLE_SQL } from './runs'

/** What a checkpoint statement is given, by the names that its text uses. Each is an array of rows and travels as JSON. */
export interface CheckpointRows {
  RUNS: unknown[]
  BIRTHS: unknown[]
  EVENTS: unknown[]
  NODES: unknown[]
  NEWNODES: unknown[]
  WAITS: unknown[]
  BLOBS: unknown[]
  CLOSED: unknown[]
  EVALUATED: unknown[]
}

const UPDATE_RUNS = `input AS (
  SELECT * FROM json_to_recordset($RUNS::json) AS x(
    "runId" uuid, "owner" uuid, "epoch" int, "expectedSeq" int, "lastSeq" int, "status" text, "turn" int, "commandsApplied" int,
    "waitingFor" text, "release" boolean, "isEnd" boolean, "output" json, "reason" text, "summary" text, "nodeId" text,
    "tokens" int, "costUsd" numeric, "tellsParent" boolean)
), fenced AS (
  UPDATE runs r SET last_seq = i."lastSeq", status = i."status"::run_status, turn = i."turn",
    command_applied = i."commandsApplied", waiting_for = i."waitingFor",
    tokens = r.tokens + i."tokens", cost_usd = r.cost_usd + i."costUsd", updated_at = now(),
    lease_owner = CASE WHEN i."isEnd" OR (i."release" AND r.command_seq = i."commandsApplied") THEN NULL ELSE r.lease_owner END,
    ended_at = CASE WHEN i."isEnd" THEN greatest(now(), r.created_at) END, output = i."output",
    error_reason = i."reason", error_summary = i."summary", error_node_id = i."nodeId"
  FROM input i
  WHERE r.id = i."runId" AND r.lease_owner = i."owner" AND r.lease_epoch = i."epoch" AND r.last_seq = i."expectedSeq"
    AND NOT (i."isEnd" AND r.command_seq > i."commandsApplied")
  RETURNING r.id, r.team_id, r.workflow_id, r.lease_owner, r.command_seq, r.parent_wait_id, r.trigger, i."isEnd", r.ended_at
)`

/** A run that is made by its first checkpoint: written once, as it then is. Nobody can have asked anything of it yet. */
const INSERT_RUNS = `births AS (
  SELECT * FROM json_to_recordset($BIRTHS::json) AS x(
    "runId" uuid, "owner" uuid, "epoch" int, "lastSeq" int, "status" text, "turn" int, "waitingFor" text, "release" boolean,
    "isEnd" boolean, "output" json, "reason" text, "summary" text, "nodeId" text, "tokens" int, "costUsd" numeric,
    "teamId" uuid, "workflowId" uuid, "versionId" uuid, "definitionId" uuid, "requireActiveVersionId" uuid, "trigger" text,
    "runBy" text, "userId" uuid, "apiKeyId" uuid, "input" json, "variables" json, "createdAt" timestamptz, "timeoutMs" bigint,
    "workflowCap" int, "agentId" uuid, "labels" text[])
), born AS (
  INSERT INTO runs AS r (id, team_id, workflow_id, version_id, definition_id, status, trigger, run_by, user_id, api_key_id,
    input, variables, output, error_reason, error_summary, error_node_id, turn, last_seq, waiting_for, lease_owner, lease_epoch,
    tokens, cost_usd, created_at, started_at, ended_at, workflow_cap, agent_id, labels)
  SELECT i."runId", i."teamId", i."workflowId", i."versionId", i."definitionId", i."status"::run_status, i."trigger", i."runBy",
    i."userId", i."apiKeyId", i."input", i."variables", i."output", i."reason", i."summary", i."nodeId", i."turn", i."lastSeq",
    i."waitingFor", CASE WHEN i."isEnd" OR i."release" THEN NULL ELSE i."owner" END, i."epoch",
    i."tokens", i."costUsd", i."createdAt", i."createdAt", CASE WHEN i."isEnd" THEN greatest(now(), i."createdAt") END,
    i."workflowCap", i."agentId", coalesce(i."labels", '{}')
  FROM births i JOIN workflows w ON ${RUNNABLE_SQL}
  ON CONFLICT (id) DO NOTHING
  RETURNING r.id, r.team_id, r.workflow_id, r.lease_owner, r.command_seq, r.parent_wait_id, r.trigger, r.ended_at IS NOT NULL AS "isEnd", r.ended_at
)`

/** See {@link BirthNames}. */
const BIRTH_NAMES = `, named.name AS "workflowName", v.number AS "versionNumber", v.label AS "versionLabel", f.ended_at AS "endedAt"`
const BIRTH_TABLES = ` LEFT JOIN births i ON i."runId" = f.id LEFT JOIN workflows named ON named.id = i."workflowId"
  LEFT JOIN workflow_versions v ON v.id = i."versionId"`

const INSERT_EVENTS = (held: string) => `, logged AS (
  INSERT INTO run_events (run_id, seq, team_id, type, data, at)
  SELECT f.id, e."seq", f.team_id, e."type", e."data", e."at"
  FROM json_to_recordset($EVENTS::json) AS e("runId" uuid, "seq" int, "type" text, "data" json, "at" timestamptz)
  JOIN ${held} f ON f.id = e."runId"
)`

const INSERT_NODES = (rows: '$NODES' | '$NEWNODES', held: string) => `
  INSERT INTO node_runs AS n (run_id, node_key, team_id, node_id, path, status, attempt, input, output, error, usage, started_at, ended_at)
  SELECT f.id, x."key", f.team_id, x."nodeId", x."path", x."status", x."attempt", x."input", x."output", x."error", x."usage", x."startedAt", x."endedAt"
  FROM json_to_recordset(${rows}::json) AS x("runId" uuid, "key" text, "nodeId" text, "path" text[], "status" text, "attempt" int,
    "input" json, "output" json, "error" json, "usage" json, "startedAt" timestamptz, "endedAt" timestamptz)
  JOIN ${held} f ON f.id = x."runId"`

const UPSERT_NODES = `, noded AS (${INSERT_NODES('$NODES', 'fenced')}
  ON CONFLICT (run_id, node_key) DO UPDATE SET status = excluded.status, attempt = excluded.attempt,
    input = coalesce(excluded.input, n.input), output = coalesce(excluded.output, n.output), error = excluded.error,
    usage = coalesce(excluded.usage, n.usage), started_at = coalesce(n.started_at, excluded.started_at), ended_at = excluded.ended_at
)`

const NEW_NODES = `, new_nodes AS (${INSERT_NODES('$NEWNODES', 'born')}
)`

const INSERT_WAITS = (held: string) => `, waited AS (
  INSERT INTO waits (id, run_id, team_id, workflow_id, node_key, node_id, path, kind, request, shown_hash, due_at)
  SELECT w."id", f.id, f.team_id, f.workflow_id, w."nodeKey", w."nodeId", w."path", w."kind"::wait_kind, w."request", w."shownHash", w."dueAt"
  FROM json_to_recordset($WAITS::json) AS w("runId" uuid, "id" uuid, "nodeKey" text, "nodeId" text, "path" text[], "kind" text,
    "request" json, "shownHash" text, "dueAt" timestamptz)
  JOIN ${held} f ON f.id = w."runId"
  RETURNING id, due_at, kind
), timed AS MATERIALIZED (
  SELECT (graphile_worker.add_job('fire_timer', json_build_object('wait_id', id), run_at := due_at, job_key := 'wait:' || id)).id
  FROM waited WHERE due_at IS NOT NULL
  UNION ALL
  SELECT (graphile_worker.add_job('start_child', json_build_object('wait_id', id), job_key := 'child:' || id)).id
  FROM waited WHERE kind = 'child'
)`

const INSERT_BLOBS = (held: string) => `, kept AS (
  INSERT INTO blobs (id, team_id, run_id, bytes, body)
  SELECT b."id", f.team_id, f.id, octet_length(b."body"), convert_to(b."body", 'UTF8')
  FROM json_to_recordset($BLOBS::json) AS b("runId" uuid, "id" uuid, "body" text) JOIN ${held} f ON f.id = b."runId"
)`

/** Time limits of runs that go on. */
const INSERT_DEADLINES = `, timeouts AS MATERIALIZED (
  SELECT (graphile_worker.add_job('time_out_run', json_build_object('run_id', b.id, 'team_id', b.team_id),
    run_at := now() + i."timeoutMs" * interval '1 ms', job_key := 'timeout:' || b.id)).id
  FROM births i JOIN born b ON b.id = i."runId" WHERE i."timeoutMs" IS NOT NULL AND NOT b."isEnd"
)`

/** Nobody can answer a wait of a run that has ended or of an item that was cut off; a child run that was waited for is stopped. */
const CANCEL_WAITS = `, cancelled AS (
  UPDATE waits w SET state = 'cancelled', resolved_at = now() FROM fenced f
  WHERE w.run_id = f.id AND w.state = 'open'
    AND (f."isEnd" OR w.id IN (SELECT c."id" FROM json_to_recordset($CLOSED::json) AS c("id" uuid)))
  RETURNING w.id, w.kind
), called_off AS MATERIALIZED (
  SELECT (graphile_worker.add_job('stop_child', json_build_object('wait_id', id), job_key := 'stop:' || id)).id
  FROM cancelled WHERE kind = 'child'
)`

/** A run that somebody waits for has ended, or waits for people, or no longer does. */
const SETTLE_CHILDREN = `, settled AS MATERIALIZED (
  SELECT (graphile_worker.add_job('settle_child', json_build_object('run_id', f.id), job_key := 'settle:' || f.id)).id
  FROM fenced f JOIN input i ON i."runId" = f.id AND i."tellsParent"
)`

/** A run that is to be evaluated has ended: from here on its evaluator is started, once. The run of an evaluator never is. */
const EVALUATE = (held: string) => `, evaluated AS (
  INSERT INTO run_evaluations (run_id, team_id, evaluation_run_id)
  SELECT f.id, f.team_id, x."evaluationRunId"
  FROM json_to_recordset($EVALUATED::json) AS x("runId" uuid, "evaluationRunId" uuid) JOIN ${held} f ON f.id = x."runId"
  WHERE f."isEnd" AND f.trigger <> 'evaluation'
  ON CONFLICT DO NOTHING RETURNING run_id
), evaluations AS MATERIALIZED (
  SELECT (graphile_worker.add_job('start_evaluation', json_build_object('run_id', run_id), job_key := 'evaluate:' || run_id)).id
  FROM evaluated
)`

/** Only the parts that a batch needs: each combination is a prepared statement of its own. */
export function checkpointStatement(
  rows: CheckpointRows,
  needs: { cancelWaits: boolean; deadlines: boolean; settles: boolean },
  notes: readonly string[],
): { name: string; text: string; values: unknown[] } {
  const hasRuns = rows.RUNS.length > 0
  const hasBirths = rows.BIRTHS.length > 0
  const held = hasRuns && hasBirths ? 'held' : hasBirths ? 'born' : 'fenced'
  const parts = [
    hasRuns ? UPDATE_RUNS : '',
    hasBirths ? (hasRuns ? ', ' : '') + INSERT_RUNS : '',
    held === 'held' ? ', held AS (SELECT * FROM fenced UNION ALL SELECT * FROM born)' : '',
    rows.EVENTS.length > 0 ? INSERT_EVENTS(held) : '',
    rows.NODES.length > 0 ? UPSERT_NODES : '',
    rows.NEWNODES.length > 0 ? NEW_NODES : '',
    rows.WAITS.length > 0 ? INSERT_WAITS(held) : '',
    rows.BLOBS.length > 0 ? INSERT_BLOBS(held) : '',
    needs.deadlines ? INSERT_DEADLINES : '',
    needs.cancelWaits ? CANCEL_WAITS : '',
    needs.settles ? SETTLE_CHILDREN : '',
    rows.EVALUATED.length > 0 ? EVALUATE(held) : '',
  ]
  const jobs = [
    rows.WAITS.length > 0 ? '(SELECT count(*) FROM timed)' : '0',
    needs.deadlines ? '(SELECT count(*) FROM timeouts)' : '0',
    needs.cancelWaits ? '(SELECT count(*) FROM called_off)' : '0',
    needs.settles ? '(SELECT count(*) FROM settled)' : '0',
    rows.EVALUATED.length > 0 ? '(SELECT count(*) FROM evaluations)' : '0',
  ]
  const template = `WITH ${parts.join('')}
SELECT f.id, f.lease_owner IS NULL AS released, f.command_seq AS "commandSeq", ${jobs.join(' + ')} AS jobs,
  (SELECT count(pg_notify('${NOTIFY_CHANNEL}', note)) FROM unnest($NOTES::text[]) AS note) AS notes${hasBirths ? BIRTH_NAMES : ''}
FROM ${held} f${hasBirths ? BIRTH_TABLES : ''}`
  const names: string[] = []
  const text = template.replace(/\$([A-Z]+)/g, (_, name: string) => {
    if (!names.includes(name)) names.push(name)
    return `$${names.indexOf(name) + 1}`
  })
  const values = names.map((name) => (name === 'NOTES' ? notes : JSON.stringify(rows[name as keyof CheckpointRows])))
  return { name: `checkpoint_${parts.map((part) => Number(part !== '')).join('')}`, text, values }
}
