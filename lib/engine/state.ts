import type { ContainerState } from './containers'
import type { Failure, RunStatus, WaitKind } from './events'
import { type Plan, ROOT_REGION } from './graph'
import type { WaitingStatus } from './waiting'

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
  /** Containers that were opened, by node key. */
  containers: Map<string, ContainerState>
  /** Keys of containers that need the shell: to ask a condition, gather results, or record a failure. */
  due: Set<string>
  /** Calls that came before their callback node was reached, by node key. */
  earlyCallbacks: Set<string>
  /** Nodes that were cut off while they were active, in order, with the wait they held: what the shell has to cancel. */
  cancelled: { key: string; waitId: string | undefined }[]
  /** The first failure that nothing handles. */
  failure: { nodeId: string; error: Failure } | undefined
  /** A rejected approval whose port leads nowhere. */
  rejection: { nodeId: string; by: string } | undefined
  /** A loop that turned too often. */
  looping: { nodeId: string; visits: number } | undefined
  /** Key of the End node reached last, outside of containers. */
  endKey: string | undefined
  tokens: number
  costUsd: number
  /** Calls of models by this run itself, not by its sub-workflows. */
  llmCalls: number
  /** How long something was being done so far; `activeAtMs`: the last event after which something is. */
  activeMs: number
  activeAtMs: number | undefined
  /** Limits that were warned of. */
  warned: Set<string>
  /** Bytes of all outputs that are held inline. */
  bytes: number
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
  /** Its result was taken over from the run that this one continues. */
  reused?: boolean
}

/** One visit of one loop, or one item of one container. */
export interface Instance {
  regionId: string
  path: string[]
  /** Keys of the nodes that were touched in it. */
  nodeKeys: string[]
  /** Keys of the instances directly in it. */
  inner: string[]
  /** For an item: the node whose output is its result, so far. An End node wins over one that merely ended last. */
  resultKey: string | undefined
  hasEnd: boolean
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
  /** Of a sub-workflow whose run told how it stands: whether it waits for people, and at which node. */
  child?: { status: WaitingStatus; waitingFor: string | null }
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
    instances: new Map([['#', newInstance(ROOT_REGION, [], root?.memberCount ?? 0)]]),
    ready: new Set(),
    running: new Set(),
    waits: new Map(),
    containers: new Map(),
    due: new Set(),
    earlyCallbacks: new Set(),
    cancelled: [],
    failure: undefined,
    rejection: undefined,
    looping: undefined,
    endKey: undefined,
    tokens: 0,
    costUsd: 0,
    llmCalls: 0,
    activeMs: 0,
    activeAtMs: undefined,
    warned: new Set(),
    bytes: 0,
    ended: undefined,
  }
}

export function newInstance(regionId: string, path: string[], memberCount: number): Instance {
  return {
    regionId,
    path,
    nodeKeys: [],
    inner: [],
    resultKey: undefined,
    hasEnd: false,
    unsettled: memberCount,
    again: false,
  }
}

/** The thread of the next human wait: the lowest number that no open human wait has. The first of a run is "0". */
export function nextThread(state: RunState): string {
  const used = new Set(Array.from(state.waits.values(), (wait) => wait.thread))
  let number = 0
  while (used.has(String(number))) number += 1
  return String(number)
}
