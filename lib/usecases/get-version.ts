import type { WorkflowVersion } from '../api/contracts/workflows'
import type { Principal } from '../auth/principal'
import { loadDefinition } from '../db/definitions'
import { findVersion } from '../db/workflow-reads'
import { AppError } from '../errors'
import type { Id } from '../ids'
import type { WorkflowDefinition } from '../workflow/document'
import { presentVersion } from './present-workflow'

/** One version of a workflow with its definition. Throws `not_found`. */
export async function getVersion(of: {
  principal: Principal
  workflowId: Id
  number: number
}): Promise<WorkflowVersion & { definition: WorkflowDefinition }> {
  const { principal, workflowId, number } = of
  const row = await findVersion({ teamId: principal.team.id, workflowId, number })
  if (row === undefined) throw new AppError('not_found', `There is no version ${number} of such a workflow.`)
  return { ...presentVersion(row), definition: await loadDefinition(row.definition_id) }
}
