import { applyEvent } from '../engine/apply-event'
import { type Decision, decide } from '../engine/decide'
import { type NewEvent, nodeKey, type RunEvent, type WaitKind } from '../engine/events'
import type { Plan } from '../engine/graph'
import { initialState, type NodeState, type RunState, type WaitState } from '../engine/state'
import type { WorkflowDefinition } from '../workflow/document'

/**
 * A shell without a world. How an attempt ends is drawn from `outcomes` and its address alone, so it ends the same in every
 * order and after every crash; which of the things that may happen happens next is drawn from `order`.
 */
export interface Player {
  plan: Plan
  definition: WorkflowDefinition
  /** Seed of how each attempt at each address ends. */
  outcomes: number
  /** Share of attempts inside of containers that fail with nobody to handle it. */
  failing: number
  /** Which of these moves is next; called with their names, which say what happens where. */
  choose: (moves: readonly string[], state: RunState) => number
}

export interface PlayedRun {
  log: RunEvent[]
  state: RunState
  /** Lengths of the log at which everything so far was stored: where a crash can leave it. */
  commits: number[]
}

const PLACE = { at: '2026-01-01T00:00:00.000Z' }
const ACTOR = { kind: 'system', name: 'test' } as const
const ERROR = { code: 'broken', message: 'It broke.' }
const WAITS: Record<string, WaitKind> = { approval: 'approval', input: 'input', delay: 'timer', callback: 'callback' }
const INLINE = new Set(['start', 'end', 'merge', 'condition', 'fail'])
const MAX_MOVES = 30_000

/** Plays a run to its end, from the beginning or from a log. Throws when it is stuck, does not end, or completes with something left undone. */
export function playRun(player: Player, log: RunEvent[] = []): PlayedRun {
  const { plan } = player
  const state = initialState(plan)
  for (const event of log) applyEvent(plan, state, event)
  const commits: number[] = []
  const append = (events: readonly NewEvent[]) => {
    for (const event of events) {
      const placed: RunEvent = { ...event, seq: state.lastSeq + 1, ...PLACE }
      applyEvent(plan, state, placed)
      log.push(placed)
    }
    commits.push(log.length)
  }
  if (log.length === 0) append([{ type: 'run_started', actor: ACTOR, trigger: 'api', version_number: 0 }])
  // Nothing is in flight in a process that has just begun: what the log says is running is begun again.
  const inFlight = new Set<string>()
  for (let count = 0; count < MAX_MOVES; count++) {
    if (state.ended) return { log, state, commits }
    for (const key of inFlight) if (!state.running.has(key)) inFlight.delete(key)
    const moves = movesOf(player, state, inFlight)
    const names = moves.map(({ name }) => name)
    const move = moves[names.length === 1 ? 0 : player.choose(names, state)]
    if (!move) throw new Error('nothing to do and not ended: a lost token')
    if (move.name === 'complete') assertDone(state)
    if (move.begins !== undefined) inFlight.add(move.begins)
    append(move.events)
  }
  throw new Error('does not end')
}

/** Whoever completes has nothing left that waits for anything: no join that hangs, no token lost on its way. */
function assertDone(state: RunState): void {
  for (const [key, node] of state.nodes) {
    if (!['succeeded', 'failed', 'skipped', 'cancelled'].includes(node.status))
      throw new Error(`${key} is still ${node.status}`)
  }
  for (const [key, instance] of state.instances) {
    if (instance.unsettled > 0) throw new Error(`${key} has ${instance.unsettled} members that never settled`)
  }
}

interface Move {
  name: string
  events: NewEvent[]
  begins?: string
}

function movesOf(player: Player, state: RunState, inFlight: ReadonlySet<string>): Move[] {
  const moves: Move[] = []
  for (const decision of decide(player.plan, state, inFlight)) {
    if (decision.type === 'end') return [{ name: 'end', events: [decision.event] }]
    if (decision.type === 'complete')
      return [{ name: 'complete', events: [{ type: 'run_completed', output_bytes: 4 }] }]
    if (decision.type === 'execute') moves.push(executeMove(player, state, decision))
    else if (decision.type !== 'wait') moves.push(dueMove(player, decision))
  }
  for (const key of inFlight) {
    const node = state.nodes.get(key)
    if (node) moves.push({ name: `land ${key}`, events: endOf(player, node, node.attempt) })
  }
  for (const wait of state.waits.values())
    moves.push({ name: `answer ${wait.nodeKey}`, events: [answerOf(player, wait)] })
  return moves
}

