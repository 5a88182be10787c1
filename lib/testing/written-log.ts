import { applyEvent } from '../engine/apply-event'
import { type Decision, decide } from '../engine/decide'
import { type NewEvent, nodeKey, type WaitKind } from '../engine/events'
import { compile, type Plan } from '../engine/graph'
import { initialState, type NodeStatus, type RunState } from '../engine/state'
import type { draw } from './definition'

export const ACTOR = { kind: 'system', name: 'test' } as const
export const PLACE = { at: '2026-01-01T00:00:00.000Z' }

/** The log of a run of this drawing, just started. Throws when the drawing has problems. */
export function beginLog(definition: ReturnType<typeof draw>): WrittenLog {
  const { plan, problems } = compile(definition)
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join(' '))
  const log = new WrittenLog(plan)
  return log.append({ type: 'run_started', actor: ACTOR, trigger: 'api', version_number: 0 })
}

/** A log that is written by hand: append events, read decisions. Nodes are named by id, and by path where they have one. */
export class WrittenLog {
  readonly state: RunState
  readonly events: NewEvent[] = []

  constructor(readonly plan: Plan) {
    this.state = initialState(plan)
  }

  append(event: NewEvent): this {
    this.events.push(event)
    applyEvent(this.plan, this.state, { ...event, ...PLACE, seq: this.state.lastSeq + 1 })
    return this
  }

  done(id: string, port = 'out', path: string[] = [], attempt = 1): this {
    const at = { node_id: id, path, attempt }
    return this.append({ type: 'node_succeeded', ...at, port, started_at: PLACE.at, output_bytes: 4 })
  }

  fail(id: string, path: string[] = [], how: { port?: string; retry?: boolean; attempt?: number } = {}): this {
    const { attempt = 1, retry = false, port } = how
    const error = { code: 'boom', message: 'it broke' }
    const at = { node_id: id, path, attempt, started_at: PLACE.at }
    return this.append({ type: 'node_failed', ...at, error, retry, ...(port === undefined ? {} : { port }) })
  }

  started(id: string, path: string[] = [], attempt = 1): this {
    return this.append({ type: 'node_started', node_id: id, path, attempt })
  }

  /** Its wait is called `w:<address>`. */
  waiting(id: string, kind: WaitKind, path: string[] = [], attempt = 1): this {
    const wait_id = waitOf(id, path)
    return this.append({ type: 'node_waiting', node_id: id, path, attempt, wait_id, kind })
  }

  fired(id: string, kind: WaitKind, path: string[] = [], port?: string): this {
    const at = { node_id: id, path, wait_id: waitOf(id, path), kind }
    return this.append({ type: 'timer_fired', ...at, ...(port === undefined ? {} : { port }) })
  }

  decided(id: string, decision: 'approved' | 'rejected', path: string[] = []): this {
    const at = { node_id: id, path, wait_id: waitOf(id, path) }
    return this.append({ type: 'approval_decided', ...at, decision, actor: ACTOR, shown_hash: '', output_bytes: 2 })
  }

  /** A `forEach` opens. */
  open(id: string, items: number, how: { path?: string[]; concurrency?: number; collect?: boolean } = {}): this {
    const { path = [], concurrency = 1, collect = false } = how
    const at = { node_id: id, path, attempt: 1, items, concurrency }
    const on_item_error = collect ? 'collect' : 'fail'
    return this.append({ type: 'container_started', ...at, container: 'forEach', on_item_error })
  }

  /** A `while` opens. */
  turn(id: string, path: string[] = []): this {
    const at = { node_id: id, path, attempt: 1, concurrency: 1 }
    return this.append({ type: 'container_started', ...at, container: 'while', on_item_error: 'fail' })
  }

  checked(id: string, index: number, go: boolean, path: string[] = []): this {
    return this.append({ type: 'while_checked', node_id: id, path, index, go })
  }

  decisions(inFlight: string[] = []): Decision[] {
    return decide(this.plan, this.state, new Set(inFlight))
  }

  /** Keys of nodes to execute; of what a container needs, `gather forEach`; or the other decision's name. */
  next(inFlight: string[] = []): string[] {
    return this.decisions(inFlight).map((decision) => {
      if (decision.type === 'execute') return decision.key
      if (decision.type === 'end') return decision.event.type
      if ('container' in decision) return `${decision.type} ${decision.container.key}`
      return decision.type
    })
  }

  statusOf(id: string, path: string[] = []): NodeStatus | undefined {
    return this.state.nodes.get(nodeKey(path, id))?.status
  }

  /** Addresses that were cut off while they were active. */
  cancelled(): string[] {
    return this.state.cancelled.map(({ key }) => key)
  }
}

function waitOf(id: string, path: string[]): string {
  return `w:${nodeKey(path, id)}`
}
