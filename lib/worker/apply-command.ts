import type { StoredCommand } from '../db/commands'
import { encodePayload } from '../db/payloads'
import { nodeKey } from '../engine/events'
import type { LogWriter } from './log-writer'
import type { RememberOutput } from './record-result'

/** Turns one command into events. What no longer applies (a wait that is closed, a pause of a paused run) says nothing. */
export function applyCommand(writer: LogWriter, command: StoredCommand, remember: RememberOutput): void {
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
      writer.append({ type: 'run_timed_out', summary: 'The run took longer than the time limit of its workflow.' })
      return
    case 'resolve':
      resolve(writer, command, remember)
  }
}

function resolve(writer: LogWriter, command: StoredCommand & { kind: 'resolve' }, remember: RememberOutput): void {
  if (!writer.state.waits.has(command.waitId)) return
  const { outcome, waitKind, actor } = command
  const key = nodeKey(command.path, command.nodeId)
  const address = { node_id: command.nodeId, path: command.path, wait_id: command.waitId }
  const attempt = writer.state.nodes.get(key)?.attempt ?? 1
  const row = { key, nodeId: command.nodeId, path: command.path, attempt, endedAt: writer.now() }

  if (outcome.kind === 'fired') {
    const port = waitKind === 'approval' || waitKind === 'input' ? { port: 'timedOut' } : {}
    writer.append({ type: 'timer_fired', ...address, kind: waitKind, ...port })
    if (waitKind === 'retry') return
    const output = { fired_at: row.endedAt }
    remember(key, output)
    writer.node({ ...row, status: 'succeeded', output: encodePayload(output).stored })
    return
  }
  if (outcome.kind === 'input') {
    const output = writer.keep(encodePayload(outcome.data))
    writer.append({ type: 'input_received', ...address, actor, output_bytes: output.bytes })
    remember(key, outcome.data ?? null)
    writer.node({ ...row, status: 'succeeded', output: output.stored })
    return
  }
  const value = {
    decision: outcome.decision,
    approved: outcome.decision === 'approved',
    by: actor.name,
    comment: outcome.comment ?? null,
    data: outcome.data ?? null,
    decided_at: row.endedAt,
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
  remember(key, value)
  writer.node({ ...row, status: 'succeeded', output: output.stored })
}
