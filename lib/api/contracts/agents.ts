import { z } from 'zod'
import { idSchema, pageOf, textSchema, timestampSchema } from './common'
import { contract } from './contract'

const name = textSchema({ trim: true, min: 1, max: 100 })
const isDefault = z.boolean().meta({ description: 'Executes what names nobody. A team has one default at most.' })

const agentSchema = z
  .object({
    id: idSchema,
    team_id: idSchema,
    name: z.string(),
    is_default: z.boolean(),
    created_at: timestampSchema,
    workflow_count: z
      .int()
      .meta({ description: 'Workflows that name it; they fall back to the default when it is deleted.' }),
  })
  .meta({ id: 'Agent', description: 'Who a run is executed as.' })
export type Agent = z.infer<typeof agentSchema>

const createAgentBodySchema = z.strictObject({ name, is_default: isDefault.optional() }).meta({ id: 'CreateAgent' })
const patchAgentBodySchema = z
  .strictObject({ name: name.optional(), is_default: isDefault.optional() })
  .meta({ id: 'PatchAgent' })

export const agentContracts = {
  listAgents: contract({
    id: 'listAgents',
    method: 'GET',
    path: '/agents',
    permission: 'workflow:read',
    tag: 'Agents',
    summary: 'List agents, the default one first',
    response: pageOf(agentSchema),
  }),
  createAgent: contract({
    id: 'createAgent',
    method: 'POST',
    path: '/agents',
    permission: 'team:manage',
    tag: 'Agents',
    summary: 'Create an agent',
    example: { name: 'Night desk' },
    body: createAgentBodySchema,
    response: agentSchema,
    status: 201,
    errors: ['conflict', 'limit_reached'],
  }),
  getAgent: contract({
    id: 'getAgent',
    method: 'GET',
    path: '/agents/{agent_id}',
    permission: 'workflow:read',
    tag: 'Agents',
    summary: 'Get an agent',
    response: agentSchema,
  }),
  patchAgent: contract({
    id: 'patchAgent',
    method: 'PATCH',
    path: '/agents/{agent_id}',
    permission: 'team:manage',
    tag: 'Agents',
    summary: 'Rename an agent or make it the default',
    example: { is_default: true },
    body: patchAgentBodySchema,
    response: agentSchema,
    errors: ['conflict'],
  }),
  deleteAgent: contract({
    id: 'deleteAgent',
    method: 'DELETE',
    path: '/agents/{agent_id}',
    permission: 'team:manage',
    tag: 'Agents',
    summary: 'Delete an agent; runs that it executed keep its id',
    response: z.undefined(),
    status: 204,
  }),
} as const
