import { z } from 'zod'
import { callUsageSchema, failureSchema, RUN_STATUSES, runEventSchema, waitKindSchema } from '../../engine/events'
import { LIMITS, MAX_NUMBER } from '../../limits'
import { budgetSchema, definitionSchema } from '../../workflow/document'
import { approvalStandSchema } from './approvals'
import { ratingSchema } from './comments'
import { idSchema, jsonValueSchema, pageOf, pageQuerySchema, textSchema, timestampSchema } from './common'
import { evaluationSchema } from './evaluation'

const status = z.enum(RUN_STATUSES)
const variables = z.record(z.string(), z.unknown())

/** What an open wait asks a person or program for. */
export const openWaitSchema = z
  .object({
    id: idSchema,
    run_id: idSchema.meta({ description: 'The run that it is open in: this one, or one of a sub-workflow.' }),
    node_id: z.string(),
    node_name: z.string(),
    path: z.array(z.string()),
    kind: waitKindSchema,
    thread: z.string().nullable().meta({
      description: 'Its name among everything that waits; in a sub-workflow with the steps that lead there in front.',
    }),
    /** Title of an approval, prompt of an input. */
    title: z.string(),
    instructions: z.string(),
    shown: jsonValueSchema,
    shown_hash: z.string().nullable(),
    /** JSON Schema of the expected data, or of the form an approver may edit. */
    schema: z.record(z.string(), z.unknown()).nullable(),
    approval: approvalStandSchema
      .nullable()
      .meta({ description: 'Of an approval: who may decide, and what was said.' }),
    /** Where another system answers a callback step; shown to those who may answer runs. */
    callback_url: z.string().nullable(),
    due_at: timestampSchema.nullable(),
    created_at: timestampSchema,
  })
  .meta({ id: 'OpenWait' })
export type OpenWait = z.infer<typeof openWaitSchema>

export const runSummarySchema = z
  .object({
    id: idSchema,
    workflow_id: idSchema,
    workflow_name: z.string(),
    version: z
      .object({ number: z.int(), label: z.string() })
      .nullable()
      .meta({ description: 'null: a run of the draft' }),
    status,
    trigger: z.string(),
    run_by: z.string(),
    waiting_for: z.string().nullable().meta({ description: 'Name of the node where the run is waiting.' }),
    error_reason: z.string().nullable(),
    error_summary: z.string().nullable(),
    turn: z.int(),
    last_seq: z.int(),
    tokens: z.int(),
    cost_usd: z.number(),
    created_at: timestampSchema,
    started_at: timestampSchema.nullable(),
    ended_at: timestampSchema.nullable(),
    parent_run_id: idSchema.nullable().meta({ description: 'The run of a sub-workflow: the run that waits for it.' }),
    source_run_id: idSchema.nullable().meta({ description: 'A retry or fork: the run whose results it takes over.' }),
    agent_id: idSchema.nullable().meta({ description: 'Who executes it, where an agent was named or resolved.' }),
    labels: z.array(z.string()).meta({ description: 'What whoever started it said of it, to find it again.' }),
    link_url: z.string(),
  })
  .meta({ id: 'RunSummary' })
export type RunSummary = z.infer<typeof runSummarySchema>

const usageCounts = {
  calls: z.int(),
  input_tokens: z.int(),
  output_tokens: z.int(),
  total_tokens: z.int(),
  cost_usd: z
    .number()
    .nullable()
    .meta({ description: 'null: there are calls, and nobody said what one of their models costs.' }),
  latency_ms: z.number().meta({ description: 'Of all calls together.' }),
  average_latency_ms: z.number().nullable(),
}
/** What a run used of models. */
export const usageSchema = z
  .object({
    ...usageCounts,
    by_model: z.array(z.object({ provider: z.string(), model: z.string(), ...usageCounts })),
    by_provider: z.array(z.object({ provider: z.string(), ...usageCounts })),
  })
  .meta({ id: 'Usage', description: 'What a run and the runs of its sub-workflows used of models so far.' })
export type Usage = z.infer<typeof usageSchema>

