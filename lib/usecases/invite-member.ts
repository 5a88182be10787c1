import type { PoolClient } from 'pg'
import type { Invitation, Invited } from '../api/contracts/members'
import { requirePermission } from '../auth/authorize'
import { makeLinkToken } from '../auth/link-token'
import type { Role } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { auditBy, recordAudit } from '../db/audit'
import {
  countInvitations,
  endInvitation,
  endInvitationsOf,
  findInvitation,
  type InvitationRow,
  insertInvitation,
  listInvitationRows,
} from '../db/invitations'
import { findTeamMember, insertMember, lockTeam } from '../db/members'
import { inTransaction } from '../db/transaction'
import { findAccount, normaliseEmail } from '../db/users'
import { publicUrl } from '../env'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { requireReach } from './change-member'
import { presentMember } from './list-members'

/** Links of one team that wait at once. */
export const MAX_OPEN_INVITATIONS = 100
const INVITATION_MS = 7 * 24 * 60 * 60 * 1000

/**
 * Adds who has an account here; for everybody else makes the link by which they join, in place of one made before for the same
 * address. Throws `conflict` for who is a member already, `forbidden` for a role above the caller's own, `limit_reached`.
 */
export async function inviteMember(of: {
  principal: Principal
  email: string
  name?: string | undefined
  role: Role
}): Promise<Invited> {
  const { principal, role } = of
  requirePermission(principal, 'team:manage')
  const email = normaliseEmail(of.email)
  return inTransaction(async (tx) => {
    await lockTeam(principal.team.id, tx)
    await requireReach(principal, role, tx)
    await endInvitationsOf({ teamId: principal.team.id, email }, tx)
    const account = await findAccount(email, tx)
    if (account === undefined) return invite({ principal, email, name: of.name ?? '', role }, tx)
    if (account.isDisabled) throw refusedAddress(`The account of ${email} is disabled.`)
    return add({ principal, userId: account.id, role }, tx)
  })
}

async function add(of: { principal: Principal; userId: Id; role: Role }, tx: PoolClient): Promise<Invited> {
  const { principal, userId, role } = of
  const teamId = principal.team.id
  const isNew = await insertMember({ teamId, userId, role }, tx)
  const row = await findTeamMember({ teamId, userId }, tx)
  if (!isNew || row === undefined) throw refusedAddress('This person is a member already; change their role instead.')
  await recordAudit(tx, {
    ...auditBy(principal),
    action: 'member.joined',
    target: { type: 'member', id: userId, name: row.name },
    details: { role, added: true },
  })
  return { member: presentMember(row, principal), invitation: null }
}

async function invite(
  of: { principal: Principal; email: string; name: string; role: Role },
  tx: PoolClient,
): Promise<Invited> {
  const { principal, email, name, role } = of
  const teamId = principal.team.id
  if ((await countInvitations(teamId, tx)) >= MAX_OPEN_INVITATIONS) {
    throw new AppError('limit_reached', `${MAX_OPEN_INVITATIONS} invitations wait already: revoke some that do not.`)
  }
  const { token, hash } = makeLinkToken()
  const expiresAt = new Date(Date.now() + INVITATION_MS)
  const made = { teamId, email, name, role, tokenHash: hash, invitedBy: principal.userId, expiresAt }
  const invitationId = await insertInvitation(made, tx)
  const row = await findInvitation({ teamId, invitationId }, tx)
  if (row === undefined) throw new Error('an invitation that was just made is not there')
  await recordAudit(tx, {
    ...auditBy(principal),
    action: 'member.invited',
    target: { type: 'invitation', id: invitationId, name: email },
    details: { role },
  })
  return { member: null, invitation: { ...present(row), link: `${publicUrl()}/join/${token}` } }
}

/** The invitations of the caller's team that can still be taken, newest first. Their links are not kept. */
export async function listInvitations(of: {
  principal: Principal
  limit: number
  cursor?: string | undefined
}): Promise<{ items: Invitation[]; next_cursor: string | null }> {
  const { principal, limit, cursor } = of
  requirePermission(principal, 'team:manage')
  const { rows, nextCursor } = await listInvitationRows({ teamId: principal.team.id, limit, cursor })
  return { items: rows.map(present), next_cursor: nextCursor }
}

/** Throws `not_found`, also for one that was taken, has expired or belongs to another team. */
export async function getInvitation(of: { principal: Principal; invitationId: Id }): Promise<Invitation> {
  requirePermission(of.principal, 'team:manage')
  const row = await findInvitation({ teamId: of.principal.team.id, invitationId: of.invitationId })
  if (row === undefined) throw noSuchInvitation()
  return present(row)
}

/** Ends an invitation: its link works no more. Throws like {@link getInvitation}. */
export async function revokeInvitation(of: { principal: Principal; invitationId: Id }): Promise<void> {
  const { principal, invitationId } = of
  requirePermission(principal, 'team:manage')
  const teamId = principal.team.id
  await inTransaction(async (tx) => {
    const row = await findInvitation({ teamId, invitationId }, tx)
    if (row === undefined || !(await endInvitation({ teamId, invitationId }, tx))) throw noSuchInvitation()
    await recordAudit(tx, {
      ...auditBy(principal),
      action: 'invitation.revoked',
      target: { type: 'invitation', id: invitationId, name: row.email },
    })
  })
}

function present(row: InvitationRow): Invitation {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    invited_by: row.inviterName,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
  }
}

function noSuchInvitation(): AppError {
  return new AppError('not_found', 'There is no such invitation any more.')
}

function refusedAddress(message: string): AppError {
  return new AppError('conflict', message, { errors: [{ path: 'email', message }] })
}
