import { LEASE_MS } from '../db/workers'
import type { Id } from '../ids'
import type { World } from './ports'

/**
 * The lease of this process as it knows it. The store's clock decides when a lease ends; this only says when it may have:
 * counted from before the question, so never later than the store.
 */
export class WorkerLease {
  /** Before there is one. */
  static readonly none = new WorkerLease('', () => Number.POSITIVE_INFINITY)

  private constructor(
    readonly owner: Id,
    private elapsedMs: () => number,
  ) {}

  static async register({ store, clock }: World): Promise<WorkerLease> {
    const elapsedMs = clock.stopwatch()
    return new WorkerLease(await store.registerWorker(), elapsedMs)
  }

  /** False: it had ended, and never comes back. */
  async extend({ store, clock }: World): Promise<boolean> {
    const elapsedMs = clock.stopwatch()
    if (!(await store.heartbeat(this.owner))) return false
    this.elapsedMs = elapsedMs
    return true
  }

  /** False: this process was away for so long that others may have taken its runs over. */
  isLive(): boolean {
    return this.elapsedMs() < LEASE_MS
  }
}
