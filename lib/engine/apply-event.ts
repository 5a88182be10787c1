import { assertNever } from '../errors'
import { type EventType, nodeKey, type RunEvent } from './events'
import type { Plan } from './graph'
import { begin, settle } from './propagate'
import type { NodeState, RunState } from './state'

/**
 * The fold: state and the next event of the log → state. Pure in the sense that matters: no clock, no randomness, no I/O,
 * so a worker, a page and a test that read the same log hold the same state. Changes `state` in place and returns it
 * (a run of 10 000 nodes would otherwise copy itself 10 000 times); keep one state per reader.
 *
 * Events at or below `lastSeq` are ignored, so a reader may see one twice. A gap throws: the reader must fetch it first.
 */
export function applyEvent(plan: Plan, state: RunState, event: RunEvent): RunState {
  if (event.seq <= state.lastSeq) return state
  if (event.seq !== state.lastSeq + 1) throw new Error(`gap in the log: event ${event.seq} after ${state.lastSeq}`)
  state.lastSeq = event.seq
  if (state.ended) return state
  fold(plan, state, event)
  return state
}

type Of<T extends EventType> = RunEvent & { type: T }

function fold(plan: Plan, state: RunState, event: RunEvent): void {
  switch (event.type) {
    case 'run_started':
      state.status = 'started'
      begin(plan, state)
      return
    case 'turn_started':
      state.turn = event.turn
      return
    case 'node_started':
      onStarted(state, event)
      return
    case 'node_succeeded':
      onSucceeded(plan, state, event)
      return
    case 'node_failed':
      onFailed(plan, state, event)
      return
    case 'node_waiting':
      onWaiting(state, event)
      return
    case 'timer_fired':
      onTimerFired(plan, state, event)
      return
    case 'input_received':
      closeWait(state, event.wait_id)
      succeed(plan, state, nodeAt(state, event), 'out', event)
      return
    case 'approval_decided':
      onDecided(plan, state, event)
      return
    case 'llm_called':
      state.tokens += event.usage.input_tokens + event.usage.output_tokens
      state.costUsd += event.usage.cost_usd ?? 0
      return
    case 'message_shown':
      return
    case 'run_waiting':
      state.status = event.status
      return
    case 'run_paused':
      state.paused = true
      state.status = 'paused'
      return
    case 'run_resumed':
      state.paused = false
      state.status = 'running'
      return
    case 'run_recovered':
      state.recoveries = event.recoveries
      return
    case 'run_completed':
      end(state, 'completed', event)
      return
    case 'run_failed':
      end(state, 'failed', event, event.reason, event.summary, event.node_id)
      return
    case 'run_cancelled':
      end(state, 'cancelled', event, event.reason, event.summary, event.node_id)
      return
    case 'run_timed_out':
      end(state, 'timed_out', event, 'timeout', event.summary)
      return
    case 'run_aborted':
      end(state, 'aborted_looping_risk', event, event.reason, event.summary, event.node_id)
      return
    default:
      assertNever(event)
  }
}

function nodeAt(state: RunState, event: { node_id: string; path: string[] }): NodeState {
  const key = nodeKey(event.path, event.node_id)
  const node = state.nodes.get(key)
  if (!node) throw new Error(`the log speaks of ${key} before anything led to it`)
  return node
}

function keyOf(node: NodeState): string {
  return nodeKey(node.path, node.nodeId)
}

function nowActive(state: RunState): void {
  if (!state.paused) state.status = 'running'
}

function onStarted(state: RunState, event: Of<'node_started'>): void {
  const node = nodeAt(state, event)
  if (node.attempt !== event.attempt) state.steps += 1
  state.ready.delete(keyOf(node))
  state.running.add(keyOf(node))
  node.status = 'running'
  node.attempt = event.attempt
  node.startedAt = event.at
  nowActive(state)
}

function onSucceeded(plan: Plan, state: RunState, event: Of<'node_succeeded'>): void {
  const node = nodeAt(state, event)
  countAttempt(state, node, event.attempt)
  node.startedAt = event.started_at
  if (plan.nodes.get(node.nodeId)?.type === 'end') state.endKey = keyOf(node)
  succeed(plan, state, node, event.port, event)
}

