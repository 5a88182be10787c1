import { assertNever } from '../errors'
import { countActive } from './active-time'
import type { ContainerState } from './containers'
import { type EventType, type Failure, nodeKey, type RunEvent } from './events'
import type { Plan } from './graph'
import { BUDGET_EXCEEDED } from './limits'
import {
  advanceContainer,
  begin,
  beginTurn,
  cancelContainer,
  cutOff,
  endAround,
  escalate,
  isCollected,
  noteResult,
  settle,
} from './propagate'
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
  countActive(state, event)
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
    case 'container_started':
      onContainerStarted(plan, state, event)
      return
    case 'while_checked': {
      const container = state.containers.get(nodeKey(event.path, event.node_id))
      if (container?.phase === 'check') beginTurn(plan, state, container, event.go)
      return
    }
    case 'callback_received':
      onCallback(plan, state, event)
      return
    case 'child_waiting': {
      const wait = state.waits.get(event.wait_id)
      if (wait) wait.child = { status: event.status, waitingFor: event.waiting_for }
      return
    }
    case 'child_ended':
      onChildEnded(plan, state, event)
      return
    case 'node_reused':
      onReused(plan, state, event)
      return
    case 'llm_called':
      state.tokens += event.usage.input_tokens + event.usage.output_tokens
      state.costUsd += event.usage.cost_usd ?? 0
      state.llmCalls += 1
      return
    case 'run_warning':
      state.warned.add(event.code)
      return
    case 'message_shown':
    case 'result_discarded':
    case 'approval_voted':
      return
    case 'approval_escalated':
      closeWait(state, event.wait_id)
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
  succeed(plan, state, node, event.port, event)
}

/** Inline nodes have no `node_started`: their end is also their start. */
function countAttempt(state: RunState, node: NodeState, attempt: number): void {
  if (node.attempt !== attempt) state.steps += 1
  node.attempt = attempt
}

interface Outcome {
  at: string
  output_bytes?: number | undefined
  output_blob?: string | undefined
}

function succeed(plan: Plan, state: RunState, node: NodeState, port: string, event: Outcome): void {
  leave(state, node)
  node.status = 'succeeded'
  node.port = port
  node.endedAt = event.at
  if (event.output_bytes !== undefined) node.outputBytes = event.output_bytes
  if (event.output_blob === undefined) state.bytes += event.output_bytes ?? 0
  nowActive(state)
  noteResult(plan, state, node)
  if (plan.nodes.get(node.nodeId)?.endsAll) endAround(plan, state, node)
  else settle(plan, state, node, port)
}

/** It is no longer ready, running or a container that turns. */
function leave(state: RunState, node: NodeState): void {
  const key = keyOf(node)
  state.ready.delete(key)
  state.running.delete(key)
  state.due.delete(key)
  const container = state.containers.get(key)
  if (container) container.phase = 'done'
}

function onFailed(plan: Plan, state: RunState, event: Of<'node_failed'>): void {
  const node = nodeAt(state, event)
  countAttempt(state, node, event.attempt)
  const container = state.containers.get(keyOf(node))
  leave(state, node)
  if (container) cancelContainer(state, container)
  node.error = event.error
  node.startedAt = event.started_at
  node.endedAt = event.at
  nowActive(state)
  if (event.retry) {
    node.status = 'retrying'
    return
  }
  fail(plan, state, node, event.error, event.port)
}

/** `port`: the error is data and flows on there. */
function fail(plan: Plan, state: RunState, node: NodeState, error: Failure, port: string | undefined): void {
  node.status = 'failed'
  node.error = error
  if (error.code === BUDGET_EXCEEDED) {
    // What the run may spend is spent: no container and no policy makes that good.
    state.failure ??= { nodeId: node.nodeId, error }
    return
  }
  if (port === undefined) {
    escalate(plan, state, node, error)
    return
  }
  node.port = port
  noteResult(plan, state, node)
  settle(plan, state, node, port)
}

function onContainerStarted(plan: Plan, state: RunState, event: Of<'container_started'>): void {
  const node = nodeAt(state, event)
  countAttempt(state, node, event.attempt)
  leave(state, node)
  node.status = 'running'
  node.startedAt = event.at
  nowActive(state)
  const container: ContainerState = {
    key: keyOf(node),
    nodeId: node.nodeId,
    path: node.path,
    kind: event.container,
    total: event.items ?? 0,
    next: 0,
    active: 0,
    ended: 0,
    concurrency: event.concurrency,
    collects: event.on_item_error === 'collect',
    results: [],
    errors: [],
    phase: 'open',
  }
  state.containers.set(container.key, container)
  advanceContainer(plan, state, container)
}

function onCallback(plan: Plan, state: RunState, event: Of<'callback_received'>): void {
  if (event.wait_id === undefined) {
    state.earlyCallbacks.add(nodeKey(event.path, event.node_id))
    return
  }
  closeWait(state, event.wait_id)
  succeed(plan, state, nodeAt(state, event), 'out', event)
}

function onChildEnded(plan: Plan, state: RunState, event: Of<'child_ended'>): void {
  const node = nodeAt(state, event)
  closeWait(state, event.wait_id)
  state.tokens += event.tokens
  state.costUsd += event.cost_usd
  if (event.status === 'completed') succeed(plan, state, node, 'out', event)
  else {
    // `node_failed` follows in the same commit and says what becomes of it.
    node.status = 'ready'
    state.ready.add(keyOf(node))
    nowActive(state)
  }
}

function onReused(plan: Plan, state: RunState, event: Of<'node_reused'>): void {
  const node = nodeAt(state, event)
  node.reused = true
  if (event.error && event.port === undefined) {
    leave(state, node)
    node.endedAt = event.at
    fail(plan, state, node, event.error, undefined)
    return
  }
  succeed(plan, state, node, event.port ?? 'out', event)
  if (event.error) {
    node.status = 'failed'
    node.error = event.error
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
    escalate(plan, state, node, node.error)
    nowActive(state)
    return
  }
  succeed(plan, state, node, port, event)
}

function onDecided(plan: Plan, state: RunState, event: Of<'approval_decided'>): void {
  const node = nodeAt(state, event)
  closeWait(state, event.wait_id)
  const leads = plan.nodes.get(node.nodeId)?.outgoing.some((edge) => edge.port === event.decision) ?? false
  if (event.decision === 'rejected' && !leads) {
    if (isCollected(plan, state, node)) {
      node.endedAt = event.at
      const message = `${event.actor.name} rejected ${plan.nodes.get(node.nodeId)?.name ?? node.nodeId}.`
      fail(plan, state, node, { code: 'approval_rejected', message }, undefined)
      nowActive(state)
      return
    }
    state.rejection ??= { nodeId: node.nodeId, by: event.actor.name }
  }
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
  for (const [key, node] of state.nodes) cutOff(state, key, node, event.at)
  state.ready.clear()
  state.running.clear()
  state.due.clear()
  state.waits.clear()
}
