import type { Workflow } from '../api/contracts/workflows'
import type { Principal } from '../auth/principal'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { settingsSchema } from '../workflow/document'
import { getWorkflow } from './get-workflow'
import { saveDraft } from './save-draft'

const ATTEMPTS = 5

/**
 * Changes how many runs of a workflow may be at once, in its draft; what is absent stays, and a limit of null is no limit of
 * its own. Somebody else's save of the draft is never lost: it is read anew, or refused where `expectedRevision` was given.
 */
export async function setConcurrency(options: {
  principal: Principal
  workflowId: Id
  maxConcurrentRuns?: number | null
  onLimit?: 'queue' | 'reject'
  expectedRevision?: number
}): Promise<Workflow> {
  const { principal, workflowId, maxConcurrentRuns, onLimit, expectedRevision } = options
  for (let attempt = 1; ; attempt++) {
    const { definition, draft_revision } = await getWorkflow({ principal, workflowId })
    const settings = settingsSchema.parse({
      ...definition.settings,
      ...(maxConcurrentRuns === undefined ? {} : { maxConcurrentRuns: maxConcurrentRuns ?? undefined }),
      ...(onLimit === undefined ? {} : { onLimit }),
    })
    try {
      return await saveDraft({
        principal,
        workflowId,
        definition: { ...definition, settings },
        expectedRevision: expectedRevision ?? draft_revision,
      })
    } catch (error) {
      const wasSaved = error instanceof AppError && error.code === 'precondition_failed'
      if (!wasSaved || expectedRevision !== undefined || attempt === ATTEMPTS) throw error
    }
  }
}
