import type { Agent } from '../api/contracts/agents'
import { requirePermission } from '../auth/authorize'
import type { Principal } from '../auth/principal'
import { type AgentRow, changeAgent, deleteAgent, findAgent, insertAgent, listAgentRows } from '../db/agents'
import { auditBy } from '../db/audit'
import { AppError } from '../errors'
import type { Id } from '../ids'

/** Every agent of the caller's team, the default one first. One page: a team has few by limit. */
export async function listAgents(of: { principal: Principal }): Promise<{ items: Agent[]; next_cursor: null }> {
  requirePermission(of.principal, 'workflow:read')
  const rows = await listAgentRows(of.principal.team.id)
  return { items: rows.map((row) => present(row, of.principal)), next_cursor: null }
}

/** Throws `not_found`, also for another team's. */
export async function getAgent(of: { principal: Principal; agentId: Id }): Promise<Agent> {
  requirePermission(of.principal, 'workflow:read')
  const row = await findAgent({ teamId: of.principal.team.id, agentId: of.agentId })
  if (row === undefined) throw noSuchAgent()
  return present(row, of.principal)
}

/** Throws `conflict` for a name that is taken, `limit_reached`. */
export async function createAgent(of: { principal: Principal; name: string; isDefault: boolean }): Promise<Agent> {
  requirePermission(of.principal, 'team:manage')
  const { principal, name, isDefault } = of
  return present(await insertAgent({ teamId: principal.team.id, name, isDefault }, auditBy(principal)), principal)
}

/** Throws `not_found`, `conflict` for a name that is taken. */
export async function updateAgent(of: {
  principal: Principal
  agentId: Id
  name?: string | undefined
  isDefault?: boolean | undefined
}): Promise<Agent> {
  requirePermission(of.principal, 'team:manage')
  const { principal, ...change } = of
  const row = await changeAgent({ teamId: principal.team.id, ...change }, auditBy(principal))
  if (row === undefined) throw noSuchAgent()
  return present(row, principal)
}

/** Runs keep its id; workflows that named it fall back to the team's default. Throws `not_found`. */
export async function removeAgent(of: { principal: Principal; agentId: Id }): Promise<void> {
  requirePermission(of.principal, 'team:manage')
  const { principal, agentId } = of
  if (!(await deleteAgent({ teamId: principal.team.id, agentId }, auditBy(principal)))) throw noSuchAgent()
}

export function noSuchAgent(path?: string): AppError {
  const errors = path === undefined ? [] : [{ path, message: 'no such agent' }]
  return new AppError('not_found', 'There is no such agent.', { errors })
}

function present(row: AgentRow, principal: Principal): Agent {
  return {
    id: row.id,
    team_id: principal.team.id,
    name: row.name,
    is_default: row.isDefault,
    created_at: row.createdAt.toISOString(),
    workflow_count: row.workflowCount,
  }
}
