import type { Principal } from '../auth/principal'
import { auditBy } from '../db/audit'
import { deleteWorkflow as hideWorkflow } from '../db/workflows'
import type { Id } from '../ids'

/** Deletes a workflow: it cannot be found or started any more; its runs finish undisturbed and stay readable. */
export async function deleteWorkflow(options: {
  principal: Principal
  workflowId: Id
  expectedRevision?: number
}): Promise<void> {
  const { principal, ...of } = options
  await hideWorkflow({ ...of, teamId: principal.team.id }, auditBy(principal))
}
