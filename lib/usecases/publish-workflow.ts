import type { WorkflowVersion } from '../api/contracts/workflows'
import type { Principal } from '../auth/principal'
import { auditBy } from '../db/audit'
import { findDraft } from '../db/workflow-reads'
import { noSuchWorkflow, publishVersion } from '../db/workflows'
import { AppError } from '../errors'
import type { Id } from '../ids'
import type { Problem } from '../workflow/document'
import { validateDefinition } from '../workflow/validate'
import { getVersion } from './get-version'

/**
 * Publishes the draft as the next version and makes it active. What is published is exactly the revision that was checked.
 * Throws `invalid_definition` (422) with every error of the draft, `conflict` when nothing changed since the active
 * version, `precondition_failed` when the draft is not at `expectedRevision`, or changed while it was being checked.
 */
export async function publishWorkflow(options: {
  principal: Principal
  workflowId: Id
  label?: string
  note?: string
  expectedRevision?: number
}): Promise<WorkflowVersion> {
  const { principal, workflowId, label, note, expectedRevision } = options
  const teamId = principal.team.id
  const draft = await findDraft({ teamId, workflowId })
  if (draft === undefined) throw noSuchWorkflow()
  refuseErrors(validateDefinition(draft.draft).problems)
  const { number } = await publishVersion(
    {
      teamId,
      workflowId,
      label,
      note,
      publishedBy: principal.userId,
      draftRevision: expectedRevision ?? draft.draft_revision,
    },
    auditBy(principal),
  )
  const { definition: _, ...version } = await getVersion({ principal, workflowId, number })
  return version
}

function refuseErrors(problems: Problem[]): void {
  const errors = problems.filter((problem) => problem.severity === 'error')
  const [first] = errors
  if (first === undefined) return
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`
  throw new AppError('invalid_definition', `${first.message}${more}`, {
    errors: errors.map(({ path, message }) => ({ path, message })),
    extra: { problems },
  })
}
