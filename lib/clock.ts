/** The process clock behind one name, so tests and the simulator can replace it. Leases and deadlines use the database clock. */
export interface Clock {
  nowMs(): number
}

/**
 * A clock that follows another, and until it has heard from it the clock of its machine. In between it counts with the
 * monotonic clock, so nobody who sets the machine's clock moves it.
 */
export class FollowingClock implements Clock {
  private aheadMs: number | undefined

  constructor(
    private readonly wallMs: () => number,
    private readonly monotonicMs: () => number,
  ) {}

  nowMs(): number {
    return this.aheadMs === undefined ? this.wallMs() : Math.round(this.monotonicMs() + this.aheadMs)
  }

  /** It is `nowMs` now. */
  follow(nowMs: number): void {
    this.aheadMs = nowMs - this.monotonicMs()
  }
}

/** In a worker it follows the clock of the database, see `lib/worker/loop.ts`; elsewhere it is the machine's. */
export const systemClock = new FollowingClock(
  () => Date.now(),
  () => performance.now(),
)
