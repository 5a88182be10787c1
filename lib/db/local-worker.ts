import type { RunEvent, RunStatus } from '../engine/events'
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
  /** The run is leased to `owner`. `log`: the whole log, when the caller has just written it; spares reading it. */
  take(run: RunRow, log?: readonly RunEvent[]): void
  /**
   * Resolves when this worker lets go of a run that it holds, with the status it then has; null when it was lost.
   * Undefined: it does not hold the run.
   */
  letGo(runId: Id): Promise<RunStatus | null> | undefined
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
