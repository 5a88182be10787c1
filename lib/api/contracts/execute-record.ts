import { z } from 'zod'
import { RUN_STATUSES } from '../../engine/events'
import { MAX_NUMBER } from '../../limits'
import { definitionSchema } from '../../workflow/document'
import { RECORD_STATUSES } from '../dialects/status'
import { idSchema, jsonValueSchema, textSchema, timestampSchema } from './common'

/** The *record* dialect of `POST /v1/workflows/{id}/execute`: the run record. Source: `docs/api.md`. */

const variables = z.record(z.string(), z.unknown())

export const recordBodySchema = z
  .strictObject({
    command: z
      .enum(['start', 'data', 'resume', 'pause', 'stop'])
      .nullish()
      .meta({ description: 'Without `workflow_run_id` only `start`, the default.' }),
    dynamic_variables: variables.nullish().meta({
      description: 'Replace `{{name}}`. A name that the workflow declares as an input is given as that input too.',
    }),
    runtime_variables: variables.nullish().meta({ description: 'Replace `[[name]]`.' }),
    miscellaneous: variables.nullish().meta({ description: 'Kept with the run as it is.' }),
    workflow_id: idSchema.nullish().meta({ description: 'The workflow of the path, said again.' }),
    version_number: z
      .int()
      .min(0)
      .max(MAX_NUMBER)
      .nullish()
      .meta({ description: 'Honoured above 0 only, and only when the query names no `version`. 0 is the default.' }),
    run_by: textSchema({ max: 200 }).nullish(),
    workflow_run_id: idSchema.nullish().meta({ description: 'The run to go on with.' }),
    team_id: idSchema.nullish().meta({ description: 'May only name the own team.' }),
    thread_to_node_inputs: variables.nullish().meta({
      description:
        'Key: thread id or node id. Value: the data itself, or `{ node_run_inputs: [{ node_id?, data?, messages? }] }`.',
    }),
  })
  .meta({ id: 'RecordExecute' })
export type RecordBody = z.infer<typeof recordBodySchema>

const objectId = z.string().meta({ description: '24 hex digits.' })
const tokens = { input_tokens: z.int(), output_tokens: z.int(), total_tokens: z.int(), call_count: z.int() }
const latency = { call_count: z.int(), total_ms: z.number(), average_ms: z.number().nullable() }

const scores = z.record(z.string(), z.number())

const recordCommentSchema = z
  .object({
    comment_id: objectId,
    author: z.string(),
    text: z.string(),
    turn: z.int().nullable(),
    event_seq: z.int().nullable(),
    node_key: z.string().nullable(),
    created_at: timestampSchema,
    edited_at: timestampSchema.nullable(),
  })
  .meta({ id: 'RecordComment' })

const evaluationRunInfoSchema = z
  .object({
    workflow_run_id: objectId.meta({ description: 'The run of the evaluator.' }),
    source_workflow_run_id: objectId.meta({ description: 'The run that it evaluates.' }),
    workflow_id: objectId.nullable(),
    status: z.string().meta({ description: 'Of the run of the evaluator, or `pending`, or `refused`.' }),
    scores: scores.nullable(),
    comment: z.string().nullable(),
    error: z.string().nullable().meta({ description: 'Why there are no scores, once that is known.' }),
  })
  .meta({ id: 'EvaluationRunInfo' })

export const recordPairSchema = z
  .object({
    input: jsonValueSchema.meta({ description: 'What set the segment off: the input of the run, or an answer.' }),
    output: jsonValueSchema.meta({
      description: 'What it came to: the output of the run, or what was said and asked before it waited.',
    }),
    turn: z.int(),
    started_at: timestampSchema,
    ended_at: timestampSchema.nullable(),
    evaluation: z.object({ workflow_run_id: objectId, scores }).nullable().optional().meta({
      description: 'Scores of this turn; of a run with a single pair, those of the run.',
    }),
  })
  .meta({ id: 'InputOutputPair' })
export type RecordPair = z.infer<typeof recordPairSchema>

export const recordResponseSchema = z
  .object({
    logical_id: objectId.meta({ description: 'Of the workflow, whatever its version. 24 hex digits.' }),
    workflow_run_id: objectId,
    workflow_id: objectId,
    version_number: z.int().nullable().meta({ description: 'null: a workflow that has no versions.' }),
    version_name: z.string().nullable(),
    status: z.enum(RECORD_STATUSES),
    termination_source: z.string().nullable().meta({
      description:
        'null while the run goes on and when it completed; otherwise why it ended: `execution_error`, `timeout`, `cancelled`, `skipped`, `stale_run_reaper`, `finally_safety_net`, …',
    }),
    input_output_pairs: z.array(recordPairSchema).meta({ description: 'One for each stretch without a pause.' }),
    run_by: z.string(),
    comments: z.array(recordCommentSchema).meta({ description: 'Oldest first.' }),
    llm_token_usage: z.object({
      ...tokens,
      by_model: z.array(z.object({ model: z.string(), provider: z.string(), ...tokens })),
      by_provider: z.array(z.object({ provider: z.string(), ...tokens })),
    }),
    llm_latency_stats: z.object({
      ...latency,
      by_model: z.array(z.object({ model: z.string(), provider: z.string(), ...latency })),
    }),
    workflow_config_fully_hydrated: definitionSchema.meta({
      description: 'The frozen definition with the parameters of this run in it, secrets masked.',
    }),
    is_evaluation_run: z.boolean(),
    source_workflow_run_id: objectId.nullable().meta({ description: 'The run that this one evaluates or continues.' }),
    evaluation_run_info: evaluationRunInfoSchema.nullable().meta({
      description: 'Of a run that is evaluated, and of the run that evaluates it.',
    }),
    canonical_status: z.enum(RUN_STATUSES),
    link_url: z.string(),
  })
  .meta({ id: 'RunRecord' })
export type RunRecord = z.infer<typeof recordResponseSchema>
