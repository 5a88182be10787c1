import { LEASE_MS, SWEEP_MS } from '../db/workers'
import { isTerminal } from '../engine/events'
import type { Id } from '../ids'
import type { Simulation } from './simulation'
import type { StoredRun } from './stored'

const LOOK_EVERY_MS = 500
/** A run whose holder has no lease any more is queued again within this time, by whoever is alive. */
const TAKEOVER_MS = SWEEP_MS + 1_500
/** A run that is leased to a process which does not know of it is given back within this time. */
const STRAY_MS = 5_000 + 2 * SWEEP_MS + 1_500
/** Without faults, something must happen to some run within this time for as long as one has not ended. */
const PATIENCE_MS = 4 * LEASE_MS

/** Looks around, now and then: is there a run that nobody cares for, or one that nothing happens to? */
export class Lookout {
  private readonly unattendedSince = new Map<Id, number>()

  constructor(private readonly sim: Simulation) {
    this.look()
  }

  private look(): void {
    const { sim } = this
    const { timeline } = sim
    timeline.at(LOOK_EVERY_MS, undefined, () => this.look())
    for (const process of sim.processes) {
      const isFit = process.isAwake && !sim.isAway && process.hasWorker
      if (!isFit) process.fitSinceMs = timeline.nowMs
    }
    // Where statements take long or are lost, so may the sweep that would find it.
    if (sim.faults.latencyMs < 100) for (const run of sim.store.runs.values()) this.lookAt(run)
    this.lookForLife()
  }

  private lookAt({ row, queuedAtMs }: StoredRun): void {
    const { timeline, store, processes } = this.sim
    if (
      queuedAtMs !== null ||
      isTerminal(row.status) ||
      row.leaseOwner === null ||
      this.isAttended(row.id, row.leaseOwner)
    ) {
      this.unattendedSince.delete(row.id)
      return
    }
    const since = this.unattendedSince.get(row.id) ?? timeline.nowMs
    this.unattendedSince.set(row.id, since)
    const allowedMs = store.isLeased(row.leaseOwner) ? STRAY_MS : TAKEOVER_MS
    if (processes.some(({ fitSinceMs }) => timeline.nowMs - Math.max(since, fitSinceMs) > allowedMs))
      timeline.breaks(`nobody took over ${this.sim.shortName(row.id)}`)
  }

  /** Whether somebody alive has the run, or may still be about to. */
  private isAttended(runId: Id, owner: Id): boolean {
    if (!this.sim.store.isLeased(owner)) return false
    const process = this.sim.processes.find(({ loop }) => loop.owner === owner)
    // A dead or forgetful owner whose lease is not over yet is nobody's fault.
    return !process?.isAwake || process.loop.letGo(runId) !== undefined
  }

  private lookForLife(): void {
    const { sim } = this
    if (sim.isChaos || sim.isOver()) return
    const open = [...sim.store.runs.values()].filter(({ row }) => !isTerminal(row.status))
    const last = Math.max(
      sim.calmSinceMs,
      ...Array.from(sim.store.runs.values(), (run) => sim.sinceStart(run.updatedAtMs)),
    )
    if (sim.timeline.nowMs - last > PATIENCE_MS)
      sim.timeline.breaks(
        `nothing happens any more to ${open.map(({ row }) => `${sim.shortName(row.id)} (${row.status})`)}`,
      )
  }
}
