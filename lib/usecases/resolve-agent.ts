import type { Principal } from '../auth/principal'
import { findAgent, findDefaultAgent } from '../db/agents'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { noSuchAgent } from './manage-agents'

/**
 * Who executes a run: the agent that was named, else the workflow's, else the team's default. Throws `not_found` for one of
 * another team, `no_agent` (400) when none was named and there is no default.
 */
export async function resolveAgent(of: { principal: Principal; workflowId: Id; agentId: Id | undefined }): Promise<Id> {
  const teamId = of.principal.team.id
  if (of.agentId !== undefined) {
    const agent = await findAgent({ teamId, agentId: of.agentId })
    if (agent === undefined) throw noSuchAgent('agent_id')
    return agent.id
  }
  const agentId = await findDefaultAgent({ teamId, workflowId: of.workflowId })
  if (agentId !== undefined) return agentId
  throw new AppError('no_agent', 'No agent: name one by agent_id, or give the workflow or the team a default one.', {
    errors: [{ path: 'agent_id', message: 'none was named, and neither workflow nor team has a default' }],
  })
}
