import type { RunSummary } from '../api/contracts/runs'
import type { Principal } from '../auth/principal'
import { pageRunRows } from '../db/run-reads'
import type { RunStatus } from '../engine/events'
import type { Id } from '../ids'
import { getWorkflow } from './get-workflow'
import { presentRunSummary } from './present-run'

/** Runs of a workflow by page, newest first, and how many there are: for callers that count pages. Throws `not_found`. */
export async function pageRuns(of: {
  principal: Principal
  workflowId: Id
  statuses?: readonly RunStatus[] | undefined
  page: number
  perPage: number
}): Promise<{ items: RunSummary[]; total: number }> {
  const { principal, workflowId, statuses, page, perPage } = of
  await getWorkflow({ principal, workflowId })
  const { rows, total } = await pageRunRows({
    teamId: principal.team.id,
    workflowId,
    statuses,
    offset: (page - 1) * perPage,
    limit: perPage,
  })
  return { items: rows.map(presentRunSummary), total }
}
