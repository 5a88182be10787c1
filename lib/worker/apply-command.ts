import type { NodeRow } from '../db/checkpoints'
import type { ChildEnd, ChildStand } from '../db/child-runs'
import type { StoredCommand } from '../db/commands'
import { encodePayload, type StoredPayload } from '../db/payloads'
import { nodeKey } from '../engine/events'
import { BUDGET_EXCEEDED } from '../engine/limits'
import { NodeError } from '../nodes/runner'
import { passDueTime } from './approval-due'
import type { LogWriter } from './log-writer'
import type { OutputCache } from './output-cache'
import type { World } from './ports'
import { type RememberOutput, recordFailure } from './record-result'

/** Turns one command into events. What no longer applies (a wait that is closed, a pause of a paused run) says nothing. */
export async function applyCommand(
  world: World,
  writer: LogWriter,
  command: StoredCommand,
  outputs: OutputCache,
): Promise<void> {
  writer.commandsApplied = command.seq
  const { state } = writer
  if (state.ended) return
  switch (command.kind) {
    case 'turn':
      writer.append({ type: 'turn_started', turn: state.turn + 1, actor: command.actor, command: command.command })
      return
    case 'pause':
      if (!state.paused) writer.append({ type: 'run_paused', actor: command.actor })
      return
    case 'resume':
      if (state.paused) writer.append({ type: 'run_resumed', actor: command.actor })
      return
    case 'stop':
      writer.append({
        type: 'run_cancelled',
        reason: command.reason,
        summary: `${command.actor.name} stopped the run.`,
        actor: command.actor,
      })
      return
    case 'timeout':
      writer.append({ type: 'run_timed_out', summary: 'The run took longer than its time limit.' })
      return
    case 'callback':
      keepEarlyCallback(writer, command, outputs.remember)
      return
    case 'vote':
      if (state.waits.has(command.waitId)) keepVote(writer, command)
      return
    case 'child':
      if (state.waits.has(command.waitId)) noteChild(writer, command, await world.store.readChildStand(command.runId))
      return
    case 'resolve':
      if (!state.waits.has(command.waitId)) return
      if (command.outcome.kind === 'fired' && command.waitKind === 'approval') {
        const due = passDueTime(writer, command, await world.store.readWait(command.waitId))
        if (due) resolve(writer, due, outputs.remember)
        return
      }
      if (command.outcome.kind === 'refused') {
        refuseChild(writer, command, command.outcome, outputs)
        return
      }
      if (command.outcome.kind === 'child') {
        await endChild(writer, command, await world.store.readChildEnd(command.outcome.runId), outputs)
        return
      }
      resolve(writer, command, outputs.remember)
  }
}

function keepVote(writer: LogWriter, command: StoredCommand & { kind: 'vote' }): void {
  const { nodeId, path, waitId, decision, actor, comment, shownHash, approvals, approvalsNeeded } = command
  writer.append({
    type: 'approval_voted',
    node_id: nodeId,
    path,
    wait_id: waitId,
    decision,
    actor,
    ...(comment === null ? {} : { comment }),
    shown_hash: shownHash,
    approvals,
    approvals_needed: approvalsNeeded,
  })
}

/** A call that came before its node was reached. It is kept, once, until the node asks for it. */
function keepEarlyCallback(
  writer: LogWriter,
  command: StoredCommand & { kind: 'callback' },
  remember: RememberOutput,
): void {
  const { nodeId, path } = command
  const key = nodeKey(path, nodeId)
  const node = writer.state.nodes.get(key)
  const status = node?.status ?? 'pending'
  const waitId = status === 'waiting' ? node?.waitId : undefined
  if (writer.state.earlyCallbacks.has(key) || !(status === 'pending' || status === 'ready' || waitId)) return
  const output = writer.keep(encodePayload(command.data))
  writer.append({
    type: 'callback_received',
    node_id: nodeId,
    path,
    output_bytes: output.bytes,
    ...(output.blob ? { output_blob: output.blob.id } : {}),
    ...(waitId === undefined ? {} : { wait_id: waitId }),
  })
  if (waitId === undefined) {
    writer.node({ key, nodeId, path, attempt: 0, status: 'waiting', output: output.stored })
    return
  }
  // It was called a moment before the node began to wait: the wait is answered all the same.
  writer.closeWait(waitId)
  remember(key, command.data ?? null)
  writer.node({ key, nodeId, path, attempt: 1, status: 'succeeded', output: output.stored, endedAt: writer.now() })
}

/** However often and late it is told, what is noted is how the child stands now. */
function noteChild(writer: LogWriter, command: StoredCommand & { kind: 'child' }, stand: ChildStand): void {
  const { nodeId, path, waitId, runId } = command
  const known = writer.state.waits.get(waitId)?.child
  if ((known?.status ?? 'running') === stand.status && (known?.waitingFor ?? null) === stand.waitingFor) return
  const { status, waitingFor } = stand
  writer.append({
    type: 'child_waiting',
    node_id: nodeId,
    path,
    wait_id: waitId,
    run_id: runId,
    status,
    waiting_for: waitingFor,
  })
}

/** The sub-workflow could not be started: not published, another input, nested too deep. */
function refuseChild(
  writer: LogWriter,
  command: StoredCommand & { kind: 'resolve' },
  refusal: { code: string; message: string; runId: string },
  outputs: OutputCache,
): void {
  failChild(writer, command, { runId: refusal.runId, status: 'not_started', tokens: 0, costUsd: 0 }, outputs, () => {
    return new NodeError(refusal.code, refusal.message, { retryable: false })
  })
}

