import type { WorkflowExport } from '../api/contracts/workflow-more'
import type { Principal } from '../auth/principal'
import type { Id } from '../ids'
import { getWorkflow } from './get-workflow'

/** The draft as a document that an import accepts, here or elsewhere: it names nothing of this installation. */
export async function exportWorkflow(of: { principal: Principal; workflowId: Id }): Promise<WorkflowExport> {
  const { name, description, tags, definition } = await getWorkflow(of)
  return { schema_version: 1, name, description, tags, definition }
}
