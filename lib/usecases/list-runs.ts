import type { RunSummary } from '../api/contracts/runs'
import type { Principal } from '../auth/principal'
import { listRunRows, type RunFilter } from '../db/run-lists'
import { presentRunSummary } from './present-run'

/** The team's runs, newest first. A search says how far back it came: see {@link listRunRows}. */
export async function listRuns(
  of: { principal: Principal } & Omit<RunFilter, 'teamId'>,
): Promise<{ items: RunSummary[]; next_cursor: string | null; searched_to: string | null }> {
  const { principal, ...filter } = of
  const { rows, nextCursor, searchedTo } = await listRunRows({ ...filter, teamId: principal.team.id })
  return {
    items: rows.map(presentRunSummary),
    next_cursor: nextCursor,
    searched_to: searchedTo?.toISOString() ?? null,
  }
}
