import type { PoolClient } from 'pg'
import type { Member } from '../api/contracts/members'
import { requirePermission } from '../auth/authorize'
import { forgetIdentities } from '../auth/identities'
import { mayGrantRole, type Role } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { auditBy, recordAudit } from '../db/audit'
import {
  deleteMember,
  findTeamMember,
  hasAnotherOwner,
  lockTeam,
  roleOf,
  setRole,
  type TeamMemberRow,
} from '../db/members'
import { turnSession } from '../db/sessions'
import { listTeamsOf } from '../db/teams'
import { inTransaction } from '../db/transaction'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { presentMember } from './list-members'

/**
 * Gives a member another role, felt at once in this process and within seconds in others. Throws `not_found` for who is no
 * member, `forbidden` for a role above the caller's own, `conflict` when the team would be left without an owner.
 */
export async function changeMember(of: { principal: Principal; userId: Id; role: Role }): Promise<Member> {
  const { principal, userId, role } = of
  requirePermission(principal, 'team:manage')
  const teamId = principal.team.id
  const changed = await inTransaction(async (tx) => {
    const member = await memberForChange(of, tx)
    await requireReach(principal, role, tx)
    if (member.role === 'owner' && role !== 'owner') await requireAnotherOwner({ teamId, userId }, tx)
    if (member.role === role) return member
    await setRole({ teamId, userId, role }, tx)
    await recordAudit(tx, {
      ...auditBy(principal),
      action: 'member.role_changed',
      target: { type: 'member', id: userId, name: member.name },
      details: { from: member.role, to: role },
    })
    return { ...member, role }
  })
  forgetIdentities()
  return presentMember(changed, principal)
}

/**
 * Takes a member out of the team, or lets the caller leave it. Sessions, keys and connected apps of theirs end with it; whoever
 * leaves goes on in another team of theirs, if there is one. Throws like {@link changeMember}.
 */
export async function removeMember(of: { principal: Principal; userId: Id }): Promise<void> {
  const { principal, userId } = of
  const teamId = principal.team.id
  const isLeaving = principal.kind === 'user' && principal.userId === userId
  if (!isLeaving) requirePermission(principal, 'team:manage')
  await inTransaction(async (tx) => {
    const member = isLeaving ? await lockedMember({ teamId, userId }, tx) : await memberForChange(of, tx)
    if (member.role === 'owner') await requireAnotherOwner({ teamId, userId }, tx)
    const next = isLeaving ? (await listTeamsOf(userId, tx)).find(({ id }) => id !== teamId) : undefined
    if (next && principal.sessionId !== undefined) {
      await turnSession({ sessionId: principal.sessionId, userId, teamId: next.id }, tx)
    }
    await deleteMember({ teamId, userId }, tx)
    await recordAudit(tx, {
      ...auditBy(principal),
      action: 'member.removed',
      target: { type: 'member', id: userId, name: member.name },
      details: { role: member.role, left: isLeaving },
    })
  })
  forgetIdentities()
}

/** The member, with who is in the team locked, when the caller's present role reaches theirs. */
async function memberForChange(of: { principal: Principal; userId: Id }, tx: PoolClient): Promise<TeamMemberRow> {
  const member = await lockedMember({ teamId: of.principal.team.id, userId: of.userId }, tx)
  await requireReach(of.principal, member.role, tx)
  return member
}

async function lockedMember(of: { teamId: Id; userId: Id }, tx: PoolClient): Promise<TeamMemberRow> {
  await lockTeam(of.teamId, tx)
  const member = await findTeamMember(of, tx)
  if (member === undefined) throw noSuchMember()
  return member
}

/** Asked of the database as it is now: the caller may have lost the role a moment ago. Throws `forbidden`. */
export async function requireReach(principal: Principal, role: Role, tx: PoolClient): Promise<void> {
  const now = await roleOf({ teamId: principal.team.id, userId: principal.userId }, tx)
  if (now !== null && mayGrantRole(now, role)) return
  throw new AppError('forbidden', `The role ${now ?? 'of nobody'} does not reach the role ${role}.`, {
    errors: [{ path: 'role', message: `${role} is above your own role` }],
  })
}

async function requireAnotherOwner(of: { teamId: Id; userId: Id }, tx: PoolClient): Promise<void> {
  if (await hasAnotherOwner(of, tx)) return
  throw new AppError('conflict', 'This is the last owner of the team: make somebody else an owner first.')
}

export function noSuchMember(): AppError {
  return new AppError('not_found', 'There is no such member in this team.')
}
