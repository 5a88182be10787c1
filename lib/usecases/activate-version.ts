import type { WorkflowVersion } from '../api/contracts/workflows'
import type { Principal } from '../auth/principal'
import { auditBy } from '../db/audit'
import { activateVersion as makeActive } from '../db/workflows'
import type { Id } from '../ids'
import { getVersion } from './get-version'

/** Makes a published version the active one. Runs in flight keep theirs. Throws `not_found`. */
export async function activateVersion(of: {
  principal: Principal
  workflowId: Id
  number: number
}): Promise<WorkflowVersion> {
  const { principal, workflowId, number } = of
  await makeActive({ teamId: principal.team.id, workflowId, number }, auditBy(principal))
  const { definition: _, ...version } = await getVersion(of)
  return version
}
