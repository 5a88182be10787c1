import { z } from 'zod'
import { estimateSchema, planSchema } from '../../api/contracts/plan'
import type { Workflow, WorkflowSummary } from '../../api/contracts/workflows'
import { JOB_STATUSES, jobStatus } from '../../api/dialects/status'
import { requirePermission } from '../../auth/authorize'
import type { Action } from '../../auth/permissions'
import type { Principal } from '../../auth/principal'
import { AppError } from '../../errors'
import { type Id, parseId, toPrefixed } from '../../ids'
import { LIMITS } from '../../limits'
import { createWorkflow } from '../../usecases/create-workflow'
import { decideApproval } from '../../usecases/decide-approval'
import { deleteWorkflow } from '../../usecases/delete-workflow'
import { dryRun } from '../../usecases/dry-run'
import { getRun } from '../../usecases/get-run'
import { getWorkflow } from '../../usecases/get-workflow'
import { listWorkflows } from '../../usecases/list-workflows'
import { listProjects, requireProject } from '../../usecases/projects'
import { publishWorkflow } from '../../usecases/publish-workflow'
import { saveDraft } from '../../usecases/save-draft'
import { definitionSchema } from '../../workflow/document'
import { validateDefinition } from '../../workflow/validate'
import { CHANGES, type ToolCall, type ToolResult, tool } from '../tool'
import { asMarkdown } from './markdown'
import { startOnce } from './run-workflow'
import { idOf, objectArgument } from './shapes'

const ACTIONS = ['list', 'get', 'create', 'update', 'delete', 'publish', 'run', 'approve', 'reject'] as const

const inputSchema = z.strictObject({
  action: z.enum(ACTIONS),
  workflow_id: z.string().max(64).optional().describe('For get, update, delete, publish and run.'),
  name: z.string().trim().min(1).max(LIMITS.workflow_name.value).optional(),
  description: z.string().max(LIMITS.description.value).optional(),
  definition: definitionSchema.optional(),
  inputs: objectArgument.optional().describe('With run: the inputs that the workflow declares.'),
  dry_run: z.boolean().optional().describe('With run: the plan and an estimate of its cost; nothing is run.'),
  workflow_job_id: z.string().max(64).optional().describe('With approve and reject: the run.'),
  node_id: z.string().max(64).optional().describe('With approve and reject: the approval step.'),
  team_id: z.string().max(64).optional().describe('OAuth callers, and callers with several teams, must name it.'),
  project_id: z.string().max(64).optional().describe('Likewise. What is not in it is not found.'),
  response_format: z.enum(['json', 'markdown']).optional(),
})
type Input = z.output<typeof inputSchema>

const workflowShape = z.object({
  id: z.string(),
  name: z.string().optional(),
  description: z.string().optional(),
  status: z.string(),
  version: z.int().nullable().optional(),
  project_id: z.string().optional(),
  definition: z.unknown().optional(),
  problems: z.array(z.unknown()).optional(),
  jobId: z.string().optional(),
})
const outputSchema = z.object({
  workflow: workflowShape.optional(),
  workflows: z.array(workflowShape).optional(),
  next_page_token: z.string().nullable().optional(),
  approval: z
    .object({
      id: z.string(),
      workflow_job_id: z.string(),
      node_id: z.string(),
      decision: z.enum(['approved', 'rejected']),
      decided_by: z.string(),
      decided_at: z.string(),
      status: z.enum(JOB_STATUSES),
    })
    .optional(),
  plan: planSchema.optional().describe('With dry_run: what a run would do.'),
  estimate: estimateSchema.optional().describe('With dry_run: what a run may cost.'),
})
type Output = z.input<typeof outputSchema>

const PERMISSIONS: Record<(typeof ACTIONS)[number], Action> = {
  list: 'workflow:read',
  get: 'workflow:read',
  create: 'workflow:write',
  update: 'workflow:write',
  delete: 'workflow:write',
  publish: 'workflow:publish',
  run: 'workflow:execute',
  approve: 'approval:decide',
  reject: 'approval:decide',
}

