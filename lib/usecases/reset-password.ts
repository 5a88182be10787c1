import type { PoolClient } from 'pg'
import { requirePermission } from '../auth/authorize'
import { forgetIdentities } from '../auth/identities'
import { hashLinkToken, makeLinkToken } from '../auth/link-token'
import { hashPassword } from '../auth/password'
import { mayGrantRole } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { countLink, forgetSignInsOf } from '../auth/rate-limit'
import { auditBy, recordAudit } from '../db/audit'
import { findTeamMember, lockTeam } from '../db/members'
import { deleteResetLinksOf, findResetLink, type ResetRow, replaceResetLink, rolesInTeamsOf } from '../db/reset-links'
import { revokeSessionsOf } from '../db/sessions'
import { asEngine } from '../db/team-context'
import { inTransaction } from '../db/transaction'
import { setPasswordHash } from '../db/users'
import { publicUrl } from '../env'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { noSuchMember, requireReach } from './change-member'
import { openSession, type SignedIn } from './sign-in'

const RESET_LINK_MS = 24 * 60 * 60 * 1000

/**
 * Makes the link by which a member chooses a new password. Whoever opens an account opens it in all its teams, so the caller
 * must reach the person in each of them. Throws `not_found`, `forbidden`.
 */
export async function createResetLink(of: {
  principal: Principal
  userId: Id
}): Promise<{ link: string; expires_at: string }> {
  const { principal, userId } = of
  requirePermission(principal, 'team:manage')
  if (userId === principal.userId) throw new AppError('forbidden', 'Change your own password under Settings → Account.')
  const teamId = principal.team.id
  const { token, hash } = makeLinkToken()
  const expiresAt = new Date(Date.now() + RESET_LINK_MS)
  const make = async (tx: PoolClient) => {
    await lockTeam(teamId, tx)
    const member = await findTeamMember({ teamId, userId }, tx)
    if (member === undefined) throw noSuchMember()
    await requireReach(principal, member.role, tx)
    const everywhere = await rolesInTeamsOf({ userId, makerId: principal.userId }, tx)
    if (!everywhere.every(({ role, makerRole }) => makerRole !== null && mayGrantRole(makerRole, role))) {
      throw new AppError(
        'forbidden',
        `${member.name} is a member of other teams too: only who manages them in all of these can make this link.`,
      )
    }
    await replaceResetLink({ userId, teamId, tokenHash: hash, createdBy: principal.userId, expiresAt }, tx)
    await recordAudit(tx, {
      ...auditBy(principal),
      action: 'password.reset_link_created',
      target: { type: 'member', id: userId, name: member.name },
    })
  }
  // Their other teams are looked at too, and links that were made there end: for one team alone neither could be seen.
  await asEngine(() => inTransaction(make))
  return { link: `${publicUrl()}/reset/${token}`, expires_at: expiresAt.toISOString() }
}

/** Whose password a link opens; null when it is not good any more. */
export async function readResetLink(of: { token: string }): Promise<{ name: string; email: string } | null> {
  const link = await findResetLink(hashLinkToken(of.token))
  return stands(link) ? { name: link.name, email: link.email } : null
}

/**
 * Gives the bearer of a link a new password, ends every session of the account and signs in. The link is spent by the same
 * transaction. Throws `not_found` for a link that is not good any more, `validation_failed` for the password.
 */
export async function resetPassword(attempt: {
  token: string
  password: string
  address: string
  userAgent: string
}): Promise<SignedIn> {
  const { token, password, address, userAgent } = attempt
  await countLink(address)
  const tokenHash = hashLinkToken(token)
  if (!stands(await findResetLink(tokenHash))) throw endedLink()
  const passwordHash = await hashPassword(password)
  const link = await inTransaction(async (tx) => {
    const locked = await findResetLink(tokenHash, tx)
    if (!stands(locked)) throw endedLink()
    const { userId, teamId, name } = locked
    await setPasswordHash(userId, passwordHash, tx)
    await deleteResetLinksOf(userId, tx)
    await revokeSessionsOf({ userId }, tx)
    await recordAudit(tx, {
      teamId,
      actor: { kind: 'user', id: userId, name },
      requestId: null,
      ip: address,
      action: 'password.reset',
      target: { type: 'member', id: userId, name },
    })
    return locked
  })
  forgetIdentities()
  await forgetSignInsOf(link.email)
  return openSession({ ...link, userAgent, address, means: 'reset_link' })
}

/** Like an invitation, a link is worth what its maker may still do. */
function stands(link: ResetRow | undefined): link is ResetRow {
  return link !== undefined && link.role !== null && link.makerRole !== null && mayGrantRole(link.makerRole, link.role)
}

function endedLink(): AppError {
  return new AppError('not_found', 'This link works no more: it was used, or is too old. Ask for a new one.')
}
