import { z } from 'zod'
import { RUN_STATUSES } from '../../engine/events'
import { LIMITS } from '../../limits'
import { definitionSchema, problemSchema } from '../../workflow/document'
import { idSchema, pageQuerySchema, textSchema, timestampSchema } from './common'

const name = textSchema({ trim: true, min: 1, max: LIMITS.workflow_name.value })
const description = textSchema({ max: LIMITS.description.value })
const tags = z.array(textSchema({ trim: true, min: 1, max: 50 })).max(20)
const problems = z.array(problemSchema)

export const versionSchema = z
  .object({
    id: idSchema,
    workflow_id: idSchema,
    number: z.int(),
    label: z.string(),
    note: z.string(),
    active: z.boolean(),
    published_by: z.string().nullable(),
    created_at: timestampSchema,
  })
  .meta({ id: 'WorkflowVersion' })
export type WorkflowVersion = z.infer<typeof versionSchema>

export const versionDetailSchema = versionSchema
  .extend({ definition: definitionSchema })
  .meta({ id: 'WorkflowVersionDetail' })

export const workflowSummarySchema = z
  .object({
    id: idSchema,
    slug: z.string(),
    name: z.string(),
    description: z.string(),
    tags: z.array(z.string()),
    status: z.enum(['draft', 'published', 'archived']),
    project_id: idSchema,
    active_version: z.object({ number: z.int(), label: z.string(), created_at: timestampSchema }).nullable(),
    /** Grows by one at each save of the draft; the `ETag` of the workflow is this number in quotes. */
    draft_revision: z.int(),
    /** The draft differs from the active version. */
    has_unpublished_changes: z.boolean(),
    node_count: z.int(),
    /** Newest first, at most 20: for the sparkline. */
    recent_runs: z.array(z.object({ id: idSchema, status: z.enum(RUN_STATUSES), duration_ms: z.number().nullable() })),
    run_count: z.int(),
    owner: z.string().nullable(),
    created_at: timestampSchema,
    updated_at: timestampSchema,
  })
  .meta({ id: 'WorkflowSummary' })
export type WorkflowSummary = z.infer<typeof workflowSummarySchema>

export const workflowSchema = workflowSummarySchema
  .extend({
    definition: definitionSchema.meta({ description: 'The draft. Keeps its own camelCase.' }),
    draft_saved_by: z.string().nullable(),
    agent_id: idSchema
      .nullable()
      .meta({ description: "Who executes it when a caller names nobody; null: the team's." }),
    problems,
  })
  .meta({ id: 'Workflow' })
export type Workflow = z.infer<typeof workflowSchema>

export const listWorkflowsQuerySchema = pageQuerySchema.extend({
  search: z.string().max(200).optional(),
  status: z.enum(['draft', 'published', 'archived']).optional(),
})

export const createWorkflowBodySchema = z
  .strictObject({
    name,
    description: description.optional(),
    tags: tags.optional(),
    project_id: idSchema.optional(),
    definition: definitionSchema.optional(),
  })
  .meta({ id: 'CreateWorkflow' })

/** A true PATCH: what is absent stays. Send `If-Match: "<draft_revision>"` to refuse a save over somebody else's (412). */
export const patchWorkflowBodySchema = z
  .strictObject({
    name: name.optional(),
    description: description.optional(),
    tags: tags.optional(),
    definition: definitionSchema.optional(),
    agent_id: idSchema.nullable().optional().meta({ description: "null: the team's default agent." }),
  })
  .meta({ id: 'PatchWorkflow' })

export const validateBodySchema = z
  .strictObject({ definition: z.unknown().optional() })
  .meta({ id: 'ValidateWorkflow' })
export const validateResponseSchema = z.object({ valid: z.boolean(), problems }).meta({ id: 'Validation' })

export const publishBodySchema = z
  .strictObject({
    label: textSchema({ trim: true, min: 1, max: 50 })
      .optional()
      .meta({ description: 'What callers see; default: the number.' }),
    name: textSchema({ trim: true, max: 50 }).optional().meta({ description: 'Same as `label`.' }),
    note: description.optional(),
  })
  .meta({ id: 'PublishWorkflow' })
