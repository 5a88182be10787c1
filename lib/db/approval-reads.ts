import type { WaitOutcome } from '../engine/waits'
import type { Id } from '../ids'
import { pool } from './client'
import { decodeCursor, pageOf } from './cursor'

export interface ApprovalRow {
  id: Id
  run_id: Id
  workflow_id: Id
  workflow_name: string
  node_id: string
  path: string[]
  request: Record<string, unknown>
  shown_hash: string | null
  run_by: string
  state: 'open' | 'resolved' | 'cancelled'
  outcome: WaitOutcome | null
  due_at: Date | null
  created_at: Date
}

/** Approvals of a team in one state, newest first. */
export async function listApprovalRows(of: {
  teamId: Id
  state: ApprovalRow['state']
  limit: number
  cursor?: string
}): Promise<{ rows: ApprovalRow[]; nextCursor: string | null }> {
  const after = of.cursor === undefined ? undefined : decodeCursor(of.cursor)
  const { rows } = await pool().query<ApprovalRow>({
    name: 'approvals',
    text: `SELECT o.id, o.run_id, o.workflow_id, w.name AS workflow_name, o.node_id, o.path, o.request, o.shown_hash, r.run_by,
                  o.state, o.outcome, o.due_at, o.created_at
             FROM waits o JOIN runs r ON r.id = o.run_id JOIN workflows w ON w.id = o.workflow_id
            WHERE o.team_id = $1 AND o.kind = 'approval' AND o.state = $2
              AND ($3::timestamptz IS NULL OR (o.created_at, o.id) < ($3, $4::uuid))
            ORDER BY o.created_at DESC, o.id DESC LIMIT $5`,
    values: [of.teamId, of.state, after?.at ?? null, after?.id ?? null, of.limit + 1],
  })
  return pageOf(rows, of.limit, (row) => ({ at: row.created_at, id: row.id }))
}
