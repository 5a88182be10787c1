import type { CallUsage, Failure, RunEvent, RunStatus, WaitKind } from '../engine/events'
import type { Id } from '../ids'
import { Batcher } from './batcher'
import { pool } from './client'
import { takeFreshEnd } from './fresh-ends'
import type { StoredPayload } from './payloads'
import { processSingleton } from './process'
import { familySql } from './run-family'
import type { RatingRow } from './run-ratings'
import type { RunVariables } from './runs'
import { forTeam, teamOfContext } from './team-context'

/** What people and programs read of runs. Every statement is bound to the team; another team's run is simply not there. */

export interface RunSummaryRow {
  id: Id
  workflow_id: Id
  workflow_name: string
  version_number: number | null
  version_label: string | null
  status: RunStatus
  trigger: string
  run_by: string
  waiting_for: string | null
  error_reason: string | null
  error_summary: string | null
  turn: number
  last_seq: number
  tokens: number
  cost_usd: string
  created_at: Date
  started_at: Date | null
  ended_at: Date | null
  parent_run_id: Id | null
  source_run_id: Id | null
  agent_id: Id | null
  labels: string[]
}

/** An open wait as JSON made it: times are text. */
export interface OpenWaitRow {
  id: Id
  /** The run itself, or the run of a sub-workflow that it waits for. */
  run_id: Id
  definition_id: Id
  node_id: string
  path: string[]
  kind: WaitKind
  request: Record<string, unknown>
  shown_hash: string | null
  thread: string | null
  due_at: string | null
  created_at: string
}

export interface RunDetailRow extends RunSummaryRow {
  definition_id: Id
  input: unknown
  variables: RunVariables
  output: StoredPayload | null
  error_node_id: string | null
  error: Failure | null
  waits: OpenWaitRow[]
  ratings: RatingRow[] | null
}

/** Columns of {@link RunSummaryRow}, from the aliases of {@link SUMMARY_TABLES}. */
export const SUMMARY = `r.id, r.workflow_id, w.name AS workflow_name, v.number AS version_number, v.label AS version_label,
  r.status::text AS status, r.trigger, r.run_by, r.waiting_for, r.error_reason, r.error_summary, r.turn, r.last_seq, r.tokens,
  r.cost_usd, r.created_at, r.started_at, r.ended_at, r.parent_run_id, r.source_run_id, r.agent_id, r.labels`

export const SUMMARY_TABLES = `runs r JOIN workflows w ON w.id = r.workflow_id LEFT JOIN workflow_versions v ON v.id = r.version_id`

/**
 * Open waits that people, programs or callbacks answer, oldest first, also those of sub-workflows that the run waits for. The
 * thread is told by the event that opened the wait; that of a sub-workflow has the steps that lead there in front.
 */
const OPEN_WAITS = `CASE WHEN r.ended_at IS NULL THEN (
  SELECT json_agg(json_build_object('id', o.id, 'run_id', o.run_id, 'definition_id', owner.definition_id, 'node_id', o.node_id, 'path', o.path, 'kind', o.kind, 'request', o.request,
           'shown_hash', o.shown_hash, 'due_at', o.due_at, 'created_at', o.created_at,
           'thread', f.place || (SELECT e.data ->> 'thread' FROM run_events e
                       WHERE e.run_id = o.run_id AND e.type = 'node_waiting' AND e.data ->> 'wait_id' = o.id::text))
         ORDER BY o.created_at, o.id)
    FROM ${familySql('r.id')} f JOIN runs owner ON owner.id = f.id
      JOIN waits o ON o.run_id = f.id AND o.state = 'open' AND o.kind IN ('approval', 'input', 'callback')) END`