/** Inline nodes have no `node_started`: their end is also their start. */
function countAttempt(state: RunState, node: NodeState, attempt: number): void {
  if (node.attempt !== attempt) state.steps += 1
  node.attempt = attempt
}

function succeed(
  plan: Plan,
  state: RunState,
  node: NodeState,
  port: string,
  event: { at: string; output_bytes?: number },
): void {
  state.ready.delete(keyOf(node))
  state.running.delete(keyOf(node))
  node.status = 'succeeded'
  node.port = port
  node.endedAt = event.at
  if (event.output_bytes !== undefined) node.outputBytes = event.output_bytes
  nowActive(state)
  settle(plan, state, node, port)
}

function onFailed(plan: Plan, state: RunState, event: Of<'node_failed'>): void {
  const node = nodeAt(state, event)
  countAttempt(state, node, event.attempt)
  state.ready.delete(keyOf(node))
  state.running.delete(keyOf(node))
  node.error = event.error
  node.startedAt = event.started_at
  node.endedAt = event.at
  nowActive(state)
  if (event.retry) {
    node.status = 'retrying'
    return
  }
  node.status = 'failed'
  if (event.port !== undefined) {
    node.port = event.port
    settle(plan, state, node, event.port)
  } else {
    state.failure ??= { nodeId: node.nodeId, error: event.error }
  }
}

function onWaiting(state: RunState, event: Of<'node_waiting'>): void {
  const node = nodeAt(state, event)
  if (event.kind !== 'retry') countAttempt(state, node, event.attempt)
  state.ready.delete(keyOf(node))
  state.running.delete(keyOf(node))
  node.status = event.kind === 'retry' ? 'retrying' : 'waiting'
  node.waitId = event.wait_id
  node.waitKind = event.kind
  node.startedAt ??= event.at
  state.waits.set(event.wait_id, {
    id: event.wait_id,
    kind: event.kind,
    nodeKey: keyOf(node),
    nodeId: node.nodeId,
    path: node.path,
    thread: event.thread,
    title: event.title,
    dueAt: event.due_at,
    since: event.at,
  })
  nowActive(state)
}

function closeWait(state: RunState, waitId: string): void {
  state.waits.delete(waitId)
}

function onTimerFired(plan: Plan, state: RunState, event: Of<'timer_fired'>): void {
  const node = nodeAt(state, event)
  closeWait(state, event.wait_id)
  if (event.kind === 'retry') {
    node.status = 'ready'
    state.ready.add(keyOf(node))
    nowActive(state)
    return
  }
  const port = event.port ?? 'out'
  const leads = plan.nodes.get(node.nodeId)?.outgoing.some((edge) => edge.port === port) ?? false
  if (port === 'timedOut' && !leads) {
    node.status = 'failed'
    node.endedAt = event.at
    node.error = {
      code: 'wait_timed_out',
      message: 'Nobody answered before the due time, and no edge leaves the port "timedOut".',
    }
    state.failure ??= { nodeId: node.nodeId, error: node.error }
    nowActive(state)
    return
  }
  succeed(plan, state, node, port, event)
}

function onDecided(plan: Plan, state: RunState, event: Of<'approval_decided'>): void {
  const node = nodeAt(state, event)
  closeWait(state, event.wait_id)
  const leads = plan.nodes.get(node.nodeId)?.outgoing.some((edge) => edge.port === event.decision) ?? false
  if (event.decision === 'rejected' && !leads) state.rejection ??= { nodeId: node.nodeId, by: event.actor.name }
  succeed(plan, state, node, event.decision, event)
}

function end(
  state: RunState,
  status: RunState['status'],
  event: { at: string },
  reason?: string,
  summary?: string,
  nodeId?: string,
): void {
  state.status = status
  state.ended = { reason, summary, nodeId }
  state.ready.clear()
  state.running.clear()
  state.waits.clear()
  for (const node of state.nodes.values()) {
    if (['pending', 'ready', 'running', 'waiting', 'retrying'].includes(node.status)) {
      const wasActive = node.status !== 'pending' && node.status !== 'ready'
      node.status = wasActive ? 'cancelled' : 'skipped'
      if (wasActive) node.endedAt = event.at
    }
  }
}
