import type { Workflow } from '../api/contracts/workflows'
import type { Principal } from '../auth/principal'
import { findWorkflow } from '../db/workflow-reads'
import { noSuchWorkflow } from '../db/workflows'
import type { Id } from '../ids'
import { presentWorkflow } from './present-workflow'

/** A workflow with its draft and every problem of it. Throws `not_found`, also for another team's. */
export async function getWorkflow(of: { principal: Principal; workflowId: Id }): Promise<Workflow> {
  const row = await findWorkflow({ teamId: of.principal.team.id, workflowId: of.workflowId })
  if (row === undefined) throw noSuchWorkflow()
  return presentWorkflow(row)
}
