import type { NewWait } from '../db/checkpoints'
import type { StoredCommand } from '../db/commands'
import type { WaitRow } from '../db/waits'
import type { Actor } from '../engine/events'
import { type ApprovalRequest, approvalRequestSchema } from '../engine/waits'
import type { LogWriter } from './log-writer'

type Resolving = StoredCommand & { kind: 'resolve' }

const DUE_TIME: Actor = { kind: 'system', name: 'the due time' }

/** What the passing of the due time means for an approval: a command to be applied, or others are asked (undefined). */
export function passDueTime(writer: LogWriter, command: Resolving, wait: WaitRow | null): Resolving | undefined {
  if (!wait) return command
  const request = approvalRequestSchema.parse(wait.request)
  const { action } = request.onDue
  if (action === 'escalate') {
    escalate(writer, command, { ...wait, request })
    return undefined
  }
  if (action !== 'approve' && action !== 'reject') return command
  const decision = action === 'approve' ? 'approved' : 'rejected'
  const outcome = { kind: 'decision', decision, data: request.shown, shownHash: wait.shownHash ?? '' } as const
  return { ...command, actor: DUE_TIME, outcome }
}

/**
 * The same is asked of others, in a wait of its own: one of them decides, whoever voted before. Once their time has passed
 * too, the path goes on at `timedOut`.
 */
function escalate(
  writer: LogWriter,
  { nodeId, path, waitId }: Resolving,
  { nodeKey, request: before, shownHash }: Omit<WaitRow, 'request'> & { request: ApprovalRequest },
): void {
  const { to, seconds } = before.onDue
  const address = { node_id: nodeId, path }
  const thread = writer.state.waits.get(waitId)?.thread
  const request: ApprovalRequest = {
    ...before,
    approvers: to,
    policy: { mode: 'any', quorum: 1, rejections: 1, allowSelfApproval: before.policy.allowSelfApproval },
    onDue: { action: 'branch', to: [], seconds: 0 },
    escalatedFrom: before.approvers,
  }
  const wait: NewWait = {
    id: writer.chance.newId(),
    nodeKey,
    nodeId,
    path,
    shownHash,
    kind: 'approval',
    request,
    dueAt: writer.later(seconds * 1_000),
  }
  writer.append({ type: 'approval_escalated', ...address, wait_id: waitId, to })
  writer.append({
    type: 'node_waiting',
    ...address,
    attempt: writer.state.nodes.get(nodeKey)?.attempt ?? 1,
    wait_id: wait.id,
    kind: 'approval',
    ...(thread === undefined ? {} : { thread }),
    title: request.title,
    due_at: wait.dueAt,
  })
  writer.wait(wait)
}
