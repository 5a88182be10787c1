import type { Run } from '../api/contracts/runs'
import { refusal } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { loadDefinition } from '../db/definitions'
import { type EvaluationRow, findEvaluation, findOwnEvaluation } from '../db/evaluations'
import { findRun, type RunDetailRow } from '../db/run-reads'
import { AppError } from '../errors'
import type { Id } from '../ids'
import type { WorkflowDefinition } from '../workflow/document'
import { standsOf } from './present-approval'
import { openApprovals, presentRun } from './present-run'
import { callsOf } from './run-usage'

/** A run with what it waits for. Throws `not_found`, also for another team's. */
export async function getRun(of: { principal: Principal; runId: Id }): Promise<Run> {
  const row = await findRun({ teamId: of.principal.team.id, runId: of.runId })
  if (row === undefined) throw noSuchRun()
  return presentRunTo(of.principal, row, await loadDefinition(row.definition_id))
}

/** A run that was read as this caller sees it, with what is kept elsewhere. */
export async function presentRunTo(
  principal: Principal,
  row: RunDetailRow,
  definition: WorkflowDefinition,
): Promise<Run> {
  const others = [...new Set(row.waits.map((wait) => wait.definition_id))].filter((id) => id !== row.definition_id)
  const [calls, evaluation, stands, ...theirs] = await Promise.all([
    callsOf(row, definition),
    evaluationOf(row, definition),
    standsOf(principal, openApprovals(row)),
    ...others.map((id) => loadDefinition(id)),
  ])
  const definitions = new Map(theirs.map((each, index) => [others[index] ?? '', each])).set(
    row.definition_id,
    definition,
  )
  const reader = { userId: principal.userId, mayAnswer: refusal('run:write', principal) === null }
  return presentRun(row, definitions, reader, calls, evaluation, stands)
}

/** Looked for only where there can be one. */
async function evaluationOf(row: RunDetailRow, { settings }: WorkflowDefinition): Promise<EvaluationRow | undefined> {
  if (row.trigger === 'evaluation') return findOwnEvaluation(row.id)
  return settings.evaluation !== undefined && row.ended_at !== null ? findEvaluation(row.id) : undefined
}

export function noSuchRun(): AppError {
  return new AppError('not_found', 'There is no such run.')
}