export const runSchema = runSummarySchema
  .extend({
    input: jsonValueSchema,
    dynamic_variables: variables,
    runtime_variables: variables,
    parameters: variables,
    budget: budgetSchema.nullable().meta({ description: 'What the run may use of models; null: no budget.' }),
    usage: usageSchema,
    output: jsonValueSchema.meta({ description: 'Present when the run completed; null while it runs.' }),
    output_ref: z.object({ blob_id: idSchema, bytes: z.int() }).nullable().meta({
      description: 'Set instead of `output` when the value is over 256 KiB: read it at /v1/runs/{id}/blobs/{blob_id}.',
    }),
    error: failureSchema.nullable(),
    error_node_id: z.string().nullable(),
    waits: z.array(openWaitSchema),
    rating: ratingSchema,
    evaluation: evaluationSchema.nullable().meta({
      description: 'Of a run that is evaluated, and of the run that evaluates it. null: neither.',
    }),
  })
  .meta({ id: 'Run' })
export type Run = z.infer<typeof runSchema>

export const runDefinitionSchema = z
  .object({ workflow_id: idSchema, run_id: idSchema, definition: definitionSchema })
  .meta({ id: 'RunDefinition', description: 'The frozen definition that this run executes.' })

export const startRunBodySchema = z
  .strictObject({
    input: jsonValueSchema.optional().meta({ description: 'Checked against the inputs the workflow declares.' }),
    dynamic_variables: variables.optional(),
    runtime_variables: variables.optional(),
    parameters: variables.optional(),
    budget: budgetSchema.optional().meta({
      description:
        'What the run may use of models, sub-workflows included. The smaller of this and what the workflow allows holds.',
    }),
    version: z.int().min(0).max(MAX_NUMBER).optional().meta({ description: 'Absent: the active version.' }),
    draft: z.boolean().optional().meta({ description: 'Run the draft as it is now instead of a published version.' }),
    run_by: textSchema({ max: 200 }).optional(),
    agent_id: idSchema.optional().meta({ description: 'Who executes it; absent: nobody is recorded.' }),
    labels: z
      .array(textSchema({ trim: true, min: 1, max: LIMITS.label.value }))
      .max(LIMITS.labels.value)
      .optional()
      .meta({ description: 'Words to find the run by: `GET /v1/runs?label=…`. A retry or fork keeps them.' }),
    dry_run: z.boolean().optional().meta({ description: 'Answer a plan and an estimate with 200; make no run.' }),
    wait: z
      .number()
      .min(0)
      .max(300)
      .optional()
      .meta({ description: 'Seconds to wait for the run to pause or end before answering; default 0.' }),
  })
  .meta({ id: 'StartRun' })
export type StartRunBody = z.infer<typeof startRunBodySchema>

export const listRunsQuerySchema = pageQuerySchema.extend({
  workflow_id: idSchema.optional(),
  status: z.string().max(300).optional().meta({ description: 'One status, or several separated by commas.' }),
  trigger: z.string().max(50).optional(),
  run_by: z.string().max(200).optional(),
  agent_id: idSchema.optional().meta({ description: 'Only runs that this agent executes.' }),
  label: z.string().max(200).optional().meta({ description: 'Only runs with this label.' }),
  text: textSchema({ trim: true, max: 200 }).optional().meta({
    description:
      'Only runs that have every word of this somewhere in their input, output, error, labels, id, or the names of workflow, version, node and caller. Upper and lower case are the same. A page looks through the newest 10 000 runs that the other filters leave, or 32 MiB of their values: when it found fewer than `limit`, `searched_to` says how far it came, and `next_cursor` goes on there. Values over 256 KiB are kept apart and not looked through.',
  }),
  created_after: timestampSchema.optional(),
  created_before: timestampSchema.optional(),
})

export const listRunsResponseSchema = pageOf(runSummarySchema).extend({
  searched_to: timestampSchema
    .nullable()
    .meta({ description: 'With `text`: the oldest run that was looked at so far. null: all were.' }),
})

