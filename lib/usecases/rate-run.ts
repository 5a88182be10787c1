import type { Rating } from '../api/contracts/comments'
import { requirePermission } from '../auth/authorize'
import type { Principal } from '../auth/principal'
import { deleteRating, putRating, readRatings, type Score } from '../db/run-ratings'
import { findRunHead } from '../db/run-reads'
import { tellRun } from '../db/tell-run'
import type { Id } from '../ids'
import { noSuchRun } from './get-run'
import { presentRating } from './present-run'

/** One rating per person and run: that of a key or a program is its person's. Throws `not_found`. */
export async function rateRun(of: { principal: Principal; runId: Id; score: Score }): Promise<Rating> {
  const { principal, runId, score } = of
  requirePermission(principal, 'run:comment')
  const teamId = principal.team.id
  if (!(await putRating({ teamId, runId, userId: principal.userId, score }))) throw noSuchRun()
  await tellRun({ teamId, runId })
  return presentRating(await readRatings(runId), principal.userId)
}

/** Takes the rating of the caller's person back; one that was not there is no error. Throws `not_found` for the run. */
export async function unrateRun(of: { principal: Principal; runId: Id }): Promise<void> {
  const { principal, runId } = of
  requirePermission(principal, 'run:comment')
  const teamId = principal.team.id
  if ((await findRunHead({ teamId, runId })) === undefined) throw noSuchRun()
  await deleteRating({ teamId, runId, userId: principal.userId })
  await tellRun({ teamId, runId })
}
