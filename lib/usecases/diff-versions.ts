import type { VersionDiff } from '../api/contracts/workflow-more'
import type { Principal } from '../auth/principal'
import type { Id } from '../ids'
import { diffDefinitions } from '../workflow/diff'
import { getVersion } from './get-version'

/** What changed from one published version to another. Throws `not_found` naming the version that is missing. */
export async function diffVersions(of: {
  principal: Principal
  workflowId: Id
  before: number
  after: number
}): Promise<VersionDiff> {
  const { principal, workflowId, before, after } = of
  const [from, to] = [
    await getVersion({ principal, workflowId, number: before }),
    await getVersion({ principal, workflowId, number: after }),
  ]
  return {
    workflow_id: workflowId,
    from: { number: from.number, label: from.label },
    to: { number: to.number, label: to.label },
    changes: diffDefinitions(from.definition, to.definition),
  }
}
