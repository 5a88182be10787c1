import type { Member } from '../api/contracts/members'
import { requirePermission } from '../auth/authorize'
import { mayGrantRole, refusal } from '../auth/permissions'
import type { Principal } from '../auth/principal'
import { listMemberRows, type TeamMemberRow } from '../db/members'

/** The members of the caller's team, who joined first comes first. */
export async function listMembers(of: {
  principal: Principal
  limit: number
  cursor?: string | undefined
}): Promise<{ items: Member[]; next_cursor: string | null }> {
  const { principal, limit, cursor } = of
  requirePermission(principal, 'team:read')
  const { rows, nextCursor } = await listMemberRows({ teamId: principal.team.id, limit, cursor })
  return { items: rows.map((row) => presentMember(row, principal)), next_cursor: nextCursor }
}

/** A member as `principal` sees them. What they may do is asked again when they do it. */
export function presentMember(row: TeamMemberRow, principal: Principal): Member {
  const mayManage = refusal('team:manage', principal) === null && mayGrantRole(principal.role, row.role)
  const isSelf = row.userId === principal.userId
  return {
    user_id: row.userId,
    name: row.name,
    email: row.email,
    role: row.role,
    joined_at: row.joinedAt.toISOString(),
    last_seen_at: row.lastSeenAt?.toISOString() ?? null,
    is_disabled: row.isDisabled,
    may: {
      change: mayManage,
      remove: mayManage || (isSelf && principal.kind === 'user'),
      reset_password: mayManage && !isSelf && !row.isDisabled,
    },
  }
}
