import { z } from 'zod'
import { LIMITS } from '../../limits'
import { definitionSchema, problemSchema, settingsSchema } from '../../workflow/document'
import { idSchema, textSchema } from './common'
import { contract } from './contract'
import { workflowSchema } from './workflows'

/** What is done with a whole workflow besides editing it: copies, documents to carry elsewhere, comparison, limits. */

const name = textSchema({ trim: true, min: 1, max: LIMITS.workflow_name.value })
const description = textSchema({ max: LIMITS.description.value })
const tags = z.array(textSchema({ trim: true, min: 1, max: 50 })).max(20)

const cloneBodySchema = z
  .strictObject({ name: name.optional().meta({ description: 'Default: `Copy of` and the name of the original.' }) })
  .meta({ id: 'CloneWorkflow' })

const exportSchema = z
  .object({
    schema_version: z.literal(1),
    name: z.string(),
    description: z.string(),
    tags: z.array(z.string()),
    definition: definitionSchema,
  })
  .meta({ id: 'WorkflowExport', description: 'A workflow as a document that `POST /v1/workflows/import` accepts.' })
export type WorkflowExport = z.infer<typeof exportSchema>

const importMembers = {
  schema_version: z.literal(1).optional(),
  name: name.optional().meta({ description: 'Default: `Imported workflow`.' }),
  description: description.optional(),
  tags: tags.optional(),
  project_id: idSchema.optional(),
  definition: z.unknown().optional().meta({ description: 'A definition, or an object with a list of `steps`.' }),
  steps: z.array(z.record(z.string(), z.unknown())).min(1).max(LIMITS.nodes.value).optional().meta({
    description:
      'Instead of a definition: `{name, description, agent_hint?}` in sequence, `{name, type, config?, depends_on?}`, or `{action, agent_id?, parameters?}` in sequence.',
  }),
  inputs: z.unknown().optional().meta({ description: 'With `steps`: a JSON Schema, or a list of `{name, type, …}`.' }),
}
const isUnknown = (member: string) => !Object.hasOwn(importMembers, member)

/** A list of steps comes from another tool and may say more than we know; our own document is held to its form. */
export const importBodySchema = z
  .looseObject(importMembers)
  .superRefine((body, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (body.steps !== undefined && body.definition !== undefined) refuse('steps', 'goes without definition')
    if (body.steps !== undefined) return
    if (body.definition === undefined) refuse('definition', 'missing: send a definition, or steps')
    if (body.inputs !== undefined) refuse('inputs', 'only with steps: a definition has its own')
    for (const member of Object.keys(body).filter(isUnknown)) refuse(member, 'unknown field')
  })
  .meta({ id: 'ImportWorkflow' })

/** Members of a foreign document that nothing is made of. */
export const ignoredMembers = (body: object): string[] => Object.keys(body).filter(isUnknown)

const importedSchema = z
  .object({
    workflow: workflowSchema,
    shape: z
      .enum(['graph', 'described-steps', 'typed-steps', 'action-steps'])
      .meta({ description: 'How it was read.' }),
    problems: z.array(problemSchema).meta({ description: 'What has to be mended before it can be published.' }),
    notes: z.array(z.string()).meta({ description: 'What was decided while reading it, and what was left out.' }),
  })
  .meta({ id: 'ImportedWorkflow' })
export type ImportedWorkflow = z.infer<typeof importedSchema>

const versionNameSchema = z.object({ number: z.int(), label: z.string() })
const versionDiffSchema = z
  .object({
    workflow_id: idSchema,
    from: versionNameSchema,
    to: versionNameSchema,
    changes: z.array(
      z.object({
        kind: z.enum(['added', 'removed', 'changed', 'moved']),
        what: z.enum(['node', 'edge', 'inputs', 'outputs', 'settings', 'kind']),
        id: z.string().optional().meta({ description: 'Of the node or the edge.' }),
        label: z.string().meta({ description: 'Name of the node, or `From → To` of the edge.' }),
        fields: z.array(z.string()).meta({ description: 'What of it changed.' }),
      }),
    ),
  })
  .meta({ id: 'VersionDiff' })
export const definitionChangesSchema = versionDiffSchema.shape.changes
export type VersionDiff = z.infer<typeof versionDiffSchema>

const concurrencyBodySchema = z
  .strictObject({
    max_concurrent_runs: settingsSchema.shape.maxConcurrentRuns
      .unwrap()
      .nullable()
      .optional()
      .meta({ description: 'null: no limit of its own, only that of the team.' }),
    on_limit: z
      .enum(['queue', 'reject'])
      .optional()
      .meta({ description: 'What becomes of a run over the limit: it waits in the queue, or is refused with 429.' }),
  })
  .meta({ id: 'SetConcurrency', description: 'What is absent stays.' })

export const workflowMoreContracts = {
  cloneWorkflow: contract({
    id: 'cloneWorkflow',
    method: 'POST',
    path: '/workflows/{workflow_id}/clone',
    permission: 'workflow:write',
    tag: 'Workflows',
    summary: 'Make a new workflow of the draft of this one',
    description: 'Copies the draft, the description, the tags, the project and the agent; no versions and no runs.',
    example: { name: 'Bulletin, second edition' },
    body: cloneBodySchema,
    bodyOptional: true,
    response: workflowSchema,
    status: 201,
    idempotent: true,
  }),
  exportWorkflow: contract({
    id: 'exportWorkflow',
    method: 'GET',
    path: '/workflows/{workflow_id}/export',
    permission: 'workflow:read',
    tag: 'Workflows',
    summary: 'The draft as a document to keep or to import elsewhere',
    response: exportSchema,
  }),
  importWorkflow: contract({
    id: 'importWorkflow',
    method: 'POST',
    path: '/workflows/import',
    permission: 'workflow:write',
    tag: 'Workflows',
    summary: 'Make a workflow of a document',
    description:
      'Takes what an export answers, and the lists of steps that other tools write. The workflow is a draft: publish it when `problems` holds no error.',
    example: { name: 'Brief', steps: [{ name: 'Research', description: 'Find three facts.' }, { name: 'Write' }] },
    body: importBodySchema,
    response: importedSchema,
    status: 201,
    idempotent: true,
    errors: ['invalid_definition'],
  }),
  diffVersions: contract({
    id: 'diffVersions',
    method: 'GET',
    path: '/workflows/{workflow_id}/versions/{number}/diff/{other}',
    permission: 'workflow:read',
    tag: 'Workflows',
    summary: 'What changed from one version to another',
    description: 'From the version `number` to the version `other`, in either order. Moving a node changes no run.',
    response: versionDiffSchema,
  }),
  setConcurrency: contract({
    id: 'setConcurrency',
    method: 'PATCH',
    path: '/workflows/{workflow_id}/concurrency',
    permission: 'workflow:write',
    tag: 'Workflows',
    summary: 'Say how many runs may be at once',
    description:
      'Changes `settings` of the draft. It takes effect for runs of the draft at once, and for all others when the draft is published: a version never changes, and a run keeps the limit of the version that it was started from.',
    example: { max_concurrent_runs: 5, on_limit: 'queue' },
    body: concurrencyBodySchema,
    response: workflowSchema,
    conditional: true,
    errors: ['precondition_failed'],
  }),
} as const
