import { callApi } from '@/lib/api/client/call'
import { ApiError } from '@/lib/api/client/error'
import { contracts } from '@/lib/api/contracts/routes'
import type { Workflow } from '@/lib/api/contracts/workflows'
import { canonicalJson } from '@/lib/engine/canonical-json'
import type { Draft, SaveResult } from './autosave'

/**
 * Saves a draft on the revision it was made from. What the server refuses for good is an answer; what may work later
 * (no connection, a fault of the server, too many requests, signed out) is thrown and tried again.
 */
export async function saveDraft(
  workflowId: string,
  draft: Draft,
  revision: number,
  onSaved: (workflow: Workflow) => void,
): Promise<SaveResult> {
  const params = { workflow_id: workflowId }
  try {
    const headers = { 'if-match': `"${revision}"` }
    const saved = await callApi(contracts.patchWorkflow, { params, body: draft, headers })
    onSaved(saved)
    return { kind: 'saved', revision: saved.draft_revision }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 0 || error.status >= 500) throw error
    if (error.status === 429 || error.status === 401) throw error
    if (error.code !== 'precondition_failed') return { kind: 'refused', message: refusalOf(error) }
    const theirs = await callApi(contracts.getWorkflow, { params })
    if (holds(theirs, draft)) {
      // Our own save, whose answer was lost: there is nothing to decide.
      onSaved(theirs)
      return { kind: 'saved', revision: theirs.draft_revision }
    }
    return {
      kind: 'conflict',
      theirs: {
        revision: theirs.draft_revision,
        definition: theirs.definition,
        savedBy: theirs.draft_saved_by,
        savedAt: theirs.updated_at,
      },
    }
  }
}

function refusalOf(error: ApiError): string {
  const [first] = error.errors
  return first === undefined ? error.message : `${error.message} (${first.path}: ${first.message})`
}

function holds(workflow: Workflow, draft: Draft): boolean {
  return (Object.keys(draft) as (keyof Draft)[]).every(
    (key) => canonicalJson(draft[key]) === canonicalJson(workflow[key]),
  )
}
