import { z } from 'zod'
import { workflowSchema, workflowSummarySchema } from '../../api/contracts/workflows'
import { requirePermission } from '../../auth/authorize'
import { LIMITS } from '../../limits'
import { createWorkflow } from '../../usecases/create-workflow'
import { getWorkflow } from '../../usecases/get-workflow'
import { listWorkflows } from '../../usecases/list-workflows'
import { publishWorkflow } from '../../usecases/publish-workflow'
import { saveDraft } from '../../usecases/save-draft'
import { definitionSchema } from '../../workflow/document'
import { ADDS, CHANGES, READS, tool } from '../tool'
import { idArgument, idOf } from './shapes'

const nameArgument = z.string().trim().min(1).max(LIMITS.workflow_name.value)
const descriptionArgument = z.string().max(LIMITS.description.value)

export const listWorkflowsTool = tool(
  {
    name: 'list_workflows',
    title: 'List workflows',
    description: 'The workflows of the team, last changed first.',
    annotations: READS,
    permission: 'workflow:read',
    input: z.strictObject({
      search: z.string().max(200).optional().describe('Looks in name, description and tags.'),
      status: z.enum(['draft', 'published', 'archived']).optional(),
      limit: z.int().min(1).max(100).optional(),
      cursor: z.string().max(500).optional().describe('next_cursor of the page before.'),
    }),
    output: z.object({ workflows: z.array(workflowSummarySchema), next_cursor: z.string().nullable() }),
    work: async ({ limit, ...filter }, { principal }) => {
      const { items, next_cursor } = await listWorkflows({ principal, limit: limit ?? 50, ...filter })
      return { workflows: items, next_cursor }
    },
  },
  requirePermission,
)

export const getWorkflowTool = tool(
  {
    name: 'get_workflow',
    title: 'Read a workflow',
    description: 'A workflow with its definition and every problem of it.',
    annotations: READS,
    permission: 'workflow:read',
    input: z.strictObject({ workflow_id: idArgument('workflow') }),
    output: z.object({ workflow: workflowSchema }),
    work: async ({ workflow_id }, { principal }) => ({
      workflow: await getWorkflow({ principal, workflowId: idOf(workflow_id, 'workflow_id') }),
    }),
  },
  requirePermission,
)

export const createWorkflowTool = tool(
  {
    name: 'create_workflow',
    title: 'Create a workflow',
    description: 'Makes a workflow with a draft. It runs once it is published (manage_workflows, action publish).',
    annotations: ADDS,
    permission: 'workflow:write',
    input: z.strictObject({
      name: nameArgument,
      description: descriptionArgument.optional(),
      definition: definitionSchema.optional().describe('Without it: a start and an end, joined.'),
    }),
    output: z.object({ workflow: workflowSchema }),
    work: async (input, { principal }) => ({ workflow: await createWorkflow({ principal, ...input }) }),
  },
  requirePermission,
)

export const updateWorkflowTool = tool(
  {
    name: 'update_workflow',
    title: 'Change a workflow',
    description:
      'Changes name, description or draft; what is absent stays. With publish the draft becomes a new version.',
    annotations: CHANGES,
    permission: 'workflow:write',
    input: z.strictObject({
      workflow_id: idArgument('workflow'),
      name: nameArgument.optional(),
      description: descriptionArgument.optional(),
      definition: definitionSchema.optional(),
      publish: z.boolean().optional(),
    }),
    output: z.object({ workflow: workflowSchema }),
    work: async ({ workflow_id, publish, ...change }, { principal }) => {
      const workflowId = idOf(workflow_id, 'workflow_id')
      if (publish) requirePermission(principal, 'workflow:publish')
      const workflow = await saveDraft({ principal, workflowId, ...change })
      if (!publish) return { workflow }
      await publishWorkflow({ principal, workflowId })
      return { workflow: await getWorkflow({ principal, workflowId }) }
    },
  },
  requirePermission,
)
