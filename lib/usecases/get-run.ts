import type { Run } from '../api/contracts/runs'
import { refusal } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { loadDefinition } from '../db/definitions'
import { findRun } from '../db/run-reads'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { presentRun } from './present-run'
import { callsOf } from './run-usage'

/** A run with what it waits for. Throws `not_found`, also for another team's. */
export async function getRun(of: { principal: Principal; runId: Id }): Promise<Run> {
  const row = await findRun({ teamId: of.principal.team.id, runId: of.runId })
  if (row === undefined) throw noSuchRun()
  const definition = await loadDefinition(row.definition_id)
  return presentRun(
    row,
    definition,
    { answer: refusal('run:write', of.principal) === null },
    await callsOf(row, definition),
  )
}

export function noSuchRun(): AppError {
  return new AppError('not_found', 'There is no such run.')
}
