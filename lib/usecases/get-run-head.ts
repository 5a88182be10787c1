import type { Principal } from '../auth/principal'
import { findRunHead, type RunHeadRow } from '../db/run-reads'
import type { Id } from '../ids'
import { noSuchRun } from './get-run'

/** Where a run stands and how long its log is, without reading it. Throws `not_found`, also for another team's. */
export async function getRunHead(of: { principal: Principal; runId: Id }): Promise<RunHeadRow> {
  const row = await findRunHead({ teamId: of.principal.team.id, runId: of.runId })
  if (row === undefined) throw noSuchRun()
  return row
}
