import { z } from 'zod'
import { RUN_STATUSES } from '../../engine/events'
import { MAX_NUMBER } from '../../limits'
import { RECORD_STATUSES } from '../dialects/status'
import { idSchema, jsonValueSchema, textSchema } from './common'

/** The *session* dialect of `POST /v1/workflows/{id}/execute`: turn by turn over plain HTTP. Source: `docs/api.md`. */

const nodeInputSchema = z.looseObject({
  node_id: z.string().optional(),
  data: jsonValueSchema.optional(),
  messages: z.array(z.unknown()).optional(),
})

export const sessionBodySchema = z
  .strictObject({
    run_id: idSchema.nullish(),
    run_input: z.strictObject({
      command: z.enum(['start', 'data', 'resume', 'pause', 'stop']).nullish(),
      dynamic_variables: z.record(z.string(), z.unknown()).nullish(),
      runtime_variables: z.record(z.string(), z.unknown()).nullish(),
      miscellaneous: z.record(z.string(), z.unknown()).nullish(),
      /** Key: thread id or node id. Value: the data itself, or `{ node_run_inputs: [{ node_id?, data?, messages? }] }`. */
      thread_to_node_inputs: z.record(z.string(), z.unknown()).nullish(),
      run_by: textSchema({ max: 200 }).nullish(),
      team_id: z.string().max(64).nullish(),
      input: jsonValueSchema.optional(),
    }),
  })
  .meta({ id: 'SessionExecute' })
export type SessionBody = z.infer<typeof sessionBodySchema>

export const nodeRunInputsSchema = z.strictObject({ node_run_inputs: z.array(nodeInputSchema) })

export const executeQuerySchema = z.object({
  version: z.coerce
    .number()
    .int()
    .min(0)
    .max(MAX_NUMBER)
    .optional()
    .meta({ description: 'Number of a version, for a start only. Absent: the active one.' }),
  timeout: z.coerce.number().min(0).max(300).optional().meta({
    description: 'Seconds to wait for the run to pause or end; 60 unless told, 0 in the orchestration shape.',
  }),
})

export const sessionResponseSchema = z
  .object({
    run_id: z.string().meta({ description: '24 hex digits; echo it on the next turn.' }),
    status: z.enum(RECORD_STATUSES),
    turn_number: z.int().min(1),
    events: z.array(z.looseObject({ type: z.string(), seq: z.int(), at: z.string() })),
    is_waiting_for_input: z.boolean(),
    is_completed: z.boolean(),
    error: z.string().nullable(),
    next_input_hint: z
      .object({
        node_id: z.string(),
        node_name: z.string(),
        thread_id: z.string().nullable(),
        kind: z.enum(['input', 'approval']),
        prompt: z.string(),
        schema: z.record(z.string(), z.unknown()).nullable(),
        options: z.array(z.unknown()),
      })
      .nullable(),
    output: jsonValueSchema.meta({ description: 'Of the run, when it completed.' }),
    output_ref: z
      .object({ blob_id: idSchema, bytes: z.int() })
      .nullable()
      .meta({ description: 'Set instead of `output` when that is over 256 KiB.' }),
    canonical_status: z.enum(RUN_STATUSES),
    link_url: z.string(),
  })
  .meta({ id: 'SessionTurn' })
export type SessionTurn = z.infer<typeof sessionResponseSchema>
