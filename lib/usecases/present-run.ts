import type { ApprovalStand } from '../api/contracts/approvals'
import type { Rating } from '../api/contracts/comments'
import type { NodeRun, OpenWait, Payload, Run, RunSummary } from '../api/contracts/runs'
import { callbackUrl } from '../callback-url'
import type { EvaluationRow } from '../db/evaluations'
import type { StoredPayload } from '../db/payloads'
import type { RatingRow, Score } from '../db/run-ratings'
import type { NodeRunRow, OpenWaitRow, RunDetailRow, RunSummaryRow } from '../db/run-reads'
import type { ModelUsageRow } from '../db/run-usage'
import type { Failure } from '../engine/events'
import { approvalRequestSchema, inputRequestSchema } from '../engine/waits'
import { publicUrl } from '../env'
import type { Id } from '../ids'
import type { WorkflowDefinition } from '../workflow/document'
import type { AskedApproval } from './present-approval'
import { presentEvaluation } from './present-evaluation'
import { presentUsage } from './run-usage'

/** Rows of the database as the documents that every door answers. */
export function presentRunSummary(row: RunSummaryRow): RunSummary {
  return {
    id: row.id,
    workflow_id: row.workflow_id,
    workflow_name: row.workflow_name,
    version:
      row.version_number === null || row.version_label === null
        ? null
        : { number: row.version_number, label: row.version_label },
    status: row.status,
    trigger: row.trigger,
    run_by: row.run_by,
    waiting_for: row.waiting_for,
    error_reason: row.error_reason,
    error_summary: row.error_summary,
    turn: row.turn,
    last_seq: row.last_seq,
    tokens: row.tokens,
    cost_usd: Number(row.cost_usd),
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    ended_at: row.ended_at?.toISOString() ?? null,
    parent_run_id: row.parent_run_id,
    source_run_id: row.source_run_id,
    agent_id: row.agent_id,
    labels: row.labels,
    link_url: `${publicUrl()}/runs/${row.id}`,
  }
}

/** Who reads a run. `mayAnswer`: and so may know where callbacks are answered. */
interface Reader {
  userId: Id
  mayAnswer: boolean
}

/** Of the run, and of the runs of sub-workflows that its waits are in, by their ids. */
type Definitions = ReadonlyMap<Id, WorkflowDefinition>

/** `calls`: see {@link callsOf}. `stands`: of its open approvals. `evaluation`: the one that the run has or is. */
export function presentRun(
  row: RunDetailRow,
  definitions: Definitions,
  reader: Reader,
  calls: readonly ModelUsageRow[],
  evaluation: EvaluationRow | undefined,
  stands: ReadonlyMap<Id, ApprovalStand>,
): Run {
  const { output } = row
  return Object.assign(presentRunSummary(row), {
    input: row.input,
    dynamic_variables: row.variables.dynamic,
    runtime_variables: row.variables.runtime,
    parameters: row.variables.parameters,
    budget: row.variables.budget ?? null,
    usage: presentUsage(calls),
    output: output !== null && 'value' in output ? output.value : null,
    output_ref: output !== null && 'blob' in output ? { blob_id: output.blob, bytes: output.bytes } : null,
    error: failureOf(row),
    error_node_id: row.error_node_id,
    waits: row.waits.map((wait) =>
      Object.assign(presentWait(wait, definitions, reader), { approval: stands.get(wait.id) ?? null }),
    ),
    rating: presentRating(row.ratings ?? [], reader.userId),
    evaluation: evaluation === undefined ? null : presentEvaluation(evaluation),
  })
}

export function presentRating(ratings: readonly RatingRow[], userId: Id): Rating {
  const count = (score: Score) => ratings.filter((rating) => rating.score === score).length
  const mine = ratings.find((rating) => rating.userId === userId)?.score ?? null
  return { up: count(1), down: count(-1), mine }
}

/** The failing node's own error where there is one, else the run's reason and summary. */
export function failureOf(row: RunDetailRow): Failure | null {
  if (row.error !== null) return row.error
  return row.error_reason === null ? null : { code: row.error_reason, message: row.error_summary ?? '' }
}

/** The approvals that a run waits for. */
export function openApprovals(row: RunDetailRow): AskedApproval[] {
  return row.waits
    .filter(({ kind }) => kind === 'approval')
    .map(({ id, run_id: runId, node_id: nodeId, path, request }) => ({
      id,
      runId,
      nodeId,
      path,
      request,
      outcome: null,
    }))
}

function presentWait(row: OpenWaitRow, definitions: Definitions, reader: Reader): Omit<OpenWait, 'approval'> {
  const { title, instructions, shown, schema } = askedOf(row)
  const node = definitions.get(row.definition_id)?.nodes.find(({ id }) => id === row.node_id)
  return {
    id: row.id,
    run_id: row.run_id,
    node_id: row.node_id,
    node_name: node?.name ?? row.node_id,
    path: row.path,
    kind: row.kind,
    thread: row.thread,
    title,
    instructions,
    shown,
    shown_hash: row.shown_hash,
    schema,
    callback_url:
      row.kind === 'callback' && reader.mayAnswer
        ? callbackUrl({ runId: row.run_id, nodeId: row.node_id, path: row.path })
        : null,
    due_at: row.due_at === null ? null : new Date(row.due_at).toISOString(),
    created_at: new Date(row.created_at).toISOString(),
  }
}

function askedOf(row: OpenWaitRow): Pick<OpenWait, 'title' | 'instructions' | 'shown' | 'schema'> {
  if (row.kind === 'approval') {
    const { title, instructions, shown, form } = approvalRequestSchema.parse(row.request)
    return { title, instructions, shown: shown ?? null, schema: form ?? null }
  }
  if (row.kind === 'callback') {
    return { title: 'Waits for a call', instructions: '', shown: null, schema: null }
  }
  const { prompt, schema } = inputRequestSchema.parse(row.request)
  return { title: prompt, instructions: '', shown: null, schema }
}

/** What `{"value":` and `}` add to a value in its column. */
const ENVELOPE_BYTES = 10

export function presentPayload(stored: StoredPayload | null, columnBytes: number | null): Payload | null {
  if (stored === null) return null
  if ('blob' in stored) return { blob_id: stored.blob, bytes: stored.bytes }
  return { value: stored.value, bytes: Math.max(0, (columnBytes ?? 0) - ENVELOPE_BYTES) }
}

export function presentNodeRun(row: NodeRunRow): NodeRun {
  return {
    node_key: row.node_key,
    node_id: row.node_id,
    path: row.path,
    status: row.status,
    attempt: row.attempt,
    input: presentPayload(row.input, row.input_bytes),
    output: presentPayload(row.output, row.output_bytes),
    error: row.error,
    calls: row.usage ?? [],
    started_at: row.started_at?.toISOString() ?? null,
    ended_at: row.ended_at?.toISOString() ?? null,
  }
}
