import { FollowingClock } from '../clock'
import type { Checkpoint } from '../db/checkpoints'
import type { RunCommand } from '../db/commands'
import type { Place, SlotRequest } from '../db/local-worker'
import type { NewRun } from '../db/runs'
import type { Actor as Person } from '../engine/events'
import type { WaitOutcome } from '../engine/waits'
import { type Id, newId } from '../ids'
import { runners } from '../nodes/runners'
import { settleChild, startChild } from '../worker/child-runs'
import { RunLoop } from '../worker/loop'
import type { Program } from '../worker/plans'
import type { Store, World } from '../worker/ports'
import { fireTimer } from '../worker/timers'
import type { Commanded, StoredRun, Taker, Task } from './memory-store'
import { LATEST_MS, type Simulation } from './simulation'
import type { Actor } from './timeline'

/** The database cannot be reached: nothing is known about what the statement did. */
class ConnectionLost extends Error {
  readonly code = 'ECONNRESET'
}

/** How long a checkpoint is tried again while the database is away. */
const RECONNECT_FOR_MS = 30_000
const SYSTEM = { kind: 'system', name: 'system' } as const

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
    this.world = { store: this.store(), clock: this.clock(), chance: this.chance(), perform: this.perform }
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
    this.loop.stop(this.sim.dice.int(0, 5_000)).then(gone, gone)
  }

  sleep(forMs: number): void {
    this.asleepUntilMs = this.sim.timeline.nowMs + forMs
    this.sim.timeline.note(() => `${this.name} SLEEPS for ${Math.round(forMs)} ms`)
  }

  get isAwake(): boolean {
    return this.isAlive && this.asleepUntilMs <= this.sim.timeline.nowMs
  }

  // What the API of this process does with the store.

  /** Makes a run: here when there is a place, else queued. Resolves when it is accepted. */
  async startRun(run: NewRun): Promise<void> {
    const place = this.hasWorker ? await this.loop.reserve(this.request(run.teamId, run, 'queue')) : undefined
    if (place && 'release' in place) {
      if (!(await this.loop.begin(run, place).made)) throw new Error('it was not made')
      return
    }
    const at = new Date(this.wallMs()).toISOString()
    await this.repeat(() => this.ask(`insert ${this.short(run.id)}`, true, () => this.sim.store.insertRun(run, at)))
    this.loop.noteQueued(run.teamId)
  }

  async submit(runId: Id, commands: RunCommand[]): Promise<boolean> {
    const what = `submit ${commands.map(({ kind }) => kind)} to ${this.short(runId)}`
    return this.command(runId, commands, what, (by) => this.sim.store.submit(runId, commands, by))
  }

  async resolve(waitId: Id, actor: Person, userId: Id | null, outcome: WaitOutcome): Promise<boolean> {
    const wait = this.sim.store.waits.get(waitId)
    if (!wait) return false
    const { nodeId, path, kind: waitKind, runId } = wait
    const what = `resolve ${outcome.kind} at ${wait.nodeKey} of ${this.short(runId)}`
    return this.command(runId, [{ kind: 'resolve', waitId, nodeId, path, waitKind, actor, outcome }], what, (by) =>
      this.sim.store.resolve(waitId, actor, userId, outcome, by),
    )
  }

  /** A job of the queue library, as `main.ts` handles it. */
  async work(task: Task, id: Id): Promise<void> {
    if (task === 'dispatch_team') this.loop.noteQueued(id)
    else if (task === 'start_child') await startChild(this.world, id)
    else if (task === 'settle_child') await settleChild(this.world, id)
    else if (task === 'stop_child') await this.world.store.stopChild(id)
    else if (!(await fireTimer(this.world.store, id))) throw new Error('not due yet')
  }

  /** As `lib/db/commands`: with a place for the run at hand it is taken by the very statement that asks something of it. */
  private async command(
    runId: Id,
    commands: RunCommand[],
    what: string,
    work: (by: Taker) => Commanded | null,
  ): Promise<boolean> {
    const run = this.sim.store.runs.get(runId)
    const place = run && this.hasWorker ? await this.placeFor(run, commands) : undefined
    const by: Taker = { owner: place ? this.loop.owner : null, cap: run?.workflowCap ?? null }
    let isTaken = false
    try {
      const row = await this.ask(what, true, () => work(by))
      isTaken = row?.taken === true
      if (row) this.wake(row, place)
      return row !== null
    } finally {
      if (!isTaken) place?.release()
    }
  }

  private async placeFor({ row, workflowCap }: StoredRun, commands: RunCommand[]): Promise<Place | undefined> {
    if (this.loop.letGo(row.id) !== undefined) return undefined
    const ends = commands.some(({ kind }) => kind === 'stop' || kind === 'timeout')
    const isBySystem = commands.every((each) => each.kind === 'resolve' && each.actor.kind === 'system')
    const { teamId, workflowId } = row
    const mode = ends ? 'end' : isBySystem ? 'hurry' : 'queue'
    const place = await this.loop.reserve(this.request(teamId, { workflowId, workflowCap }, mode))
    return 'release' in place ? place : undefined
  }

  private request(
    teamId: Id,
    { workflowId, workflowCap }: { workflowId: Id; workflowCap: number | null },
    mode: SlotRequest['mode'],
  ): SlotRequest {
    const workflow = workflowCap === null ? null : { workflowId, cap: workflowCap }
    return { teamId, workflow, patienceMs: 20, mode }
  }

  private wake(row: Commanded, place: Place | undefined): void {
    if (row.queued) this.loop.noteQueued(row.teamId)
    else if (row.taken && place) this.loop.take(row, place)
    else if (row.leaseOwner === null) return
    else if (row.leaseOwner === this.loop.owner) this.loop.poke(row.id)
    else this.sim.poke(row.leaseOwner, row.id)
  }

  /** Whether use cases here find a worker: not before it has started, nor when it stops. */
  private get hasWorker(): boolean {
    return this.loop.owner !== '' && !this.isStopping
  }

  // The world of its shell.

  private store(): Store {
    const { sim } = this
    const db = sim.store
    const read = <T>(what: string, work: () => T) => this.ask(what, false, work)
    const write = <T>(what: string, work: () => T) => this.ask(what, true, work)
    return {
      loadProgram: (id) => read('load program', (): Program => sim.program(id)),
      readLog: (id) => ({
        [Symbol.asyncIterator]: async function* () {
          yield* await read(`read log of ${sim.shortName(id)}`, () => db.readLog(id))
        },
      }),
      readCommands: (id, applied) => read(`read commands of ${sim.shortName(id)}`, () => db.readCommands(id, applied)),
      readNodeOutputs: (id, keys) => read(`read outputs of ${sim.shortName(id)}`, () => db.readNodeOutputs(id, keys)),
      readNodeInput: (id, key) => read(`read input of ${key}`, () => db.readNodeInput(id, key)),
      commitCheckpoint: (checkpoint) => this.commit(checkpoint),
      claimQueuedRuns: (teamId, owner, count, offers) =>
        write(`claim ${count} of ${teamId}`, () => db.claimQueuedRuns(teamId, owner, count, offers)),
      queueAbandonedRuns: (limit) => write('queue abandoned runs', () => db.queueAbandonedRuns(limit)),
      findQueuedTeams: () => read('find queued teams', () => db.findQueuedTeams()),
      reserveCall: () => Promise.resolve({ reserved: true }),
      findStillRuns: (owner) => read('find still runs', () => db.findStillRuns(owner)),
      findRunsWithCommands: (owner) => read('find runs with commands', () => db.findRunsWithCommands(owner)),
      releaseRuns: (owner, runIds) => write('release runs', () => db.releaseRuns(owner, runIds)),
      grantSlots: (owner, scope, want) =>
        write(`grant ${want} of ${scope.id}`, () => db.grantSlots(owner, scope, want)),
      setSlots: (owner, scope, granted) => write('set slots', () => db.setSlots(owner, scope, granted)),
      findExceededTeams: () => read('find exceeded teams', () => []),
      askForSlots: (scope, granted, isQueued) => sim.tell(this, { kind: 'asked', scope, granted, isQueued }),
      tellSlotsFreed: (scope) => sim.tell(this, { kind: 'freed', scope }),
      readClock: () => read('read clock', () => sim.storeMs()),
      registerWorker: () => {
        const id = this.newId()
        return write('register', () => {
          db.registerWorker(id, this.name)
          return id
        })
      },
      heartbeat: (owner) => write('heartbeat', () => db.heartbeat(owner)),
      retireWorker: (owner) => write('retire', () => db.retireWorker(owner)),
      retireDeadNeighbours: () => write('retire neighbours', () => sim.retireDeadNeighbours(this)),
      forgetWorkers: () => read('forget workers', () => undefined),
      freeDeadQueueJobs: () => read('free jobs', () => sim.queue.freeJobsOfTheDead()),
      readWait: (id) => read('read wait', () => db.readWait(id)),
      findOverdueWaits: (lateMs, limit) => read('find overdue waits', () => db.findOverdueWaits(lateMs, limit)),
      fireWait: (wait) => this.resolve(wait.id, SYSTEM, null, { kind: 'fired' }),
      startChildRun: (wait) => write('start child', () => sim.startChildRun(wait)),
      findParentWait: (runId) => read('find parent wait', () => db.findParentWait(runId)),
      readChildEnd: (runId) => read('read child end', () => db.readChildEnd(runId)),
      resolveChild: async (wait, outcome) => {
        await this.resolve(wait.id, SYSTEM, null, outcome)
      },
      stopChild: async (waitId) => {
        const child = db.childOf(waitId)
        if (child) await this.submit(child.row.id, [{ kind: 'stop', actor: SYSTEM, reason: 'cancelled' }])
      },
      findForgottenChildren: (limit) => read('find forgotten children', () => db.findForgottenChildren(limit)),
    }
  }

  /** As `lib/db/checkpoints`: after a broken connection it looks whether the checkpoint stands before it writes again. */
  private commit(checkpoint: Checkpoint) {
    const { store } = this.sim
    const what = `commit ${this.short(checkpoint.runId)} ${describe(checkpoint)}`
    return this.repeat(async (isRepeat) => {
      if (isRepeat) {
        const found = await this.ask(`look for ${what}`, false, () => store.findCommitted(checkpoint))
        if (found) return found
      }
      const written = await this.ask(what, true, () => store.commit(checkpoint))
      if (!written.lost || !checkpoint.birth) return written
      // A birth that was refused may have happened before, unknown to us.
      return (await this.ask(`look for ${what}`, false, () => store.findCommitted(checkpoint))) ?? written
    })
  }

  private clock(): World['clock'] {
    const { timeline } = this.sim
    return {
      nowMs: () => this.time.nowMs(),
      follow: (storeMs) => this.time.follow(storeMs),
      stopwatch: () => {
        const since = timeline.nowMs
        return () => timeline.nowMs - since
      },
      after: (ms, work) => {
        let isOff = false
        timeline.at(ms, this, () => {
          if (!isOff) work()
        })
        return () => {
          isOff = true
        }
      },
      every: (ms, work) => {
        let isOff = false
        const tick = () => {
          if (isOff) return
          work()
          timeline.at(ms, this, tick)
        }
        timeline.at(ms, this, tick)
        return () => {
          isOff = true
        }
      },
      breathe: () => new Promise((resolve) => timeline.at(0, this, resolve)),
    }
  }

  /** What this process believes the time to be. */
  wallMs(): number {
    return this.time.nowMs()
  }

  private chance(): World['chance'] {
    return { newId: () => this.newId(), random: this.sim.dice.random }
  }

  private newId(): Id {
    return newId(this.sim.storeMs(), this.sim.dice.bytes(6))
  }

  /** Real runners, but for those that would leave the house and those whose answer is drawn. */
  private perform: World['perform'] = (prepared, signal) => {
    const { runner, context } = prepared
    if (runner === runners.http) {
      const { idempotencyKey: key, attempt, run } = context
      return this.sim.sink.call(this, { key, runId: run.id, attempt })
    }
    if (runner === runners.workflow) {
      const { workflowId } = context.config as { workflowId: Id } // parsed by the schema of this runner
      const request = { workflowId, input: {}, runId: this.newId() }
      return Promise.resolve({ type: 'wait', kind: 'child', request })
    }
    if (runner === runners.condition) return Promise.resolve(this.sim.drawBranch(context.config))
    return runner({ ...context, config: context.config as never, signal }) // parsed by the schema of this runner
  }

  // The wire.

  private async repeat<T>(attempt: (isRepeat: boolean) => Promise<T>): Promise<T> {
    const deadline = this.sim.timeline.nowMs + RECONNECT_FOR_MS
    for (let turn = 0; ; turn++) {
      try {
        return await attempt(turn > 0)
      } catch (error) {
        if (!(error instanceof ConnectionLost) || this.sim.timeline.nowMs > deadline) throw error
        await new Promise<void>((resolve) => this.sim.timeline.at(Math.min(50 * 2 ** turn, 1_000), this, resolve))
      }
    }
  }

  /** One statement: to the store, and its answer back. */
  private ask<T>(what: string, writes: boolean, work: () => T, isRepeat = false): Promise<T> {
    const { sim } = this
    const { timeline, dice } = sim
    const fate = sim.isChaos ? dice.random() : 1
    const { refused, answerLost, late } = sim.faults
    return new Promise((resolve, reject) => {
      const lose = (why: string) => {
        timeline.note(() => `${this.name} ${what}: ${why}`)
        timeline.at(sim.latencyMs(), this, () => reject(new ConnectionLost('Connection terminated unexpectedly')))
      }
      timeline.at(sim.latencyMs() + (isRepeat ? 1 : 0), undefined, () => {
        // A packet that was sent may arrive although its sender is dead by now.
        if (!this.isAlive && dice.chance(0.5)) return
        if (writes && this.mayDie(sim.faults.kill / 2)) return this.die(`before: ${what}`)
        if (sim.isAway) return lose('the database is away')
        if (fate < refused) return lose('refused')
        if (fate < refused + late) {
          lose('delayed beyond the patience of its sender')
          timeline.at(dice.between(1, LATEST_MS), undefined, () => {
            if (!sim.isAway) this.happen(`${what}, late`, work)
          })
          return
        }
        const answer = this.happen(what, work)
        if (writes && this.mayDie(sim.faults.kill / 2)) return this.die(`after: ${what}`)
        if (writes && this.mayDie(sim.faults.sleep)) this.sleep(sim.drawSleepMs())
        if (fate < refused + late + answerLost) return lose('done, but its answer was lost')
        timeline.at(sim.latencyMs(), this, () => {
          if ('error' in answer) reject(answer.error)
          else resolve(answer.value)
        })
      })
    })
  }

  private happen<T>(what: string, work: () => T): { value: T } | { error: unknown } {
    try {
      const value = work()
      if (!isRoutine(what, value)) this.sim.timeline.note(() => `${this.name} ${what} → ${brief(value)}`)
      return { value }
    } catch (error) {
      return { error }
    }
  }
}

function describe({ expectedSeq, events, release, epoch }: Checkpoint): string {
  const types = events.map((event) => ('node_id' in event ? `${event.type}(${event.node_id})` : event.type))
  return `epoch ${epoch} after ${expectedSeq}: ${types.join(' ')}${release ? ' and release' : ''}`
}

/** What every process says all the time, and nobody wants to read. */
function isRoutine(what: string, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (['read clock', 'queue abandoned runs'].includes(what)) return true
  return what === 'free jobs' || what === 'forget workers' || (what === 'heartbeat' && value === true)
}

function brief(value: unknown): string {
  if (value === undefined) return 'done'
  if (Array.isArray(value)) return `${value.length} rows`
  if (typeof value !== 'object' || value === null) return String(value)
  if ('lost' in value) return value.lost ? 'LOST' : 'ok'
  if ('leaseEpoch' in value) return `epoch ${value.leaseEpoch}${'taken' in value && value.taken ? ', taken' : ''}`
  return 'ok'
}