export const commandBodySchema = z
  .strictObject({
    command: z.enum(['data', 'resume', 'pause', 'stop', 'retry']).meta({
      description:
        '`retry`: a new run takes over every result of this one, which failed, was stopped or timed out, and runs the rest; the answer is the new run.',
    }),
    data: jsonValueSchema.optional().meta({ description: 'With `data`: the answer of the one open input.' }),
    inputs: variables
      .optional()
      .meta({ description: 'With `data`: answers by thread id or node id, when several inputs wait.' }),
    wait: z.number().min(0).max(300).optional(),
  })
  .meta({ id: 'RunCommand' })

export const forkBodySchema = z
  .strictObject({
    from_node: z.string().min(1).max(100).meta({ description: 'Id or name of the node to begin again at.' }),
    path: z
      .array(z.string())
      .max(60)
      .optional()
      .meta({ description: 'One address of it, inside containers or loops.' }),
    input: jsonValueSchema
      .optional()
      .meta({ description: 'Another input for the new run. Reused results stay as they are.' }),
    wait: z.number().min(0).max(300).optional(),
  })
  .meta({ id: 'ForkRun' })

export const retryPlanQuerySchema = z.object({
  from_node: z.string().min(1).max(100).optional().meta({ description: 'The plan of a fork from this node.' }),
  path: z
    .string()
    .min(1)
    .max(2_000)
    .optional()
    .meta({
      description: 'With `from_node`: one address of it, inside containers or loops, its segments separated by `/`.',
      examples: ['each:3/visit:2'],
    }),
})
const plannedStepSchema = z.object({
  node_key: z.string(),
  node_id: z.string(),
  node_name: z.string(),
  path: z.array(z.string()),
  status: z.string().meta({ description: 'How it ended in this run.' }),
  side_effect: z.boolean().meta({ description: 'It calls something outside that may act a second time.' }),
})
export const retryPlanSchema = z
  .object({ run_id: idSchema, reused: z.array(plannedStepSchema), again: z.array(plannedStepSchema) })
  .meta({ id: 'RetryPlan' })

export const eventsQuerySchema = z.object({
  after: z.coerce.number().int().min(0).max(MAX_NUMBER).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
})
export const eventsResponseSchema = z
  .object({ items: z.array(runEventSchema), next_after: z.int().nullable() })
  .meta({ id: 'RunEvents' })

/** A value of a node run: inline, or by reference when it is over 256 KiB. */
export const payloadSchema = z
  .object({ value: jsonValueSchema.optional(), blob_id: idSchema.optional(), bytes: z.int() })
  .meta({ id: 'Payload' })
export type Payload = z.infer<typeof payloadSchema>

export const segmentSchema = z
  .object({
    turn: z.int(),
    input: payloadSchema.nullable().meta({
      description:
        'The input of the run, then what was answered: one answer as it is, several by the id of their node. null: a pause was ended.',
    }),
    output: payloadSchema.nullable().meta({
      description:
        'The output of the run, `{ error }` when it ended otherwise, or `{ waiting_for }`: what is asked next.',
    }),
    messages: z.array(z.object({ text: z.string(), state: z.record(z.string(), z.unknown()).nullable() })),
    status: status.nullable().meta({ description: 'What it ended as; null: it goes on.' }),
    started_at: timestampSchema,
    ended_at: timestampSchema.nullable(),
  })
  .meta({
    id: 'Segment',
    description: 'A stretch in which a run executes by itself, until it waits for a person or ends.',
  })
export type Segment = z.infer<typeof segmentSchema>

export const nodeRunSchema = z
  .object({
    node_key: z.string(),
    node_id: z.string(),
    path: z.array(z.string()),
    status: z.enum(['running', 'waiting', 'succeeded', 'failed', 'cancelled']),
    attempt: z.int(),
    input: payloadSchema
      .nullable()
      .meta({ description: 'The config with its templates resolved; secrets are not in it.' }),
    output: payloadSchema.nullable(),
    error: failureSchema.nullable(),
    calls: z.array(callUsageSchema),
    started_at: timestampSchema.nullable(),
    ended_at: timestampSchema.nullable(),
  })
  .meta({ id: 'NodeRun' })
export type NodeRun = z.infer<typeof nodeRunSchema>

export const listNodeRunsQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
  cursor: z.string().max(500).optional(),
  node_key: z.string().max(1_000).optional(),
})
