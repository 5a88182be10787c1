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
    stand: approval,
  }
}

/** What happens at the due time, behind `due in two hours`. */
export const AFTER_DUE: Record<Approval['on_due'], string> = {
  branch: '',
  reject: ', then it is rejected',
  approve: ', then it is approved',
  fail: ', then it fails',
  escalate: ', then others are asked',
}

/** How an approval that is closed without anybody's decision came to its end. */
export function closedText({ status, outcome, on_due }: Approval): string {
  if (status === 'cancelled') return 'The run ended before this was decided.'
  if (outcome !== null) return `Nobody decided in time: its due time ${outcome} it.`
  return on_due === 'escalate'
    ? 'Nobody decided in time: others were asked instead.'
    : 'It was closed without a decision: the due time passed.'
}

/** How near the due time is: what is late or due within the hour stands out. */
export function urgency(dueAt: string | null, nowMs: number): 'none' | 'soon' | 'late' {
  if (dueAt === null) return 'none'
  const leftMs = Date.parse(dueAt) - nowMs
  return leftMs < 0 ? 'late' : leftMs < 3_600_000 ? 'soon' : 'none'
}
