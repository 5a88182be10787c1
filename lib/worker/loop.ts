import type { RunCommand } from '../db/commands'
import type { BegunRun, LocalWorker, Place, Refusal, SlotRequest } from '../db/local-worker'
import type { SlotsMessage } from '../db/notify'
import type { NewRun, RunRow } from '../db/runs'
import type { SlotScope } from '../db/slots'
import { HEARTBEAT_MS, SWEEP_MS } from '../db/workers'
import type { RunStatus } from '../engine/events'
import { crashPoint } from '../faults'
import type { Id } from '../ids'
import { log } from '../log'
import { type Advancing, advanceRun, beginRun } from './advance-run'
import { AtHand, numbered, WarmStates } from './at-hand'
import { attendForgottenChildren } from './child-runs'
import type { Claimed, Offer } from './claim-queued'
import type { Store, World } from './ports'
import { SlotPool } from './slots'
import { fireOverdueTimers } from './timers'
import { WorkerLease } from './worker-lease'

/** More than these are queued again by the next sweep. */
const MAX_ABANDONED = 1_000
/** An answer about the time that took longer says too little. */
const MAX_CLOCK_ANSWER_MS = 1_000

/**
 * The runs that this process holds. A run comes in by `begin` (made here), by `take` (woken here) or by `claim` (from the
 * queue, where the sweep puts those of dead workers), and leaves when it waits, ends, or is lost. Each has its place and
 * slots for as long as it is held; all of them live on one lease.
 */
export class RunLoop implements LocalWorker {
  private lease = WorkerLease.none
  private readonly runs = new Map<Id, Advancing>()
  private callOffs: (() => void)[] = []
  /** Runs with commands that the last sweep found leased to this worker and held by nobody. */
  private unheard = new Set<Id>()
  private readonly slots: SlotPool
  private readonly states = new WarmStates()

  /** `concurrency`: runs advanced at once, whatever their teams may have. */
  constructor(
    private readonly world: World,
    concurrency: number,
  ) {
    const { store } = world
    const slots = {
      grantSlots: (scope: SlotScope, want: number) => store.grantSlots(this.owner, scope, want),
      setSlots: (scope: SlotScope, granted: number) => store.setSlots(this.owner, scope, granted),
      askForSlots: store.askForSlots,
      tellSlotsFreed: store.tellSlotsFreed,
    }
    this.slots = new SlotPool(slots, world.clock, concurrency, (...queue) => this.claim(...queue))
  }

  get owner(): Id {
    return this.lease.owner
  }

  async start(): Promise<void> {
    const { store, clock } = this.world
    await store.retireDeadNeighbours()
    await this.followStoreClock(Number.POSITIVE_INFINITY)
    this.lease = await WorkerLease.register(this.world)
    this.slots.start()
    this.callOffs = [
      clock.every(HEARTBEAT_MS, () => this.guard(this.beat())),
      clock.every(SWEEP_MS, () => this.guard(this.sweep())),
      clock.every(600_000, () => this.guard(store.forgetWorkers())),
    ]
    await this.sweep()
  }

  reserve(request: SlotRequest): Place | Refusal | Promise<Place | Refusal> {
    return this.slots.reserve(request)
  }

  take(run: RunRow & { wasHeld?: boolean }, place: Place, written: readonly RunCommand[] = []): void {
    this.hold(run.id, place, advanceRun(this.world, run, this.lease, new AtHand(this.states, numbered(run, written))))
  }

  begin(run: NewRun, place: Place): BegunRun {
    let held = this.runs.get(run.id)
    if (held) place.release()
    held ??= this.hold(run.id, place, beginRun(this.world, run, this.lease, new AtHand(this.states)))
    return { made: held.made, rest: held.done }
  }

  private hold(runId: Id, place: Place, advancing: Advancing): Advancing {
    this.runs.set(runId, advancing)
    void advancing.done.then(() => {
      place.release()
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

  noteQueued(teamId: Id): void {
    this.slots.noteQueued(teamId)
  }

  hearSlots(message: SlotsMessage): void {
    if (message.kind === 'freed') this.slots.hearFreed(message.scope)
    else this.slots.hearAsked(message.scope, message.granted, message.isQueued)
  }

  /** Leases queued runs of a team; each is advanced once it is given its place. */
  private async claim(teamId: Id, count: number, offers: readonly Offer[]): Promise<Claimed> {
    crashPoint('claim.before_commit')
    const { runs, limited } = await this.store.claimQueuedRuns(teamId, this.owner, count, offers)
    if (runs.length > 0) crashPoint('claim.after_commit')
    return {
      limited,
      runs: runs.map((run) => ({
        limited: run.workflowCap === null ? null : { workflowId: run.workflowId, cap: run.workflowCap },
        begin: (place) => this.take(run, place),
      })),
    }
  }

  /** Stops taking runs at once, lets go of those that do nothing, and of the others as they land, after `graceMs` in any case. */
  async stop(graceMs: number): Promise<void> {
    this.slots.close()
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
    const { lease } = this
    if (await lease.extend(this.world)) return this.followStoreClock()
    if (this.lease !== lease) return
    log.warn('lease_lost: the heartbeat came too late; dropping every run and starting afresh')
    for (const run of this.runs.values()) run.abandon()
    this.runs.clear()
    this.slots.reset()
    this.lease = await WorkerLease.register(this.world)
  }

  /** Due times and the times of events are meant on the clock of the store, whatever the clock of this machine says. */
  private async followStoreClock(withinMs = MAX_CLOCK_ANSWER_MS): Promise<void> {
    const elapsedMs = this.world.clock.stopwatch()
    const storeMs = await this.store.readClock()
    const tookMs = elapsedMs()
    if (tookMs < withinMs) this.world.clock.follow(storeMs + tookMs / 2)
  }

  /** Queues what dead workers hold, finds what was queued or said and not heard, and fires what the queue library forgot. */
  private async sweep(): Promise<void> {
    const { store } = this.world
    const parts: (() => Promise<void>)[] = [
      async () => {
        const unheard = await store.findRunsWithCommands(this.owner)
        for (const runId of unheard) this.poke(runId)
        // What is asked of a run keeps it from being still: one that is held by nobody for two sweeps is a stray too.
        const strays = unheard.filter((runId) => !this.runs.has(runId))
        const isKnown = strays.filter((runId) => this.unheard.has(runId))
        this.unheard = new Set(strays)
        if (isKnown.length > 0) await store.releaseRuns(this.owner, isKnown)
      },
      async () => {
        const strays = (await store.findStillRuns(this.owner)).filter((runId) => !this.runs.has(runId))
        if (strays.length > 0) await store.releaseRuns(this.owner, strays)
      },
      () => store.queueAbandonedRuns(MAX_ABANDONED),
      async () => {
        for (const teamId of await store.findQueuedTeams()) this.noteQueued(teamId)
      },
      async () => {
        for (const { teamId, excess } of await store.findExceededTeams(this.owner)) {
          this.slots.hearExceeded(teamId, excess)
        }
      },
      () => store.freeDeadQueueJobs(),
      () => fireOverdueTimers(store),
      () => attendForgottenChildren(this.world),
    ]
    // One after another, so that a sweep is never a load; each guarded, so that one that fails does not cost the others' turn.
    for (const part of parts) await this.guard(part())
  }

  /** A heartbeat or sweep that fails is tried again at the next tick: the database may be away for a while. */
  private guard(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => log.warn({ err: String(error) }, 'worker housekeeping failed; trying again'))
  }
}
