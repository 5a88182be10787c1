import type { Principal } from '../auth/principal'
import { findDraft } from '../db/workflow-reads'
import { noSuchWorkflow } from '../db/workflows'
import type { Id } from '../ids'
import type { Problem } from '../workflow/document'
import { validateDefinition } from '../workflow/validate'

/** Every problem of the draft, or of a definition sent along instead. `valid`: it could be published. */
export async function validateWorkflow(options: {
  principal: Principal
  workflowId: Id
  definition?: unknown
}): Promise<{ valid: boolean; problems: Problem[] }> {
  const draft = await findDraft({ teamId: options.principal.team.id, workflowId: options.workflowId })
  if (draft === undefined) throw noSuchWorkflow()
  const { problems } = validateDefinition(options.definition ?? draft.draft)
  return { valid: problems.every((problem) => problem.severity !== 'error'), problems }
}
