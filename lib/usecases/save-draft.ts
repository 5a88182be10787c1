import type { Workflow } from '../api/contracts/workflows'
import type { Principal } from '../auth/principal'
import { auditBy } from '../db/audit'
import { changeWorkflow, setWorkflowAgent } from '../db/workflows'
import type { Id } from '../ids'
import type { WorkflowDefinition } from '../workflow/document'
import { getWorkflow } from './get-workflow'
import { resolveAgent } from './resolve-agent'

/**
 * Saves the draft, the name, the description or the tags; what is absent stays. A draft may have problems: only publishing
 * asks for none. Throws `not_found`, and `precondition_failed` when `expectedRevision` is not the one that stands,
 * and `not_found` for an agent of another team.
 */
export async function saveDraft(options: {
  principal: Principal
  workflowId: Id
  name?: string
  description?: string
  tags?: string[]
  definition?: WorkflowDefinition
  /** Who executes it when a caller names nobody; null: the team's default. No part of the draft. */
  agentId?: Id | null
  expectedRevision?: number
}): Promise<Workflow> {
  const { principal, agentId, ...change } = options
  const teamId = principal.team.id
  if (agentId) await resolveAgent({ principal, workflowId: options.workflowId, agentId })
  const by = auditBy(principal)
  await changeWorkflow({ ...change, teamId, savedBy: principal.userId }, by)
  if (agentId !== undefined) await setWorkflowAgent({ teamId, workflowId: options.workflowId, agentId }, by)
  return getWorkflow({ principal, workflowId: options.workflowId })
}
