import type { BegunRun, LocalWorker } from '../db/local-worker'
import type { NewRun, RunRow } from '../db/runs'
import { HEARTBEAT_MS, SWEEP_MS } from '../db/workers'
import type { RunEvent, RunStatus } from '../engine/events'
import { crashPoint } from '../faults'
import type { Id } from '../ids'
import { log } from '../log'
import { type Advancing, advanceRun, beginRun } from './advance-run'
import { attendForgottenChildren } from './child-runs'
import type { Store, World } from './ports'
import { fireOverdueTimers } from './timers'

/**
 * The runs that this process holds. A run comes in by `take` (made or woken right here), by `claim` (from the queue) or by
 * the sweep (from a dead worker), and leaves when it waits, ends, or is lost. All of them live on one lease.
 */
export class RunLoop implements LocalWorker {
  owner: Id = ''
  private readonly runs = new Map<Id, Advancing>()
  private callOffs: (() => void)[] = []
  private isStopping = false

  constructor(
    private readonly world: World,
    private readonly concurrency: number,
  ) {}

  async start(): Promise<void> {
    const { store, clock } = this.world
    await store.retireDeadNeighbours()
    this.owner = await store.registerWorker()
    this.callOffs = [
      clock.every(HEARTBEAT_MS, () => this.guard(this.beat())),
      clock.every(SWEEP_MS, () => this.guard(this.sweep())),
      clock.every(600_000, () => this.guard(store.forgetWorkers())),
    ]
    await this.sweep()
  }

  hasRoom(): boolean {
    return !this.isStopping && this.runs.size < this.concurrency
  }

  take(run: RunRow & { wasHeld?: boolean }, log?: readonly RunEvent[]): void {
    this.hold(run.id, advanceRun(this.world, run, this.owner, log))
  }

  begin(run: NewRun): BegunRun {
    const held = this.runs.get(run.id) ?? this.hold(run.id, beginRun(this.world, run, this.owner))
    return { made: held.made, rest: held.done }
  }

  private hold(runId: Id, advancing: Advancing): Advancing {
    this.runs.set(runId, advancing)
    void advancing.done.then(() => {
      if (this.runs.get(runId) === advancing) this.runs.delete(runId)
    })
    return advancing
  }

  letGo(runId: Id): Promise<RunStatus | null> | undefined {
    return this.runs.get(runId)?.done
  }

  poke(runId: Id): void {
    this.runs.get(runId)?.poke()
  }

  /** Leases a run from the queue, as soon as there is room, and begins to advance it. */
  async claim(runId: Id): Promise<void> {
    const held = this.runs.get(runId)
    if (held) {
      held.poke()
      return
    }
    while (!this.hasRoom()) {
      if (this.isStopping) throw new Error('this worker is stopping')
      await Promise.race(Array.from(this.runs.values(), (run) => run.done))
    }
    crashPoint('claim.before_commit')
    const run = await this.store.claimRun(runId, this.owner)
    if (!run) return
    crashPoint('claim.after_commit')
    this.take(run)
  }

  /** Stops taking runs at once, lets go of those that do nothing, and of the others as they land, after `graceMs` in any case. */
  async stop(graceMs: number): Promise<void> {
    this.isStopping = true
    for (const callOff of this.callOffs) callOff()
    const { store, clock } = this.world
    const stopBeating = clock.every(HEARTBEAT_MS, () => this.guard(this.beat()))
    const inFlight = Promise.all(
      Array.from(this.runs, async ([id, run]) => {
        run.drain()
        await run.done
        await store.releaseRuns(this.owner, [id])
      }),
    )
    const grace = new Promise<void>((resolve) => clock.after(graceMs, resolve))
    await Promise.race([inFlight.catch(() => undefined), grace])
    for (const run of this.runs.values()) run.abandon()
    stopBeating()
    await store.releaseRuns(this.owner)
    await store.retireWorker(this.owner)
  }

  private get store(): Store {
    return this.world.store
  }

  private async beat(): Promise<void> {
    if (await this.store.heartbeat(this.owner)) return
    log.warn('lease_lost: the heartbeat came too late; dropping every run and starting afresh')
    for (const run of this.runs.values()) run.abandon()
    this.runs.clear()
    this.owner = await this.store.registerWorker()
  }

  /** Takes over what dead workers hold, hears what was said and not heard, and fires what the queue forgot. */
  private async sweep(): Promise<void> {
    for (const runId of await this.store.findRunsWithCommands(this.owner)) this.poke(runId)
    const room = this.concurrency - this.runs.size
    if (room > 0) {
      for (const runId of await this.store.findAbandonedRuns(Math.min(room, 100))) {
        if (!this.hasRoom() || this.runs.has(runId)) continue
        const run = await this.store.claimRun(runId, this.owner)
        if (run) this.take(run)
      }
    }
    await this.store.freeDeadQueueJobs()
    await fireOverdueTimers(this.store)
    await attendForgottenChildren(this.world)
  }

  /** A heartbeat or sweep that fails is tried again at the next tick: the database may be away for a while. */
  private guard(work: Promise<void>): void {
    work.catch((error: unknown) => log.warn({ err: String(error) }, 'worker housekeeping failed; trying again'))
  }
}
