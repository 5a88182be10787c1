import type { Principal } from '../auth/principal'
import { loadDefinition } from '../db/definitions'
import type { Id } from '../ids'
import type { WorkflowDefinition } from '../workflow/document'
import { getRunHead } from './get-run-head'

/** The frozen definition that a run executes, whatever became of its workflow since. Throws `not_found`. */
export async function getRunDefinition(of: {
  principal: Principal
  runId: Id
}): Promise<{ workflow_id: Id; run_id: Id; definition: WorkflowDefinition }> {
  const run = await getRunHead(of)
  return { workflow_id: run.workflow_id, run_id: of.runId, definition: await loadDefinition(run.definition_id) }
}
