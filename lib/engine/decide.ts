import type { ContainerState } from './containers'
import type { Failure, NewEvent } from './events'
import type { Plan } from './graph'
import { BUDGET_EXCEEDED, DEFAULT_LIMITS, HOUR_MS, type RunLimits } from './limits'
import type { RunState } from './state'
import { type WaitingStatus, waitingFor } from './waiting'

/** What the shell is to do next. The core decides; it never does. */
export type Decision =
  /** Run this node. `attempt` counts from 1; the same number again means that its process died on the way. */
  | { type: 'execute'; key: string; nodeId: string; path: string[]; attempt: number; resumed: boolean }
  /** Ask the condition of this `while` before turn `index`: append `while_checked`, or its failure. */
  | { type: 'check'; container: ContainerState; attempt: number }
  /** Every item of this container has ended: gather the results and append `node_succeeded`. */
  | { type: 'gather'; container: ContainerState; attempt: number }
  /** An item failed and this container does not collect: it fails, by its own policy. */
  | { type: 'fail'; container: ContainerState; attempt: number; error: Failure }
  /** Nothing is left: evaluate the output and append `run_completed`. */
  | { type: 'complete' }
  /** The run ends with this event, and whatever is in flight is aborted. */
  | { type: 'end'; event: NewEvent }
  /** Nothing can be done until a wait resolves: append `run_waiting` unless the status says so already, and let go. */
  | { type: 'wait'; status: WaitingStatus; nodeIds: string[] }

/**
 * Pure. `inFlight`: keys of nodes that this shell is executing now. A node that the log says is running and that is not in
 * flight was lost with its process, and is executed again under the same attempt and idempotency key.
 */
export function decide(
  plan: Plan,
  state: RunState,
  inFlight: ReadonlySet<string>,
  limits: RunLimits = DEFAULT_LIMITS,
): Decision[] {
  if (state.ended || state.status === 'not_started') return []
  const ending = endOf(plan, state, limits)
  if (ending) return [{ type: 'end', event: ending }]
  if (state.paused) return []

  const decisions: Decision[] = []
  for (const key of state.due) {
    const container = state.containers.get(key)
    if (container) decisions.push(...onDue(plan, state, container))
  }
  for (const key of state.ready) {
    const node = state.nodes.get(key)
    if (node && !inFlight.has(key)) {
      decisions.push({
        type: 'execute',
        key,
        nodeId: node.nodeId,
        path: node.path,
        attempt: node.attempt + 1,
        resumed: false,
      })
    }
  }
  for (const key of state.running) {
    const node = state.nodes.get(key)
    if (node && !inFlight.has(key)) {
      decisions.push({
        type: 'execute',
        key,
        nodeId: node.nodeId,
        path: node.path,
        attempt: node.attempt,
        resumed: true,
      })
    }
  }
  if (decisions.length > 0 || inFlight.size > 0) return decisions
  if (state.waits.size > 0) return [{ type: 'wait', ...waitingFor(state) }]
  return [{ type: 'complete' }]
}

function onDue(plan: Plan, state: RunState, container: ContainerState): Decision[] {
  const attempt = state.nodes.get(container.key)?.attempt ?? 1
  if (container.phase === 'check') return [{ type: 'check', container, attempt }]
  if (container.phase === 'close') return [{ type: 'gather', container, attempt }]
  const [first] = container.errors
  if (container.phase !== 'fail' || !first) return []
  const name = plan.nodes.get(first.nodeId)?.name ?? first.nodeId
  const what = container.kind === 'forEach' ? `Item ${first.index + 1}` : `Turn ${first.index + 1}`
  const error: Failure = {
    code: 'item_failed',
    message: `${what} failed at ${name}: ${first.error.message}`,
    details: { index: first.index, node_id: first.nodeId, code: first.error.code },
  }
  return [{ type: 'fail', container, attempt, error }]
}

/** Failures that say more about a run than that something failed. */
const REASONS: Readonly<Record<string, string>> = { wait_timed_out: 'timeout', [BUDGET_EXCEEDED]: BUDGET_EXCEEDED }

/** Why the run must end now, if it must. Failures come first: what a loop guard says about a failed run helps nobody. */
function endOf(plan: Plan, state: RunState, limits: RunLimits): NewEvent | undefined {
  const name = (nodeId: string) => plan.nodes.get(nodeId)?.name ?? nodeId
  if (state.failure) {
    const { nodeId, error } = state.failure
    return {
      type: 'run_failed',
      reason: REASONS[error.code] ?? 'execution_error',
      summary: `${name(nodeId)} failed: ${error.message}`,
      node_id: nodeId,
      error,
    }
  }
  if (state.rejection) {
    return {
      type: 'run_cancelled',
      reason: 'approval_rejected',
      node_id: state.rejection.nodeId,
      summary: `${state.rejection.by} rejected ${name(state.rejection.nodeId)}.`,
    }
  }
  if (state.looping) {
    const { nodeId, visits } = state.looping
    return {
      type: 'run_aborted',
      reason: 'looping_risk',
      summary: `${name(nodeId)} was visited ${visits} times and would be visited again; the limit of this workflow is ${plan.maxNodeVisits}.`,
      node_id: nodeId,
    }
  }
  if (state.bytes > limits.stateBytes) {
    return {
      type: 'run_failed',
      reason: 'state_too_large',
      summary: `The outputs of this run add up to ${state.bytes} bytes; at most ${limits.stateBytes} are allowed. Keep large values elsewhere and pass references.`,
    }
  }
  if (state.lastSeq >= limits.events) {
    return {
      type: 'run_failed',
      reason: 'too_many_events',
      summary: `The run has ${state.lastSeq} events; at most ${limits.events} are allowed. Split the work into sub-workflows.`,
    }
  }
  if (state.activeMs >= limits.activeMs) {
    const summary = `The run was active for ${limits.activeMs / HOUR_MS} hours, as long as a run may be. Split the work into several runs.`
    return { type: 'run_timed_out', summary }
  }
  if (state.steps >= plan.maxSteps && (state.ready.size > 0 || state.running.size > 0)) {
    const next = state.nodes.get([...state.ready, ...state.running][0] ?? '')
    return {
      type: 'run_aborted',
      reason: 'looping_risk',
      summary: `The run took ${state.steps} steps, the limit of this workflow${next ? `; ${name(next.nodeId)} would be next` : ''}.`,
      ...(next ? { node_id: next.nodeId } : {}),
    }
  }
  return undefined
}
