import { applyEvent } from '../engine/apply-event'
import { decide } from '../engine/decide'
import { type NewEvent, nodeKey, type RunEvent } from '../engine/events'
import { compile, type Plan } from '../engine/graph'
import { initialState, type NodeState, type RunState, type WaitState } from '../engine/state'
import type { WorkflowDefinition } from '../workflow/document'

/** One run, as somebody who watches sees it: what began (`+a`), what ended by which port (`-a:out`), what was cut off (`xa`). */
export interface Watched {
  steps: string[]
  state: RunState
}

export interface Choices {
  /** How a node may end: names of ports; `!` is a failure that nothing of its own handles. Default: the ports that edges leave by. */
  ports?: Record<string, string[] | ((path: readonly string[], steps: readonly string[]) => string[])>
  /** Number of items of a `forEach` whose list is not written in the drawing. Default 2. */
  items?: Record<string, number>
  /** Numbers of turns that a `while` may take. Default 1. */
  turns?: Record<string, number[]>
}

/** Refuses to go on for ever: a definition that has more runs than this is too large to try them all. */
const MAX_RUNS = 20_000
const INLINE = new Set(['start', 'end', 'merge', 'condition', 'switch', 'fail'])
/** Steps that begin at one moment and end at another by themselves. */
const TAKES_TIME = new Set(['transform', 'http', 'llm'])
const WAITS = new Set(['approval', 'input', 'delay', 'callback'])
const PLACE = { at: '2026-01-01T00:00:00.000Z' }
const ACTOR = { kind: 'system', name: 'test' } as const

/**
 * Every run that a definition has, by trying all of them: every order in which what may happen happens, and every way in which
 * each node may end. What computes is done at once and a wait opens at once; all else begins, takes its time, and ends.
 * For small definitions.
 */
export function everyRun(definition: WorkflowDefinition, choices: Choices = {}): Watched[] {
  const { plan, problems } = compile(definition)
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join(' '))
  const runs: Watched[] = []
  const types = new Map(definition.nodes.map((node) => [node.id, node.type]))
  const configs = new Map(definition.nodes.map((node) => [node.id, node]))
  const begun: NewEvent = { type: 'run_started', actor: ACTOR, trigger: 'api', version_number: 0 }
  const stack: { events: NewEvent[]; steps: string[] }[] = [{ events: [begun], steps: [] }]
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const state = replay(plan, at.events)
    const moves = movesOf({ plan, state, types, configs, choices, steps: at.steps })
    if (moves.length === 0) {
      if (!state.ended) throw new Error(`stuck after ${at.steps.join(' ')}`)
      runs.push({ steps: at.steps, state })
      if (runs.length > MAX_RUNS) throw new Error(`more than ${MAX_RUNS} runs: draw something smaller`)
    }
    for (const { events, step } of moves) {
      const next = replay(plan, [...at.events, ...events])
      const cut = next.cancelled.slice(state.cancelled.length).map(({ key }) => `x${key}`)
      stack.push({ events: [...at.events, ...events], steps: [...at.steps, ...(step ? [step] : []), ...cut] })
    }
  }
  return runs
}

function replay(plan: Plan, events: readonly NewEvent[]): RunState {
  const state = initialState(plan)
  events.forEach((event, index) => {
    const placed: RunEvent = { ...event, ...PLACE, seq: index + 1 }
    applyEvent(plan, state, placed)
  })
  return state
}

interface Move {
  events: NewEvent[]
  step?: string
}

interface Position {
  plan: Plan
  state: RunState
  types: ReadonlyMap<string, string>
  configs: ReadonlyMap<string, WorkflowDefinition['nodes'][number]>
  choices: Choices
  steps: readonly string[]
}

