import type { Grant } from '../api/contracts/grants'
import { forgetIdentities } from '../auth/identities'
import { refusal, SCOPES } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { auditBy, recordAudit } from '../db/audit'
import { endGrant, findGrant, type GrantRow, listGrantRows } from '../db/grants'
import { inTransaction } from '../db/transaction'
import { AppError } from '../errors'
import type { Id } from '../ids'

/** Programs that act in the caller's team: for the caller, and for owners and admins those of everybody. Newest first. */
export async function listGrants(of: { principal: Principal }): Promise<{ items: Grant[]; next_cursor: null }> {
  const { principal } = of
  const ofUser = mayAdminister(principal) ? undefined : principal.userId
  const rows = await listGrantRows({ teamId: principal.team.id, userId: ofUser })
  return { items: rows.map((row) => present(row, principal)), next_cursor: null }
}

/**
 * Ends what a program may do, and every token of it: at once in this process, within two seconds in others. Throws `not_found`,
 * also for a colleague's unless the caller administers the team.
 */
export async function revokeGrant(of: { principal: Principal; grantId: Id }): Promise<void> {
  const { principal, grantId } = of
  const teamId = principal.team.id
  await inTransaction(async (tx) => {
    const row = await findGrant({ teamId, grantId }, tx)
    const isReached = row !== undefined && (row.userId === principal.userId || mayAdminister(principal))
    if (!isReached) throw new AppError('not_found', 'There is no such connected app.')
    if (!(await endGrant({ teamId, grantId }, tx))) return
    await recordAudit(tx, {
      ...auditBy(principal),
      action: 'grant.revoked',
      target: { type: 'grant', id: grantId, name: row.clientName },
      details: { user_id: row.userId },
    })
  })
  forgetIdentities()
}

function mayAdminister(principal: Principal): boolean {
  return refusal('team:manage', principal) === null
}

function present(row: GrantRow, principal: Principal): Grant {
  return {
    id: row.id,
    client_name: row.clientName,
    described_by: row.clientId.startsWith('https://') ? new URL(row.clientId).host : null,
    user: { id: row.userId, name: row.userName },
    is_own: row.userId === principal.userId,
    scopes: SCOPES.filter((scope) => row.scopes.includes(scope)),
    created_at: row.createdAt.toISOString(),
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
  }
}
