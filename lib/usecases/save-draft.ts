import type { Workflow } from '../api/contracts/workflows'
import type { Principal } from '../auth/principal'
import { changeWorkflow } from '../db/workflows'
import type { Id } from '../ids'
import type { WorkflowDefinition } from '../workflow/document'
import { getWorkflow } from './get-workflow'

/**
 * Saves the draft, the name, the description or the tags; what is absent stays. A draft may have problems: only publishing
 * asks for none. Throws `not_found`, and `precondition_failed` when `expectedRevision` is not the one that stands.
 */
export async function saveDraft(options: {
  principal: Principal
  workflowId: Id
  name?: string
  description?: string
  tags?: string[]
  definition?: WorkflowDefinition
  expectedRevision?: number
}): Promise<Workflow> {
  const { principal, ...change } = options
  await changeWorkflow({ ...change, teamId: principal.team.id, savedBy: principal.userId })
  return getWorkflow({ principal, workflowId: options.workflowId })
}
