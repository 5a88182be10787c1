import { forgetIdentities } from '../auth/identities'
import type { Principal } from '../auth/principal'
import { findKeyOfTeam, revokeKeyOfTeam } from '../db/api-keys'
import { auditBy } from '../db/audit'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { mayRevoke } from './present-key'

/**
 * Ends a key: at once in this process, within two seconds in others. Idempotent. Throws `not_found` for a key of another
 * team, `forbidden` for a colleague's key unless the caller is owner or admin.
 */
export async function revokeKey(of: { principal: Principal; keyId: Id }): Promise<void> {
  const { principal, keyId } = of
  const row = await findKeyOfTeam(principal.team.id, keyId)
  if (row === null) throw new AppError('not_found', 'There is no such API key.')
  if (!mayRevoke(row, principal)) {
    throw new AppError('forbidden', `Only ${row.creatorName}, an owner or an admin can revoke this key.`)
  }
  await revokeKeyOfTeam(row, auditBy(principal))
  forgetIdentities()
}
