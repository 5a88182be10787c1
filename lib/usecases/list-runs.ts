import type { RunSummary } from '../api/contracts/runs'
import type { Principal } from '../auth/principal'
import { listRunRows, type RunFilter } from '../db/run-reads'
import { presentRunSummary } from './present-run'

/** The team's runs, newest first. */
export async function listRuns(
  of: { principal: Principal } & Omit<RunFilter, 'teamId'>,
): Promise<{ items: RunSummary[]; next_cursor: string | null }> {
  const { principal, ...filter } = of
  const { rows, nextCursor } = await listRunRows({ ...filter, teamId: principal.team.id })
  return { items: rows.map(presentRunSummary), next_cursor: nextCursor }
}
