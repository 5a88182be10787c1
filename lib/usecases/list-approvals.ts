import type { Approval, ApprovalStand } from '../api/contracts/approvals'
import type { Principal } from '../auth/principal'
import { type ApprovalRow, listApprovalRows } from '../db/approval-reads'
import { approvalRequestSchema } from '../engine/waits'
import { outcomeOf, standsOf } from './present-approval'

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
  const stands = await standsOf(
    of.principal,
    rows.map((row) => ({ ...row, runId: row.run_id, nodeId: row.node_id })),
  )
  const items = rows.flatMap((row) => {
    const stand = stands.get(row.id)
    return stand ? [presentApproval(row, stand)] : []
  })
  return { items, next_cursor: nextCursor }
}

function presentApproval(row: ApprovalRow, stand: ApprovalStand): Approval {
  const request = approvalRequestSchema.parse(row.request)
  const { title, instructions, shown, form } = request
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
    outcome: outcomeOf(request, row.outcome),
    due_at: row.due_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    ...stand,
  }
}
