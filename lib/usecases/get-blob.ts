import type { Principal } from '../auth/principal'
import { findBlob } from '../db/run-reads'
import { AppError } from '../errors'
import type { Id } from '../ids'

/** The JSON of a value that is kept apart, as UTF-8 bytes. Throws `not_found` when it is not one of this run of the team. */
export async function getBlob(of: { principal: Principal; runId: Id; blobId: Id }): Promise<Uint8Array> {
  const body = await findBlob({ teamId: of.principal.team.id, runId: of.runId, blobId: of.blobId })
  if (body === undefined) throw new AppError('not_found', 'The run has no such value.')
  return body
}
