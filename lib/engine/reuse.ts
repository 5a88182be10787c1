import { applyEvent } from './apply-event'
import { type NewEvent, nodeKey, type RunEvent } from './events'
import type { Plan } from './graph'
import { containerOf } from './propagate'
import { initialState, type NodeState, type RunState } from './state'

/** Where a fork begins again: every address of a node, or one of them. */
export interface ForkPoint {
  nodeId: string
  path?: readonly string[] | undefined
}

export interface Reuse {
  /** What the new log says after `run_started`: containers as they opened, and one `node_reused` per result. */
  events: NewEvent[]
  /** Keys of the node runs that the new run takes over, results and opened containers. */
  keys: string[]
}

/**
 * What a new run can take over of an old one: every result that the new run would come to by the same way. `from`: that node
 * and whatever follows from it is not taken over; without it, only failures are not.
 *
 * The old log is played on a fresh state, and an event is kept only when that state is waiting for it. So what depends on
 * something that was left out is left out too, by the same rules that ran it.
 */
export function reuseLog(plan: Plan, started: NewEvent, log: readonly RunEvent[], from?: ForkPoint): Reuse {
  const state = initialState(plan)
  const events: NewEvent[] = []
  const keys: string[] = []
  const append = (event: NewEvent) =>
    applyEvent(plan, state, { ...event, seq: state.lastSeq + 1, at: log[0]?.at ?? '' })
  append(started)
  for (const event of log) {
    const kept = 'path' in event && !isChosen(event, from) ? keptEvent(plan, state, event) : undefined
    if (!kept) continue
    append(kept)
    events.push(kept)
    if (kept.type !== 'while_checked') keys.push(nodeKey(kept.path, kept.node_id))
  }
  return { events, keys: [...new Set(keys)] }
}

type Addressed = RunEvent & { node_id: string; path: string[] }
type Kept = NewEvent & { type: 'container_started' | 'while_checked' | 'node_reused' }

function isChosen(event: Addressed, from: ForkPoint | undefined): boolean {
  if (!from || event.node_id !== from.nodeId) return false
  return from.path === undefined || from.path.join('/') === event.path.join('/')
}

function keptEvent(plan: Plan, state: RunState, event: Addressed): Kept | undefined {
  const key = nodeKey(event.path, event.node_id)
  const container = state.containers.get(key)
  const { node_id, path } = event
  if (event.type === 'container_started') {
    return state.ready.has(key) ? unplaced(event) : undefined
  }
  if (event.type === 'while_checked') {
    return container?.phase === 'check' && container.total === event.index ? unplaced(event) : undefined
  }
  const node = state.nodes.get(key)
  const end = node ? endOf(plan, state, node, event) : undefined
  if (!end) return undefined
  const isExpected = container ? container.phase === (end.error ? 'fail' : 'close') : state.ready.has(key)
  return isExpected ? { type: 'node_reused', node_id, path, ...end } : undefined
}

type End = Omit<NewEvent & { type: 'node_reused' }, 'type' | 'node_id' | 'path'>

/** What an event says about how a node ended, when that is a result to take over. */
function endOf(plan: Plan, state: RunState, node: NodeState, event: Addressed): End | undefined {
  const leads = (port: string) => plan.nodes.get(event.node_id)?.outgoing.some((edge) => edge.port === port) ?? false
  switch (event.type) {
    case 'node_succeeded':
    case 'node_reused':
      return outcome(event, event.port, event.type === 'node_reused' ? event.error : undefined)
    case 'node_failed': {
      if (event.retry) return undefined
      // A failure that a container collected is a result of that container; any other is what is tried again.
      const isCollected = containerOf(plan, state, node)?.collects === true
      return event.port !== undefined || isCollected ? outcome({}, event.port, event.error) : undefined
    }
    case 'approval_decided':
      return event.decision === 'approved' || leads('rejected') ? outcome(event, event.decision) : undefined
    case 'input_received':
      return outcome(event, 'out')
    case 'callback_received':
      return event.wait_id === undefined ? undefined : outcome(event, 'out')
    case 'child_ended':
      return event.status === 'completed' ? outcome(event, 'out') : undefined
    case 'timer_fired': {
      if (event.kind === 'retry') return undefined
      const port = event.port ?? 'out'
      return port === 'timedOut' && !leads(port) ? undefined : outcome({}, port)
    }
    default:
      return undefined
  }
}

function outcome(
  from: { output_bytes?: number | undefined; output_blob?: string | undefined },
  port: string | undefined,
  error?: End['error'],
): End {
  return {
    ...(port === undefined ? {} : { port }),
    ...(error ? { error } : {}),
    ...(from.output_bytes === undefined ? {} : { output_bytes: from.output_bytes }),
    ...(from.output_blob === undefined ? {} : { output_blob: from.output_blob }),
  }
}

function unplaced<E extends RunEvent>(event: E): Omit<E, 'seq' | 'at'> {
  const { seq: _, at: __, ...rest } = event
  return rest
}