const DETAIL = `${SUMMARY}, r.definition_id, r.input, r.variables, r.output, r.error_node_id,
  CASE WHEN r.error_node_id IS NOT NULL THEN (
    SELECT n.error FROM node_runs n WHERE n.run_id = r.id AND n.node_id = r.error_node_id AND n.error IS NOT NULL
     ORDER BY n.ended_at DESC NULLS LAST LIMIT 1) END AS error,
  coalesce(${OPEN_WAITS}, '[]'::json) AS waits,
  (SELECT json_agg(json_build_object('userId', g.user_id, 'score', g.score)) FROM run_ratings g WHERE g.run_id = r.id) AS ratings`

/** One run with everything that is open; undefined when there is none. */
export async function findRun(of: { teamId: Id; runId: Id }): Promise<RunDetailRow | undefined> {
  return takeFreshEnd(of) ?? detailReader().submit({ ...of, reader: teamOfContext() ?? of.teamId })
}

/** Which run of which team is asked for, and for which team it is read: the same, unless the caller made a mistake. */
interface WantedRun {
  teamId: Id
  runId: Id
  reader: Id
}

/** Runs that end at the same time are read at the same time: one round trip per team for all who wait for them. */
function detailReader(): Batcher<WantedRun, RunDetailRow | undefined> {
  return processSingleton('run-details', () => new Batcher(readDetails))
}

async function readDetails(wanted: WantedRun[]): Promise<(RunDetailRow | undefined)[]> {
  const readers = [...new Set(wanted.map(({ reader }) => reader))]
  const found = new Map<WantedRun, RunDetailRow | undefined>()
  await Promise.all(
    readers.map(async (reader) => {
      const own = wanted.filter((each) => each.reader === reader)
      const rows = await forTeam(reader, () => readDetailsOf(own))
      for (const [index, each] of own.entries()) found.set(each, rows[index])
    }),
  )
  return wanted.map((each) => found.get(each))
}

async function readDetailsOf(wanted: WantedRun[]): Promise<(RunDetailRow | undefined)[]> {
  const { rows } = await pool().query<RunDetailRow & { place: number }>({
    name: 'run-details',
    text: `SELECT wanted.place::int, ${DETAIL}
             FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS wanted(run_id, team_id, place)
             JOIN runs r ON r.id = wanted.run_id AND r.team_id = wanted.team_id
             JOIN workflows w ON w.id = r.workflow_id LEFT JOIN workflow_versions v ON v.id = r.version_id`,
    values: [wanted.map((each) => each.runId), wanted.map((each) => each.teamId)],
  })
  const found = new Map(rows.map((row) => [row.place - 1, row]))
  return wanted.map((_, index) => found.get(index))
}

export interface RunHeadRow {
  workflow_id: Id
  definition_id: Id
  status: RunStatus
  last_seq: number
}

/** Only what tells whether a run is there and where its log ends. */
export async function findRunHead(of: { teamId: Id; runId: Id }): Promise<RunHeadRow | undefined> {
  const { rows } = await pool().query<RunHeadRow>({
    name: 'run-head',
    text: `SELECT workflow_id, definition_id, status::text AS status, last_seq FROM runs WHERE id = $1 AND team_id = $2`,
    values: [of.runId, of.teamId],
  })
  return rows[0]
}

/** One page of a workflow's runs, newest first, and how many there are in all. */
export async function pageRunRows(of: {
  teamId: Id
  workflowId: Id
  statuses: readonly RunStatus[] | undefined
  offset: number
  limit: number
}): Promise<{ rows: RunSummaryRow[]; total: number }> {
  const where = `r.team_id = $1 AND r.workflow_id = $2 AND ($3::run_status[] IS NULL OR r.status = ANY ($3))`
  const values = [of.teamId, of.workflowId, of.statuses ?? null]
  const counted = await pool().query<{ total: number }>({
    name: 'count-runs',
    text: `SELECT count(*)::int AS total FROM runs r WHERE ${where}`,
    values,
  })
  const { rows } = await pool().query<RunSummaryRow>({
    name: 'page-runs',
    text: `SELECT ${SUMMARY} FROM ${SUMMARY_TABLES} WHERE ${where} ORDER BY r.created_at DESC, r.id DESC OFFSET $4 LIMIT $5`,
    values: [...values, of.offset, of.limit],
  })
  return { rows, total: counted.rows[0]?.total ?? 0 }
}