/** One tool for the whole life of a workflow, for clients that speak it that way. */
export const manageWorkflowsTool = tool(
  {
    name: 'manage_workflows',
    title: 'Manage workflows',
    description:
      'List, read, create, update, delete, publish and run workflows, and approve or reject what a run asks. run with dry_run answers the plan and an estimate and makes no run. create and update publish a new version when the definition has no errors.',
    annotations: CHANGES,
    permission: null,
    input: inputSchema,
    output: outputSchema,
    work: async (input, call) => {
      requirePermission(call.principal, PERMISSIONS[input.action])
      requirePublishingOf(input, call.principal)
      await refuseOtherPlace(input, call.principal)
      refuseDryRun(input)
      const output = await WORK[input.action](input, call)
      return answer(output, input.response_format)
    },
  },
  requirePermission,
)

const WORK: Record<Input['action'], (input: Input, call: ToolCall) => Promise<Output>> = {
  list: async (input, { principal }) => {
    const project = input.project_id === undefined ? {} : { projectId: idOf(input.project_id, 'project_id') }
    const { items, next_cursor } = await listWorkflows({ principal, ...project, limit: 100 })
    return { workflows: items.map(shortShape), next_page_token: next_cursor }
  },
  get: async (input, { principal }) => ({
    workflow: longShape(await getWorkflow({ principal, workflowId: workflowOf(input) })),
  }),
  create: async (input, { principal }) => {
    const { name, description, definition } = input
    if (name === undefined) throw missing('name', 'create')
    const project = input.project_id === undefined ? {} : { projectId: input.project_id }
    const made = await createWorkflow({ principal, name, description, definition, ...project })
    return { workflow: longShape(await publishWhenSound(principal, made)) }
  },
  update: async (input, { principal }) => {
    const { name, description, definition } = input
    const workflowId = workflowOf(input)
    const saved = await saveDraft({ principal, workflowId, name, description, definition })
    return { workflow: longShape(definition ? await publishWhenSound(principal, saved) : saved) }
  },
  delete: async (input, { principal }) => {
    const workflowId = workflowOf(input)
    await deleteWorkflow({ principal, workflowId })
    return { workflow: { id: toPrefixed('wf', workflowId), status: 'deleted' } }
  },
  publish: async (input, { principal }) => {
    const workflowId = workflowOf(input)
    await publishWorkflow({ principal, workflowId })
    return { workflow: longShape(await getWorkflow({ principal, workflowId })) }
  },
  run: async (input, call) => {
    const workflowId = workflowOf(input)
    if (input.dry_run) return planned(workflowId, input, call)
    const runId = await startOnce(workflowId, input.inputs ?? {}, call)
    const run = await getRun({ principal: call.principal, runId })
    return {
      workflow: { id: toPrefixed('wf', workflowId), status: jobStatus(run.status), jobId: toPrefixed('job', runId) },
    }
  },
  approve: (input, call) => decide(input, call, 'approved'),
  reject: (input, call) => decide(input, call, 'rejected'),
}

/** Refuses what a run would refuse; no run is made and nothing is called. */
async function planned(workflowId: Id, input: Input, { principal }: ToolCall): Promise<Output> {
  const { plan, estimate } = await dryRun({ principal, workflowId, input: input.inputs ?? {} })
  const id = toPrefixed('wf', workflowId)
  return { workflow: { id, status: 'pending' }, plan: { ...plan, workflow_id: id }, estimate }
}

async function decide(input: Input, call: ToolCall, decision: 'approved' | 'rejected'): Promise<Output> {
  const { principal } = call
  if (input.workflow_job_id === undefined) throw missing('workflow_job_id', input.action)
  if (input.node_id === undefined) throw missing('node_id', input.action)
  const runId = idOf(input.workflow_job_id, 'workflow_job_id')
  const decided = await decideApproval({ principal, runId, nodeId: input.node_id, decision })
  const run = await getRun({ principal, runId })
  const jobId = toPrefixed('job', runId)
  return {
    approval: {
      id: `${jobId}/${[...decided.path, decided.node_id].join('/')}`,
      workflow_job_id: jobId,
      node_id: decided.node_id,
      decision,
      decided_by: decided.decided_by,
      decided_at: decided.decided_at,
      status: jobStatus(run.status),
    },
  }
}

