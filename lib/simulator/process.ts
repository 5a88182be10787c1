import { FollowingClock } from '../clock'
import type { Id } from '../ids'
import { settleChild, startChild } from '../worker/child-runs'
import { RunLoop } from '../worker/loop'
import type { World } from '../worker/ports'
import { fireTimer } from '../worker/timers'
import type { Task } from './memory-store'
import { ProcessApi } from './process-api'
import { worldOf } from './process-world'
import type { Simulation } from './simulation'
import type { Actor } from './timeline'
import { Wire } from './wire'

/**
 * One simulated operating-system process: a real {@link RunLoop} whose every way to the world leads over the timeline.
 * When it dies its promises simply never go on; what was in its memory is gone.
 */
export class Process implements Actor {
  isAlive = true
  asleepUntilMs = 0
  jobsInHand = 0
  private isStopping = false
  /** Since when it could have taken a run over. */
  fitSinceMs: number
  readonly loop: RunLoop
  readonly wire: Wire
  readonly api: ProcessApi
  private readonly world: World
  private readonly time: FollowingClock

  constructor(
    readonly sim: Simulation,
    /** The machine: its next process has the same name. */
    readonly machine: number,
    readonly name: string,
    skewMs: number,
  ) {
    this.fitSinceMs = sim.timeline.nowMs
    this.time = new FollowingClock(
      () => Math.round(sim.storeMs() + skewMs),
      () => sim.timeline.nowMs,
    )
    this.wire = new Wire(this)
    this.api = new ProcessApi(this)
    this.world = worldOf(this, this.time)
    this.loop = new RunLoop(this.world, sim.concurrency)
  }

  /** Starts; a start that fails because the database is away is tried again, as a service manager would. */
  start(): void {
    this.loop.start().catch((error: unknown) => this.die(`it could not start: ${error}`))
  }

  /** A short name of a run, for the trace. */
  short(runId: Id): string {
    return this.sim.shortName(runId)
  }

  // Its end.

  mayDie(probability: number): boolean {
    return this.isAlive && this.sim.isChaos && this.sim.dice.chance(probability)
  }

  die(why: string): void {
    if (!this.isAlive) return
    this.isAlive = false
    this.sim.timeline.note(() => `${this.name} DIES: ${why}`)
    this.sim.onDeath(this)
  }

  /** SIGTERM. */
  stop(): void {
    this.sim.timeline.note(() => `${this.name} is asked to stop`)
    this.isStopping = true
    const gone = () => this.die('it stopped')
    this.loop.stop(this.sim.dice.pick([0, 100, 1_000, 5_000])).then(gone, gone)
  }

  sleep(forMs: number): void {
    this.asleepUntilMs = this.sim.timeline.nowMs + forMs
    this.sim.timeline.note(() => `${this.name} SLEEPS for ${Math.round(forMs)} ms`)
  }

  get isAwake(): boolean {
    return this.isAlive && this.asleepUntilMs <= this.sim.timeline.nowMs
  }

  /** A job of the queue library, as `main.ts` handles it. */
  async work(task: Task, id: Id): Promise<void> {
    if (task === 'dispatch_team') this.loop.noteQueued(id)
    else if (task === 'start_child') await startChild(this.world, id)
    else if (task === 'settle_child') await settleChild(this.world, id)
    else if (task === 'stop_child') await this.world.store.stopChild(id)
    else if (!(await fireTimer(this.world.store, id))) throw new Error('not due yet')
  }

  /** Whether use cases here find a worker: not before it has started, nor when it stops. */
  get hasWorker(): boolean {
    return this.loop.owner !== '' && !this.isStopping
  }

  /** What this process believes the time to be. */
  wallMs(): number {
    return this.time.nowMs()
  }
}
