import { createAgent, getAgent, listAgents, removeAgent, updateAgent } from '../../../usecases/manage-agents'
import { contracts } from '../../contracts/routes'
import { Reply } from '../answer'
import { defineRoute } from '../define-route'

export const agentRoutes = [
  defineRoute(contracts.listAgents, ({ principal }) => listAgents({ principal })),
  defineRoute(contracts.createAgent, async ({ principal, body }) => {
    const agent = await createAgent({ principal, name: body.name, isDefault: body.is_default === true })
    return new Reply({ json: agent, headers: { Location: `/v1/agents/${agent.id}` } })
  }),
  defineRoute(contracts.getAgent, ({ principal, params }) => getAgent({ principal, agentId: params.agent_id })),
  defineRoute(contracts.patchAgent, ({ principal, params, body }) =>
    updateAgent({ principal, agentId: params.agent_id, name: body.name, isDefault: body.is_default }),
  ),
  defineRoute(contracts.deleteAgent, ({ principal, params }) => removeAgent({ principal, agentId: params.agent_id })),
]