/** A draft without errors becomes the active version at once: this tool's callers do not know of drafts. */
async function publishWhenSound(principal: Principal, workflow: Workflow): Promise<Workflow> {
  if (!isSound(workflow.definition)) return workflow
  requirePublishing(principal, workflow.definition)
  await publishWorkflow({ principal, workflowId: workflow.id })
  return getWorkflow({ principal, workflowId: workflow.id })
}

/** Only a run can be tried out: to ignore the argument elsewhere would change what the caller wanted unchanged. */
function refuseDryRun({ action, dry_run }: Input): void {
  if (!dry_run || action === 'run') return
  throw new AppError('validation_failed', `dry_run goes with the action run, not with ${action}.`, {
    errors: [{ path: 'dry_run', message: 'only with the action run' }],
  })
}

/** Asked before anything is looked at or saved: who is refused leaves nothing behind. */
function requirePublishingOf({ action, definition }: Input, principal: Principal): void {
  if (action === 'create' || (action === 'update' && definition)) requirePublishing(principal, definition)
}

/** Without a definition a workflow begins sound. */
function requirePublishing(principal: Principal, definition: Input['definition']): void {
  if (definition === undefined || isSound(definition)) requirePermission(principal, 'workflow:publish')
}

function isSound(definition: unknown): boolean {
  return !validateDefinition(definition).problems.some((problem) => problem.severity === 'error')
}

function workflowOf(input: Input): Id {
  if (input.workflow_id === undefined) throw missing('workflow_id', input.action)
  return idOf(input.workflow_id, 'workflow_id')
}

function missing(argument: string, action: string): AppError {
  return new AppError('validation_failed', `The action ${action} needs ${argument}.`, {
    errors: [{ path: argument, message: 'missing' }],
  })
}

/**
 * A call speaks for one team; naming another is a mistake worth telling, and never widens access. A key has one team for good; a
 * program that acts for a person may be meant for any of theirs, so it names team and project.
 */
async function refuseOtherPlace(input: Input, principal: Principal): Promise<void> {
  if (principal.kind === 'oauth') await requirePlace(input, principal)
  refuseOtherTeam(input, principal)
  if (input.project_id === undefined || input.action === 'create') return // create looks for its project itself
  const workflow = input.workflow_id === undefined ? {} : { workflowId: idOf(input.workflow_id, 'workflow_id') }
  await requireProject({ principal, projectId: idOf(input.project_id, 'project_id'), ...workflow })
}

async function requirePlace(input: Input, principal: Principal): Promise<void> {
  const unnamed = (['team_id', 'project_id'] as const).filter((name) => input[name] === undefined)
  if (unnamed.length === 0) return
  const projects = (await listProjects({ principal })).map(({ id, name }) => `${toPrefixed('proj', id)} (${name})`)
  const team = `${toPrefixed('team', principal.team.id)} (${principal.team.name})`
  throw new AppError(
    'validation_failed',
    `OAuth callers, and callers with several teams, must name team_id and project_id. Here they are ${team} and ${projects.join(' or ')}.`,
    { errors: unnamed.map((path) => ({ path, message: 'missing' })) },
  )
}

function refuseOtherTeam(input: Input, principal: Principal): void {
  if (input.team_id === undefined || parseId(input.team_id) === principal.team.id) return
  throw new AppError('not_found', 'There is no such team, or this key does not belong to it.', {
    errors: [{ path: 'team_id', message: 'not the team of this key' }],
  })
}

function shortShape(workflow: WorkflowSummary): z.input<typeof workflowShape> {
  return {
    id: toPrefixed('wf', workflow.id),
    name: workflow.name,
    description: workflow.description,
    status: workflow.status,
    version: workflow.active_version?.number ?? null,
    project_id: toPrefixed('proj', workflow.project_id),
  }
}

function longShape(workflow: Workflow): z.input<typeof workflowShape> {
  return { ...shortShape(workflow), definition: workflow.definition, problems: workflow.problems }
}

function answer(output: Output, format: Input['response_format']): ToolResult {
  return { structured: output, ...(format === 'markdown' ? { text: asMarkdown(output) } : {}) }
}
