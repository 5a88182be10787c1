import type { Failure } from './events'

/**
 * A container at one address: its body runs once per item or turn, each in an instance of its region.
 * Everything that follows from the log is known here; what an expression has to say (the items, the condition) comes as events.
 */
export interface ContainerState {
  key: string
  nodeId: string
  path: string[]
  kind: 'forEach' | 'while'
  /** Number of items; of a `while`: the turns so far. */
  total: number
  /** Index of the next item to begin. */
  next: number
  /** Items begun and not ended. */
  active: number
  ended: number
  concurrency: number
  collects: boolean
  /** By index: key of the node whose output is the result of that item; undefined when it has none, or failed. */
  results: (string | undefined)[]
  /** Failed items, in the order in which they failed. */
  errors: ItemError[]
  /** What is next: items run, the shell asks the condition, gathers the results, or records the failure. */
  phase: 'open' | 'check' | 'close' | 'fail' | 'done'
}

export interface ItemError {
  index: number
  nodeId: string
  error: Failure
}

/** The segment of a path that stands for one item or turn: `each:0`, `while:0`. */
export function itemSegment(kind: ContainerState['kind'], index: number): string {
  return `${kind === 'forEach' ? 'each' : 'while'}:${index}`
}

/** The index in a segment made by {@link itemSegment}; undefined for a loop visit. */
export function itemIndex(segment: string | undefined): number | undefined {
  const match = segment === undefined ? null : /^(?:each|while):(\d+)$/.exec(segment)
  return match ? Number(match[1]) : undefined
}