function movesOf(at: Position): Move[] {
  const { plan, state } = at
  const decisions = decide(plan, state, new Set(state.running))
  const moves: Move[] = []
  const takesTime = (nodeId: string) => TAKES_TIME.has(at.types.get(nodeId) ?? '')
  // What takes no time is done before anything else happens, as a worker does it.
  decisions.sort(
    (a, b) => Number(a.type === 'execute' && takesTime(a.nodeId)) - Number(b.type === 'execute' && takesTime(b.nodeId)),
  )
  for (const decision of decisions) {
    if (decision.type === 'end') return [{ events: [decision.event] }]
    if (decision.type === 'complete') return [{ events: [{ type: 'run_completed', output_bytes: 4 }] }]
    if (decision.type === 'check' || decision.type === 'gather' || decision.type === 'fail')
      return dueMoves(at, decision)
    if (decision.type !== 'execute') continue
    const node = state.nodes.get(decision.key)
    if (!node) continue
    if (!takesTime(decision.nodeId)) return beginMoves(at, node, decision.attempt)
    moves.push(...beginMoves(at, node, decision.attempt))
  }
  for (const key of state.running) {
    const node = state.nodes.get(key)
    if (node) moves.push(...endMoves(at, node, node.attempt))
  }
  for (const wait of state.waits.values()) moves.push(...answers(at, wait))
  return moves
}

function dueMoves(
  at: Position,
  decision: Extract<ReturnType<typeof decide>[number], { type: 'check' | 'gather' | 'fail' }>,
): Move[] {
  const { key, nodeId, path, total } = decision.container
  const address = { node_id: nodeId, path }
  if (decision.type === 'check') {
    const turns = at.choices.turns?.[nodeId] ?? [1]
    const goes = [...(turns.some((turn) => turn > total) ? [true] : []), ...(turns.includes(total) ? [false] : [])]
    return goes.map((go) => ({ events: [{ type: 'while_checked', ...address, index: total, go }] }))
  }
  const common = { ...address, attempt: decision.attempt, started_at: PLACE.at }
  if (decision.type === 'gather') {
    return [{ events: [{ type: 'node_succeeded', ...common, port: 'out', output_bytes: 4 }], step: `-${key}:out` }]
  }
  const onError = at.configs.get(nodeId)?.policy?.onError ?? 'fail'
  const port = onError === 'fail' ? {} : { port: onError === 'branch' ? 'error' : 'out' }
  const step = `-${key}:${port.port ?? '!'}`
  return [{ events: [{ type: 'node_failed', ...common, error: decision.error, retry: false, ...port }], step }]
}

function beginMoves(at: Position, node: NodeState, attempt: number): Move[] {
  const type = at.types.get(node.nodeId) ?? ''
  const key = nodeKey(node.path, node.nodeId)
  const address = { node_id: node.nodeId, path: node.path, attempt }
  if (INLINE.has(type)) return endMoves(at, node, attempt)
  if (type === 'forEach' || type === 'while') {
    const config = at.configs.get(node.nodeId)?.config ?? {}
    const started: NewEvent = {
      type: 'container_started',
      ...address,
      container: type,
      ...(type === 'forEach' ? { items: at.choices.items?.[node.nodeId] ?? lengthOf(config.items) } : {}),
      concurrency: Number(config.concurrency ?? 1),
      on_item_error: config.onItemError === 'collect' ? 'collect' : 'fail',
    }
    return [{ events: [started], step: `+${key}` }]
  }
  if (WAITS.has(type)) {
    const kind = type === 'delay' ? 'timer' : (type as 'approval' | 'input' | 'callback') // the set above
    return [{ events: [{ type: 'node_waiting', ...address, wait_id: `w:${key}`, kind }], step: `+${key}` }]
  }
  return [{ events: [{ type: 'node_started', ...address }], step: `+${key}` }]
}

function lengthOf(items: unknown): number {
  return typeof items === 'string' && items.startsWith('[') ? (JSON.parse(items) as unknown[]).length : 2
}