export interface NodeRunRow {
  node_key: string
  node_id: string
  path: string[]
  status: 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled'
  attempt: number
  input: StoredPayload | null
  input_bytes: number | null
  output: StoredPayload | null
  output_bytes: number | null
  error: Failure | null
  usage: CallUsage[] | null
  started_at: Date | null
  ended_at: Date | null
}

/** Node runs of a run in the order of their keys, after `afterKey`. The caller has found the run in the team. */
export async function listNodeRunRows(of: {
  teamId: Id
  runId: Id
  nodeKey?: string
  afterKey?: string
  limit: number
}): Promise<NodeRunRow[]> {
  const { rows } = await pool().query<NodeRunRow>({
    name: 'node-runs',
    text: `SELECT node_key, node_id, path, status, attempt, input, octet_length(input::text) AS input_bytes, output,
                  octet_length(output::text) AS output_bytes, error, usage, started_at, ended_at
             FROM node_runs
            WHERE run_id = $1 AND team_id = $2 AND ($3::text IS NULL OR node_key = $3) AND ($4::text IS NULL OR node_key > $4)
            ORDER BY node_key LIMIT $5`,
    values: [of.runId, of.teamId, of.nodeKey ?? null, of.afterKey ?? null, of.limit],
  })
  return rows
}

/** The UTF-8 JSON of a value that is kept apart; undefined when the run has no such value. */
export async function findBlob(of: { teamId: Id; runId: Id; blobId: Id }): Promise<Buffer | undefined> {
  const { rows } = await pool().query<{ body: Buffer }>(
    'SELECT body FROM blobs WHERE id = $1 AND run_id = $2 AND team_id = $3',
    [of.blobId, of.runId, of.teamId],
  )
  return rows[0]?.body
}

/** The events of the present turn in order, each node's end with its output beside it. */
export interface TurnRow {
  run: RunDetailRow
  events: { event: RunEvent; output: StoredPayload | null }[]
}

/** A run together with the events of its present turn: from the event that began the turn to the end of the log. */
export async function findTurn(of: { teamId: Id; runId: Id }): Promise<TurnRow | undefined> {
  const { rows } = await pool().query<
    RunDetailRow & {
      log: { seq: number; type: string; at: string; data: object; output: StoredPayload | null }[] | null
    }
  >({
    name: 'run-turn',
    text: `SELECT ${DETAIL}, (
             SELECT json_agg(json_build_object('seq', e.seq, 'type', e.type, 'at', e.at, 'data', e.data, 'output', n.output) ORDER BY e.seq)
               FROM run_events e
               LEFT JOIN node_runs n ON e.type IN ('node_succeeded', 'input_received', 'approval_decided') AND n.run_id = e.run_id
                AND n.node_key = concat_ws('/', (SELECT string_agg(p.name, '/' ORDER BY p.place)
                      FROM json_array_elements_text(e.data -> 'path') WITH ORDINALITY AS p(name, place)), e.data ->> 'node_id')
              WHERE e.run_id = r.id
                AND e.seq >= (SELECT max(b.seq) FROM run_events b
                               WHERE b.run_id = r.id AND (b.seq = 1 OR b.type = 'turn_started'))) AS log
             FROM ${SUMMARY_TABLES} WHERE r.id = $1 AND r.team_id = $2`,
    values: [of.runId, of.teamId],
  })
  const row = rows[0]
  if (row === undefined) return undefined
  const { log, ...run } = row
  return { run, events: (log ?? []).map(eventOf) }
}

function eventOf(item: { seq: number; type: string; at: string; data?: object; output: StoredPayload | null }) {
  const at = new Date(item.at).toISOString()
  // The log holds what the engine wrote from a RunEvent.
  return { event: { ...item.data, seq: item.seq, type: item.type, at } as RunEvent, output: item.output }
}
