import type { Approval } from '@/lib/api/contracts/approvals'
import type { ApprovalSubject } from './use-decide'

/** A row of the inbox as what an approval card takes. */
export function subjectOf(approval: Approval): ApprovalSubject {
  return {
    id: approval.id,
    runId: approval.run_id,
    nodeId: approval.node_id,
    path: approval.path,
    title: approval.title,
    instructions: approval.instructions,
    shown: approval.shown,
    shownHash: approval.shown_hash,
    schema: approval.schema,
    dueAt: approval.due_at,
    createdAt: approval.created_at,
  }
}

/** How near the due time is: what is late or due within the hour stands out. */
export function urgency(dueAt: string | null, nowMs: number): 'none' | 'soon' | 'late' {
  if (dueAt === null) return 'none'
  const leftMs = Date.parse(dueAt) - nowMs
  return leftMs < 0 ? 'late' : leftMs < 3_600_000 ? 'soon' : 'none'
}