function endMoves(at: Position, node: NodeState, attempt: number): Move[] {
  const key = nodeKey(node.path, node.nodeId)
  const address = { node_id: node.nodeId, path: node.path, attempt, started_at: PLACE.at }
  const begin = INLINE.has(at.types.get(node.nodeId) ?? '') ? '±' : '-'
  return portsOf(at, node).map((port): Move => {
    const step = `${begin}${key}:${port}`
    if (port !== '!') return { events: [{ type: 'node_succeeded', ...address, port, output_bytes: 4 }], step }
    const error = { code: 'broken', message: 'It broke.' }
    return { events: [{ type: 'node_failed', ...address, error, retry: false }], step }
  })
}

function answers(at: Position, wait: WaitState): Move[] {
  const node = at.state.nodes.get(wait.nodeKey)
  if (!node) return []
  const address = { node_id: wait.nodeId, path: wait.path, wait_id: wait.id }
  return portsOf(at, node).map((port): Move => {
    const step = `-${wait.nodeKey}:${port}`
    if (port === 'timedOut') return { events: [{ type: 'timer_fired', ...address, kind: wait.kind, port }], step }
    if (wait.kind === 'approval') {
      const decision = port === 'rejected' ? 'rejected' : 'approved'
      const decided = { decision, actor: ACTOR, shown_hash: '', output_bytes: 4 } as const
      return { events: [{ type: 'approval_decided', ...address, ...decided }], step }
    }
    if (wait.kind === 'input')
      return { events: [{ type: 'input_received', ...address, actor: ACTOR, output_bytes: 4 }], step }
    if (wait.kind === 'callback') return { events: [{ type: 'callback_received', ...address, output_bytes: 4 }], step }
    return { events: [{ type: 'timer_fired', ...address, kind: wait.kind }], step }
  })
}

function portsOf(at: Position, node: NodeState): string[] {
  const chosen = at.choices.ports?.[node.nodeId]
  if (chosen) return typeof chosen === 'function' ? chosen(node.path, at.steps) : chosen
  const type = at.types.get(node.nodeId)
  if (type === 'fail') return ['!']
  const ports = [...new Set(at.plan.nodes.get(node.nodeId)?.outgoing.map((edge) => edge.port))].filter(
    (port) => port !== 'error',
  )
  if (ports.length > 0) return ports
  return type === 'approval' ? ['approved'] : ['out']
}

/** How often a node began, at whatever address. */
export function times(run: Watched, id: string): number {
  return run.steps.filter((step) => /^[+±]/.test(step) && isAt(step, id)).length
}

/** Position of the first beginning, or end, of a node; -1 when it never did. `at`: a node id, or a whole address. */
export function beginOf(run: Watched, at: string): number {
  return run.steps.findIndex((step) => /^[+±]/.test(step) && isAt(step, at))
}

export function endOf(run: Watched, at: string): number {
  return run.steps.findIndex((step) => /^[-±]/.test(step) && isAt(step, at))
}

/** Both were going on at the same moment. Addresses, or ids of nodes that run once. */
export function together(run: Watched, a: string, b: string): boolean {
  const span = (id: string) => {
    const begin = beginOf(run, id)
    const end = run.steps.findIndex((step, index) => index > begin && /^[-x]/.test(step) && isAt(step, id))
    return begin < 0 ? undefined : { begin, end: end < 0 ? run.steps.length : end }
  }
  const [one, two] = [span(a), span(b)]
  return one !== undefined && two !== undefined && one.begin < two.end && two.begin < one.end
}

/** Addresses that were cut off while they were active. */
export function cutOff(run: Watched): string[] {
  return run.steps.filter((step) => step.startsWith('x')).map((step) => step.slice(1))
}

function isAt(step: string, at: string): boolean {
  const key = /^[+±-]/.test(step)
    ? step.slice(1).replace(/:[^:/]*$/, (port) => (step.startsWith('+') ? port : ''))
    : step.slice(1)
  return key === at || key.endsWith(`/${at}`)
}
