import { z } from 'zod'
import { EXECUTION_STATUSES } from '../dialects/status'
import { idSchema, jsonValueSchema, timestampSchema } from './common'
import { estimateSchema, planSchema } from './plan'

/** The *orchestration* dialect of `POST /v1/workflows/{id}/execute`: run a published graph, asynchronously. */

export const orchestrationBodySchema = z
  .strictObject({
    agent_id: idSchema
      .nullish()
      .meta({ description: "Who executes it; default: the workflow's agent, or the team's." }),
    input: jsonValueSchema.optional().meta({ description: 'Checked against the inputs the workflow declares.' }),
    parameters: z.record(z.string(), z.unknown()).nullish().meta({
      description:
        'A key equal to the id or name of a node replaces fields of its config for this run only; any other key is a variable that every node can read.',
    }),
    dry_run: z.boolean().nullish().meta({ description: 'Answer the plan and an estimate; make no run, call nothing.' }),
  })
  .meta({ id: 'OrchestrationExecute' })
export type OrchestrationBody = z.infer<typeof orchestrationBodySchema>

export const stepSchema = z
  .object({
    node_id: z.string(),
    action: z.string().meta({ description: 'Type of the node.' }),
    agent_id: idSchema.nullable(),
    status: z.enum(['planned', 'pending', 'running', 'waiting', 'completed', 'failed', 'skipped', 'cancelled']),
    result: jsonValueSchema.meta({
      description:
        'Its output once it completed; `{ blob_id, bytes }` for one over 256 KiB; `{ error }` when it failed.',
    }),
  })
  .meta({ id: 'ExecutionStep' })
export type ExecutionStep = z.infer<typeof stepSchema>

export const executionSchema = z
  .object({
    run_id: z.string().nullable().meta({ description: '`maip-orch:` and a ULID; null in a dry run.' }),
    execution_id: idSchema.nullable().meta({ description: 'The same run as a UUID.' }),
    workflow_id: idSchema,
    workflow_version: z.string().nullable().meta({ description: 'The label of the version.' }),
    agent_id: idSchema.nullable(),
    status: z.enum(EXECUTION_STATUSES),
    steps: z.array(stepSchema).meta({ description: 'In dependency order.' }),
    error: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .meta({ description: '`CANCELLED`, `TIMEOUT`, `EXECUTION_ERROR`, …' }),
    created_at: timestampSchema.nullable(),
    started_at: timestampSchema.nullable(),
    ended_at: timestampSchema.nullable(),
    link_url: z.string().nullable(),
    dry_run: z.boolean(),
    plan: planSchema.optional(),
    estimate: estimateSchema.optional(),
  })
  .meta({ id: 'Execution' })
export type Execution = z.infer<typeof executionSchema>
