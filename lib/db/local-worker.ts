import type { RunState } from '../engine/state'
import type { Id } from '../ids'
import { processSingleton } from './process'
import type { RunRow } from './runs'

/**
 * The one port between use cases and worker, who otherwise meet only in tables: a worker in this process that has room
 * takes a run at once, lease and all, without a hop through the queue.
 */
export interface LocalWorker {
  /** The lease owner to write into a run that is about to be taken. */
  owner: Id
  hasRoom(): boolean
  /** The run is leased to `owner`. `state` spares reading the log of a run that was just made. */
  take(run: RunRow, state?: RunState): void
  /** Commands were written for a run that this worker may hold. */
  poke(runId: Id): void
}

const slot = () => processSingleton<{ worker: LocalWorker | undefined }>('local-worker', () => ({ worker: undefined }))

export function setLocalWorker(worker: LocalWorker | undefined): void {
  slot().worker = worker
}

/** The worker of this process, whether or not it has room. */
export function localWorker(): LocalWorker | undefined {
  return slot().worker
}

/** The owner to lease a run to right now, or null when no worker here has room. */
export function localOwner(): Id | null {
  const worker = slot().worker
  return worker?.hasRoom() ? worker.owner : null
}
