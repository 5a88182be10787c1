import type { Failure, RunStatus, WaitKind } from './events'
import { type Plan, ROOT_REGION } from './graph'

/** What the log of a run says, folded. Owned by whoever folds: {@link applyEvent} changes it in place. */
export interface RunState {
  status: RunStatus
  turn: number
  lastSeq: number
  /** Attempts started so far, for the `maxSteps` guard. */
  steps: number
  paused: boolean
  recoveries: number
  /** By node key. A node appears when the first of its incoming edges is resolved. */
  nodes: Map<string, NodeState>
  /** By `<path>/<edge id>`, the path being where the edge arrives. */
  edges: Map<string, 'taken' | 'dead'>
  /** Visits of regions, by `<path>#<region id>`. */
  instances: Map<string, Instance>
  /** Keys of nodes that may execute now, in the order in which they became ready. */
  ready: Set<string>
  /** Keys of nodes that have started and not ended. */
  running: Set<string>
  /** Open waits by wait id. */
  waits: Map<string, WaitState>
  /** The first failure that nothing handles. */
  failure: { nodeId: string; error: Failure } | undefined
  /** A rejected approval whose port leads nowhere. */
  rejection: { nodeId: string; by: string } | undefined
  /** A loop that turned too often. */
  looping: { nodeId: string; visits: number } | undefined
  /** Key of the End node reached last. */
  endKey: string | undefined
  tokens: number
  costUsd: number
  ended: { reason: string | undefined; summary: string | undefined; nodeId: string | undefined } | undefined
}

export type NodeStatus =
  | 'pending'
  | 'ready'
  | 'running'
  | 'waiting'
  | 'retrying'
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'cancelled'

export interface NodeState {
  nodeId: string
  path: string[]
  status: NodeStatus
  /** 1-based; 0 before the first. */
  attempt: number
  /** Incoming edges not resolved yet. */
  unresolved: number
  taken: number
  port?: string
  startedAt?: string
  endedAt?: string
  waitId?: string
  waitKind?: WaitKind
  error?: Failure
  outputBytes?: number
}

/** One visit of one region. */
export interface Instance {
  regionId: string
  path: string[]
  /** Members that are not settled yet. */
  unsettled: number
  /** A back edge was taken: another visit follows. */
  again: boolean
}

export interface WaitState {
  id: string
  kind: WaitKind
  nodeKey: string
  nodeId: string
  path: string[]
  thread: string | undefined
  title: string | undefined
  dueAt: string | undefined
  /** `at` of the event that opened it. */
  since: string
}

/** The state of a run whose log is empty. */
export function initialState(plan: Plan): RunState {
  const root = plan.regions.get(ROOT_REGION)
  return {
    status: 'not_started',
    turn: 1,
    lastSeq: 0,
    steps: 0,
    paused: false,
    recoveries: 0,
    nodes: new Map(),
    edges: new Map(),
    instances: new Map([['#', { regionId: ROOT_REGION, path: [], unsettled: root?.memberCount ?? 0, again: false }]]),
    ready: new Set(),
    running: new Set(),
    waits: new Map(),
    failure: undefined,
    rejection: undefined,
    looping: undefined,
    endKey: undefined,
    tokens: 0,
    costUsd: 0,
    ended: undefined,
  }
}

/** The thread of the next human wait: the lowest number that no open human wait has. The first of a run is "0". */
export function nextThread(state: RunState): string {
  const used = new Set(Array.from(state.waits.values(), (wait) => wait.thread))
  let number = 0
  while (used.has(String(number))) number += 1
  return String(number)
}