function dueMove(player: Player, decision: Decision & { type: 'check' | 'gather' | 'fail' }): Move {
  const { key, nodeId, path, total } = decision.container
  const at = { node_id: nodeId, path }
  const name = `${decision.type} ${key}`
  if (decision.type === 'check') {
    const go = total < 3 && chance(player, key, total) < 0.6
    return { name, events: [{ type: 'while_checked', ...at, index: total, go }] }
  }
  const ended = { ...at, attempt: decision.attempt, started_at: '' }
  if (decision.type === 'gather')
    return { name, events: [{ type: 'node_succeeded', ...ended, port: 'out', output_bytes: 4 }] }
  const port = errorPort(player, nodeId)
  return { name, events: [{ type: 'node_failed', ...ended, error: decision.error, retry: false, ...port }] }
}

function executeMove(player: Player, state: RunState, decision: Decision & { type: 'execute' }): Move {
  const { key, nodeId, path, attempt } = decision
  const node = state.nodes.get(key)
  const type = player.plan.nodes.get(nodeId)?.type ?? ''
  const at = { node_id: nodeId, path, attempt }
  const name = `execute ${key}`
  if (!node) throw new Error(`${key} has no state`)
  if (type === 'forEach' || type === 'while') {
    const config = player.definition.nodes.find((each) => each.id === nodeId)?.config ?? {}
    const items = type === 'while' ? {} : { items: Math.floor(chance(player, key, 0) * 4) }
    const on_item_error = config.onItemError === 'collect' ? 'collect' : 'fail'
    const concurrency = Number(config.concurrency ?? 1)
    return {
      name,
      events: [{ type: 'container_started', ...at, container: type, ...items, concurrency, on_item_error }],
    }
  }
  const kind = WAITS[type]
  if (kind) return { name, events: [{ type: 'node_waiting', ...at, wait_id: `${key}:${attempt}`, kind }] }
  if (INLINE.has(type)) return { name, events: endOf(player, node, attempt) }
  return { name, events: [{ type: 'node_started', ...at }], begins: key }
}

/** How this attempt ends: by a port, by an error that flows on, by one that does not, or in a retry. */
function endOf(player: Player, node: NodeState, attempt: number): NewEvent[] {
  const key = nodeKey(node.path, node.nodeId)
  const planNode = player.plan.nodes.get(node.nodeId)
  const at = { node_id: node.nodeId, path: node.path, attempt, started_at: '' }
  const fate = chance(player, key, attempt)
  const port = errorPort(player, node.nodeId)
  const isInside = (planNode?.containers.length ?? 0) > 0
  const type = planNode?.type ?? ''
  if (type === 'fail') return [{ type: 'node_failed', ...at, error: ERROR, retry: false }]
  if (!INLINE.has(type) && fate < 0.1 && attempt < 3) {
    const wait = { wait_id: `${key}:${attempt}`, kind: 'retry' as const }
    const { started_at: _, ...address } = at
    return [
      { type: 'node_failed', ...at, error: ERROR, retry: true },
      { type: 'node_waiting', ...address, ...wait },
    ]
  }
  if (!INLINE.has(type) && port && fate < 0.3)
    return [{ type: 'node_failed', ...at, error: ERROR, retry: false, ...port }]
  if (isInside && fate > 1 - player.failing) return [{ type: 'node_failed', ...at, error: ERROR, retry: false }]
  const ports = type === 'condition' ? ['a', 'b', 'else'] : ['out']
  const taken = ports[Math.floor(chance(player, key, -1) * ports.length)] ?? 'out'
  return [{ type: 'node_succeeded', ...at, port: taken, output_bytes: 4 }]
}

function answerOf(player: Player, wait: WaitState): NewEvent {
  const at = { node_id: wait.nodeId, path: wait.path, wait_id: wait.id }
  if (wait.kind === 'approval') {
    // A rejection that leads nowhere ends the run or its item: a race like any other failure.
    const isInside = wait.path.some((segment) => !segment.startsWith('visit:'))
    const decision = isInside && chance(player, wait.nodeKey, 1) < player.failing ? 'rejected' : 'approved'
    return { type: 'approval_decided', ...at, decision, actor: ACTOR, shown_hash: '', output_bytes: 4 }
  }
  if (wait.kind === 'input') return { type: 'input_received', ...at, actor: ACTOR, output_bytes: 4 }
  if (wait.kind === 'callback') return { type: 'callback_received', ...at, output_bytes: 4 }
  return { type: 'timer_fired', ...at, kind: wait.kind }
}

function errorPort(player: Player, nodeId: string): { port: string } | undefined {
  const onError = player.plan.nodes.get(nodeId)?.policy.onError
  if (onError === undefined || onError === 'fail') return undefined
  return { port: onError === 'branch' ? 'error' : 'out' }
}

/** A number in [0, 1) that follows from the seed, an address and a count: the same in whatever order it is asked for. */
function chance(player: Player, key: string, count: number): number {
  return hashOf(`${player.outcomes}|${key}|${count}`) / 4294967296
}

/** FNV-1a, then stirred, because its low bits alone are poor. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return (hash ^ (hash >>> 15)) >>> 0
}