/** The run of a sub-workflow ended: what it gave is the node's output, or its end is the node's failure. */
async function endChild(
  writer: LogWriter,
  command: StoredCommand & { kind: 'resolve' },
  child: ChildEnd,
  outputs: OutputCache,
): Promise<void> {
  if (child.status !== 'completed') {
    failChild(writer, command, child, outputs, () => {
      const message = `The run of the sub-workflow ended as ${child.status}${child.summary ? `: ${child.summary}` : '.'}`
      if (child.budgetRunId !== null && child.budgetRunId !== child.runId) {
        // Not its own budget but that of this run, or of one above it: nothing here can make that good.
        return new NodeError(BUDGET_EXCEEDED, message, { retryable: false, details: { run_id: child.budgetRunId } })
      }
      const details = { run_id: child.runId, status: child.status, reason: child.reason }
      return new NodeError('child_failed', message, { details, retryable: child.status !== 'cancelled' })
    })
    return
  }
  const { nodeId, path, waitId } = command
  const key = nodeKey(path, nodeId)
  const attempt = writer.state.nodes.get(key)?.attempt ?? 1
  const output = child.output ?? { value: null }
  writer.append({
    type: 'child_ended',
    node_id: nodeId,
    path,
    wait_id: waitId,
    run_id: child.runId,
    status: child.status,
    tokens: child.tokens,
    cost_usd: child.costUsd,
    output_bytes: child.outputBytes,
    ...('blob' in output ? { output_blob: output.blob } : {}),
  })
  writer.node({ key, nodeId, path, attempt, status: 'succeeded', output, endedAt: writer.now() })
  if ('value' in output) outputs.remember(key, output.value)
  else outputs.expect(key)
}

function failChild(
  writer: LogWriter,
  command: StoredCommand & { kind: 'resolve' },
  child: Pick<ChildEnd, 'runId' | 'status' | 'tokens' | 'costUsd'>,
  outputs: OutputCache,
  error: () => NodeError,
): void {
  const { nodeId, path, waitId } = command
  const key = nodeKey(path, nodeId)
  const before = writer.state.nodes.get(key)
  const attempt = before?.attempt ?? 1
  const startedAt = before?.startedAt ?? writer.now()
  writer.append({
    type: 'child_ended',
    node_id: nodeId,
    path,
    wait_id: waitId,
    run_id: child.runId,
    status: child.status,
    tokens: child.tokens,
    cost_usd: child.costUsd,
  })
  const ended = { key, node: writer.planNode(nodeId), path, attempt, startedAt, input: undefined }
  recordFailure(writer, ended, error(), outputs.remember)
}

function resolve(writer: LogWriter, command: StoredCommand & { kind: 'resolve' }, remember: RememberOutput): void {
  const { outcome, waitKind, actor } = command
  const key = nodeKey(command.path, command.nodeId)
  const address = { node_id: command.nodeId, path: command.path, wait_id: command.waitId }
  const attempt = writer.state.nodes.get(key)?.attempt ?? 1
  const row = { key, nodeId: command.nodeId, path: command.path, attempt, endedAt: writer.now() }

  if (outcome.kind === 'fired') {
    const port = waitKind === 'timer' || waitKind === 'retry' ? {} : { port: 'timedOut' }
    writer.append({ type: 'timer_fired', ...address, kind: waitKind, ...port })
    if (waitKind === 'retry') return
    const output = { fired_at: row.endedAt }
    keepAnswer(writer, row, output, encodePayload(output).stored, remember)
    return
  }
  if (outcome.kind === 'input') {
    const output = writer.keep(encodePayload(outcome.data))
    writer.append({ type: 'input_received', ...address, actor, output_bytes: output.bytes })
    remember(key, outcome.data ?? null)
    writer.node({ ...row, status: 'succeeded', output: output.stored })
    return
  }
  if (outcome.kind === 'callback') {
    const output = writer.keep(encodePayload(outcome.data))
    const blob = output.blob ? { output_blob: output.blob.id } : {}
    writer.append({ type: 'callback_received', ...address, output_bytes: output.bytes, ...blob })
    remember(key, outcome.data ?? null)
    writer.node({ ...row, status: 'succeeded', output: output.stored })
    return
  }
  if (outcome.kind === 'child' || outcome.kind === 'refused') return
  const value = {
    decision: outcome.decision,
    approved: outcome.decision === 'approved',
    by: actor.name,
    comment: outcome.comment ?? null,
    data: outcome.data ?? null,
    decided_at: row.endedAt,
    votes: outcome.votes ?? [],
  }
  const output = writer.keep(encodePayload(value))
  writer.append({
    type: 'approval_decided',
    ...address,
    decision: outcome.decision,
    actor,
    ...(outcome.comment ? { comment: outcome.comment } : {}),
    shown_hash: outcome.shownHash,
    output_bytes: output.bytes,
  })
  keepAnswer(writer, row, value, output.stored, remember)
}

/** As the log now says: where no edge leaves the port of an answer, the node may have failed by it. */
function keepAnswer(
  writer: LogWriter,
  row: Omit<NodeRow, 'status'>,
  value: unknown,
  output: StoredPayload,
  remember: RememberOutput,
): void {
  const node = writer.state.nodes.get(row.key)
  if (node?.status === 'failed') {
    writer.node({ ...row, status: 'failed', error: node.error, output })
    return
  }
  remember(row.key, value)
  writer.node({ ...row, status: 'succeeded', output })
}
