import type { Approval, Decision } from '../api/contracts/runs'
import type { Principal } from '../auth/principal'
import { type ApprovalRow, listApprovalRows } from '../db/approval-reads'
import { approvalRequestSchema } from '../engine/waits'

/** Approvals of the team in one state, newest first. */
export async function listApprovals(of: {
  principal: Principal
  status: ApprovalRow['state']
  limit: number
  cursor?: string
}): Promise<{ items: Approval[]; next_cursor: string | null }> {
  const { rows, nextCursor } = await listApprovalRows({
    teamId: of.principal.team.id,
    state: of.status,
    limit: of.limit,
    cursor: of.cursor,
  })
  return { items: rows.map(presentApproval), next_cursor: nextCursor }
}

function presentApproval(row: ApprovalRow): Approval {
  const { title, instructions, shown, form } = approvalRequestSchema.parse(row.request)
  return {
    id: row.id,
    run_id: row.run_id,
    workflow_id: row.workflow_id,
    workflow_name: row.workflow_name,
    node_id: row.node_id,
    path: row.path,
    title,
    instructions,
    shown: shown ?? null,
    shown_hash: row.shown_hash ?? '',
    schema: form ?? null,
    run_by: row.run_by,
    status: row.state,
    due_at: row.due_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    decisions: decisionsOf(row),
  }
}

function decisionsOf(row: ApprovalRow): Decision[] {
  const { outcome, resolved_at, resolved_by } = row
  if (outcome?.kind !== 'decision' || resolved_at === null) return []
  return [
    {
      run_id: row.run_id,
      node_id: row.node_id,
      path: row.path,
      decision: outcome.decision,
      decided_by: resolved_by ?? '',
      decided_at: resolved_at.toISOString(),
      comment: outcome.comment ?? null,
      shown_hash: outcome.shownHash,
      already_decided: true,
    },
  ]
}
