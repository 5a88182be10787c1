import { type Id, requireId, toObjectId } from '../../ids'
import type { WorkflowDefinition } from '../../workflow/document'
import type { Comment } from '../contracts/comments'
import type { Evaluation } from '../contracts/evaluation'
import type { RecordBody, RecordPair, RunRecord } from '../contracts/execute-record'
import type { Payload, Run, Segment, Usage } from '../contracts/runs'
import { endReason, turnStatus } from './status'
import { invalid, renamedError, type TurnCommand, turnCommand } from './turn-command'

/** The *record* dialect: the run record. A pure pair, request → command and run → response. */

/**
 * Which version a first request means: the query's, which may be 0; else the body's, where 0 is what clients send who mean
 * none. Undefined: the active one.
 */
export function recordVersion(query: number | undefined, body: number | null | undefined): number | undefined {
  if (query !== undefined) return query
  return typeof body === 'number' && body > 0 ? body : undefined
}

/**
 * Throws `validation_failed` (422) for what no request can mean, and `invalid_id` (400) for a malformed id. `workflowId` is
 * that of the path; the one in the body may only say it again.
 */
export function recordCommand(body: RecordBody, query: { version?: number | undefined }, workflowId: Id): TurnCommand {
  const { workflow_id, workflow_run_id } = body
  if (workflow_id !== undefined && workflow_id !== null && requireId(workflow_id, 'workflow_id') !== workflowId) {
    throw invalid('workflow_id', 'is not the workflow of the path; leave it out or make them agree')
  }
  const given = workflow_run_id ?? undefined
  const runId = given === undefined ? undefined : requireId(given, 'workflow_run_id')
  const version = recordVersion(query.version, body.version_number)
  return turnCommand({ ...body, input: undefined }, runId, version, { prefix: '', runIdField: 'workflow_run_id' })
}

/** A refusal of the commands behind, with its fields named as the caller wrote them. */
export function recordError(error: unknown): unknown {
  return renamedError(error, { inputs: 'thread_to_node_inputs', data: 'thread_to_node_inputs' })
}

export interface RecordParts {
  run: Run
  segments: Segment[]
  comments: Comment[]
  definition: WorkflowDefinition
  /** False: the time to wait was over first. */
  settled: boolean
}

/** A run as record clients read it. */
export function runRecord(parts: RecordParts): RunRecord {
  const { run, segments } = parts
  const { evaluation } = run
  const isEvaluation = run.trigger === 'evaluation'
  const sourceId = isEvaluation ? (evaluation?.run_id ?? null) : run.source_run_id
  const workflowId = toObjectId(run.workflow_id)
  return {
    logical_id: workflowId,
    workflow_run_id: toObjectId(run.id),
    workflow_id: workflowId,
    version_number: run.version?.number ?? null,
    version_name: run.version?.label ?? null,
    status: turnStatus(parts),
    termination_source: endReason(run),
    input_output_pairs: segments.map((segment) => pairOf(segment, scoresOf(run, segment.turn, segments.length))),
    run_by: run.run_by,
    comments: parts.comments.map(commentOf),
    llm_token_usage: tokenUsage(run.usage),
    llm_latency_stats: latencyStats(run.usage),
    workflow_config_fully_hydrated: parts.definition,
    is_evaluation_run: isEvaluation,
    source_workflow_run_id: sourceId === null ? null : toObjectId(sourceId),
    evaluation_run_info: evaluation === null ? null : evaluationInfo(evaluation),
    canonical_status: run.status,
    link_url: run.link_url,
  }
}

function pairOf(segment: Segment, evaluation: RecordPair['evaluation']): RecordPair {
  const { turn, input, output, messages, started_at, ended_at } = segment
  const plain = plainValue(output)
  return {
    input: plainValue(input),
    output: messages.length > 0 && isObjectOrNull(plain) ? { ...plain, messages } : plain,
    turn,
    started_at,
    ended_at,
    evaluation,
  }
}

/** Scores of one turn. An evaluator that knows no turns has said all there is about a run of one pair. */
function scoresOf({ id, evaluation }: Run, turn: number, pairs: number): NonNullable<RecordPair['evaluation']> | null {
  if (evaluation === null || evaluation.run_id !== id) return null
  const ofTurn = evaluation.turns.find((each) => each.turn === turn)?.scores
  const scores = ofTurn ?? (pairs === 1 ? evaluation.scores : null)
  return scores === null ? null : { workflow_run_id: toObjectId(evaluation.evaluation_run_id), scores }
}

function commentOf(comment: Comment): RunRecord['comments'][number] {
  const { id, author, body, turn, event_seq, node_key, created_at, edited_at } = comment
  return {
    comment_id: toObjectId(id),
    author: author.name,
    text: body,
    turn,
    event_seq,
    node_key,
    created_at,
    edited_at,
  }
}

function evaluationInfo(evaluation: Evaluation): NonNullable<RunRecord['evaluation_run_info']> {
  return {
    workflow_run_id: toObjectId(evaluation.evaluation_run_id),
    source_workflow_run_id: toObjectId(evaluation.run_id),
    workflow_id: evaluation.workflow_id === null ? null : toObjectId(evaluation.workflow_id),
    status: evaluation.status,
    scores: evaluation.scores,
    comment: evaluation.comment,
    error: evaluation.error?.message ?? evaluation.problem,
  }
}

function plainValue(payload: Payload | null): unknown {
  if (payload === null) return null
  return payload.blob_id === undefined ? (payload.value ?? null) : { blob_id: payload.blob_id, bytes: payload.bytes }
}

function isObjectOrNull(value: unknown): value is object | null {
  return typeof value === 'object' && !Array.isArray(value)
}

type Counts = Usage['by_model'][number] | Usage['by_provider'][number] | Usage

function tokenUsage(usage: Usage): RunRecord['llm_token_usage'] {
  const tokens = ({ input_tokens, output_tokens, total_tokens, calls }: Counts) => ({
    input_tokens,
    output_tokens,
    total_tokens,
    call_count: calls,
  })
  return {
    ...tokens(usage),
    by_model: usage.by_model.map((each) => ({ model: each.model, provider: each.provider, ...tokens(each) })),
    by_provider: usage.by_provider.map((each) => ({ provider: each.provider, ...tokens(each) })),
  }
}

function latencyStats(usage: Usage): RunRecord['llm_latency_stats'] {
  const latency = ({ calls, latency_ms, average_latency_ms }: Counts) => ({
    call_count: calls,
    total_ms: latency_ms,
    average_ms: average_latency_ms,
  })
  return {
    ...latency(usage),
    by_model: usage.by_model.map((each) => ({ model: each.model, provider: each.provider, ...latency(each) })),
  }
}
