import type { NodeRow } from '../db/checkpoints'
import type { StoredPayload } from '../db/payloads'
import type { RunRow } from '../db/runs'
import type { Id } from '../ids'

/** A run as the tables hold it. Events and outputs are text: what was written is what will be read, and nothing is shared. */
export interface StoredRun {
  row: RunRow
  events: string[]
  nodes: Map<string, NodeRow>
  commands: string[]
  output: StoredPayload | null
  endedAtMs: number | undefined
  updatedAtMs: number
  /** Its place in the queue of its team; null: it is not queued. */
  queuedAtMs: number | null
  workflowCap: number | null
  waitingFor: string | null
  /** Who really holds the run, kept apart from the columns that the statements compare: the judge of zombies. */
  holder: { owner: Id; epoch: number } | undefined
}

/** A child run that something is to be done about. */
export interface Forgotten {
  waitId: Id
  childId: Id | null
  todo: 'start' | 'settle' | 'stop'
}

/** Who would take a run that is free: the worker of this process, which has a place for it, or nobody. */
export interface Taker {
  owner: Id | null
  /** The limit of the workflow that the place is for. */
  cap: number | null
}

export type Commanded = RunRow & { taken: boolean; queued: boolean }

export function byQueue(a: StoredRun, b: StoredRun): number {
  return (a.queuedAtMs ?? 0) - (b.queuedAtMs ?? 0) || (a.row.id < b.row.id ? -1 : 1)
}

/** What an earlier row said and this one does not is kept, but for the error and the end. */
export function upsert(nodes: Map<string, NodeRow>, row: NodeRow): void {
  const before = nodes.get(row.key)
  const { error: _error, endedAt: _endedAt, ...kept } = before ?? row
  const written = JSON.parse(JSON.stringify(row)) as NodeRow // as JSON columns would give it back
  nodes.set(row.key, { ...kept, ...written, ...(before?.startedAt ? { startedAt: before.startedAt } : {}) })
}
