import { systemClock } from '../clock'
import type { SlotsMessage } from '../db/notify'
import type { NewRun } from '../db/runs'
import type { WaitRow } from '../db/waits'
import { LEASE_MS, SWEEP_MS } from '../db/workers'
import { isTerminal } from '../engine/events'
import { childRequestSchema } from '../engine/waits'
import { type Id, newId } from '../ids'
import type { RunnerResult } from '../nodes/runner'
import { makeProgram, type Program } from '../worker/plans'
import { checkRun } from './checks'
import { Dice } from './dice'
import { EffectSink } from './effect-sink'
import { drawFaults, type Faults } from './faults'
import { MemoryStore } from './memory-store'
import { People } from './people'
import { Process } from './process'
import { Queue } from './queue'
import { BrokenPromise, Timeline } from './timeline'
import { drawWorkflow } from './workflows'

/** Noon of some day, on the clock of the store. */
const EPOCH_MS = Date.UTC(2030, 0, 1, 12)
/** Faults end after this much virtual time; then everything must come to an end by itself. */
const CHAOS_MS = 30_000
/** Without faults, something must happen to some run within this time for as long as one has not ended. */
const PATIENCE_MS = 60_000
/** A run that nobody alive holds, or whose holder does not know of it, is taken over within this time. */
const TAKEOVER_MS = 2 * SWEEP_MS + 2_000
const LOOK_MS = 500
const TEAMS = ['team1', 'team2']
/** A statement that was delayed on its way happens within this time, or not at all. */
export const LATEST_MS = 3_000

/** What a seed did, for those who count. */
export interface Outcome {
  seed: number
  runs: number
  statuses: string[]
  calls: number
  deaths: number
  virtualMs: number
  happened: number
  /** The same for the same seed, whatever else the machine does. */
  digest: string
}

/**
 * One seed: two or three processes, the store, the queue, the world outside and the people, with everything that may go
 * wrong between them. The shell and the core are the real ones.
 */
export class Simulation {
  readonly dice: Dice
  readonly timeline: Timeline
  readonly faults: Faults
  readonly store: MemoryStore
  readonly queue: Queue
  readonly sink: EffectSink
  readonly people: People
  readonly processes: Process[] = []
  readonly accepted = new Set<Id>()
  readonly concurrency: number
  /** Faults happen. */
  isChaos = true
  isAway = false
  deaths = 0
  private born = 0
  private readonly programs = new Map<Id, Program>()
  private readonly names = new Map<Id, string>()
  private readonly unattendedSince = new Map<Id, number>()
  private started = 0
  private expectedRuns = 0
  /** Who is making a run at this moment, and how long a word of it may still be on its way. */
  private readonly starting = new Map<Id, Process>()
  private lateUntilMs = 0
  private calmSinceMs = 0

  constructor(
    readonly seed: number,
    wantsTrace = false,
  ) {
    this.dice = new Dice(seed)
    this.timeline = new Timeline(wantsTrace)
    this.faults = drawFaults(this.dice)
    this.concurrency = this.dice.pick([1, 3, 10])
    this.store = new MemoryStore({
      nowMs: () => this.storeMs(),
      leaseMs: LEASE_MS,
      teamCap: this.dice.pick([1, 2, 10]),
      addJob: (task, id, dueAtMs) => this.queue.add(task, id, dueAtMs),
      breaks: (words) => this.timeline.breaks(words),
    })
    this.queue = new Queue(this)
    this.sink = new EffectSink(this.timeline, this.dice, this.faults, this.store)
    this.people = new People(this)
  }

  /** Plays the seed to its end. Throws {@link BrokenPromise}. */
  async play(): Promise<Outcome> {
    const { timeline, dice } = this
    const realNowMs = systemClock.nowMs
    systemClock.nowMs = () => (timeline.current instanceof Process ? timeline.current.wallMs() : this.storeMs())
    try {
      const machines = dice.int(2, 3)
      for (let machine = 1; machine <= machines; machine++) this.boot(machine)
      this.expectedRuns = dice.int(1, 4)
      for (let run = 0; run < this.expectedRuns; run++)
        timeline.at(dice.between(10, 6_000), undefined, () => this.start())
      if (this.faults.outageEverySeconds > 0) this.planOutage()
      timeline.at(LOOK_MS, undefined, () => this.look())
      await timeline.run(() => this.isOver() || timeline.nowMs > CHAOS_MS)
      this.heal()
      await timeline.run(() => this.isOver())
      // Whoever slept wakes up: an ended run must not change any more.
      const endMs =
        Math.max(timeline.nowMs, ...this.processes.map((process) => process.asleepUntilMs)) + LATEST_MS + 500
      const before = this.snapshot()
      await timeline.run(() => timeline.nowMs > endMs)
      if (!timeline.broken && this.snapshot() !== before) timeline.breaks('a run changed after it had ended')
      if (!timeline.broken) this.check()
    } finally {
      systemClock.nowMs = realNowMs
    }
    if (timeline.broken) throw timeline.broken
    return this.outcome()
  }

  storeMs(): number {
    return EPOCH_MS + Math.floor(this.timeline.nowMs)
  }

  latencyMs(): number {
    return this.dice.between(0.1, this.isChaos ? this.faults.latencyMs : 5)
  }

  drawSleepMs(): number {
    return this.dice.chance(0.7) ? LEASE_MS + this.dice.between(1_000, 12_000) : this.dice.between(100, LEASE_MS)
  }

  drawBranch(config: Record<string, unknown>): RunnerResult {
    const branches = config.branches as { name: string }[] // parsed by the schema of conditions
    const ports = [...branches.map(({ name }) => name), 'else']
    const port = this.dice.chance(0.3) ? (ports[0] ?? 'else') : this.dice.pick(ports)
    return { type: 'done', port, output: { branch: port } }
  }

  program(definitionId: Id): Program {
    const program = this.programs.get(definitionId)
    if (!program) throw new Error(`there is no definition ${definitionId}`)
    return program
  }

  shortName(runId: Id): string {
    return this.names.get(runId) ?? runId
  }

  /** Tells the owner of a run that there are commands. Like every notification it may be late, lost, or come twice. */
  poke(owner: Id, runId: Id): void {
    const process = this.processes.find(({ loop, isAlive }) => isAlive && loop.owner === owner)
    if (process) this.notify(process, () => process.loop.owner === owner && process.loop.poke(runId))
  }

  /** Tells every other process about slots. */
  tell(from: Process, message: SlotsMessage): void {
    for (const process of this.processes)
      if (process !== from) this.notify(process, () => process.loop.hearSlots(message))
  }

  private notify(process: Process, work: () => void): void {
    const times = this.isChaos && this.dice.chance(this.faults.duplicate) ? 2 : 1
    for (let time = 0; time < times; time++) {
      if (this.isChaos && this.dice.chance(this.faults.pokeLost)) continue
      this.timeline.at(this.latencyMs(), process, work)
    }
  }

  onDeath(dead: Process): void {
    this.deaths += 1
    this.lateUntilMs = Math.max(this.lateUntilMs, this.timeline.nowMs + LATEST_MS)
    this.processes.splice(this.processes.indexOf(dead), 1)
    const inMs = this.isChaos ? this.dice.between(100, 20_000) : this.dice.between(100, 1_000)
    this.timeline.at(inMs, undefined, () => this.boot(dead.machine))
  }

  /** A new process on a machine ends the leases of the dead ones there. */
  retireDeadNeighbours(newcomer: Process): void {
    const living = new Set(this.processes.map(({ name }) => name))
    for (const [id, { name }] of this.store.workers) {
      if (name.startsWith(`m${newcomer.machine}.`) && !living.has(name)) this.store.retireWorker(id)
    }
  }

  /** Some process that can be talked to. */
  somebody(): Process | undefined {
    const awake = this.processes.filter(({ isAwake, loop }) => isAwake && loop.owner !== '')
    return awake.length > 0 ? this.dice.pick(awake) : undefined
  }

  private boot(machine: number): void {
    const skewMs = this.dice.between(-this.faults.skewMs, this.faults.skewMs)
    const process = new Process(this, machine, `m${machine}.${this.born++}`, skewMs)
    this.processes.push(process)
    // Its first words are part of what happens to it.
    this.timeline.at(0, process, () => process.start())
    if (this.faults.stop > 0 && this.isChaos && this.dice.chance(this.faults.stop)) {
      this.timeline.at(this.dice.between(1_000, CHAOS_MS), process, () => process.stop())
    }
  }

  private start(): void {
    const { timeline } = this
    const process = this.somebody()
    if (!process) {
      timeline.at(500, undefined, () => this.start())
      return
    }
    this.started += 1
    const run = this.newRun(this.newWorkflow(true), this.newId(), this.dice.pick(TEAMS))
    const { id } = run
    timeline.at(0, process, () => {
      const over = () => {
        this.starting.delete(id)
        this.lateUntilMs = timeline.nowMs + LATEST_MS
      }
      process.startRun(run).then(
        () => {
          this.accepted.add(id)
          over()
        },
        () => over(),
      )
    })
    this.starting.set(id, process)
    this.people.meet(id)
  }

  private newId(): Id {
    return newId(this.storeMs(), this.dice.bytes(6))
  }

  private newRun(workflowId: Id, id: Id, teamId: Id): NewRun {
    this.names.set(id, `run${this.names.size + 1}`)
    return {
      id,
      teamId,
      workflowId,
      versionId: workflowId,
      definitionId: workflowId,
      requireActiveVersionId: null,
      trigger: 'api',
      runBy: 'simulation',
      userId: null,
      apiKeyId: null,
      input: {},
      variables: { dynamic: {}, runtime: {}, miscellaneous: {}, parameters: {} },
      event: { type: 'run_started', actor: { kind: 'system', name: 'simulation' }, trigger: 'api', version_number: 0 },
      owner: null,
      timeoutMs: null,
      workflowCap: this.program(workflowId).definition.settings.maxConcurrentRuns ?? null,
    }
  }

  /** A workflow with one version, all three under one id. It may run another, which runs none. */
  private newWorkflow(hasChildren: boolean): Id {
    const id = this.newId()
    const child = hasChildren && this.dice.chance(0.3) ? this.newWorkflow(false) : undefined
    this.programs.set(id, makeProgram(drawWorkflow(this.dice, child)))
    return id
  }

  /** Makes the run that a wait asks for, queued, once. */
  startChildRun(wait: WaitRow): null {
    const parent = this.store.runs.get(wait.runId)
    if (!parent || isTerminal(parent.row.status)) return null
    const { workflowId, runId } = childRequestSchema.parse(wait.request)
    if (this.store.runs.has(runId)) return null
    const run = this.newRun(workflowId, runId, parent.row.teamId)
    const parentOf = { parentRunId: parent.row.id, parentWaitId: wait.id, depth: 1 }
    this.store.insertRun({ ...run, ...parentOf }, new Date(this.storeMs()).toISOString())
    return null
  }

  private planOutage(): void {
    this.timeline.at(this.dice.between(0, 2 * this.faults.outageEverySeconds * 1_000), undefined, () => {
      if (!this.isChaos) return
      this.isAway = true
      this.timeline.note(() => 'THE DATABASE GOES AWAY')
      const forMs = this.dice.chance(0.7) ? this.dice.between(100, 3_000) : this.dice.between(3_000, 25_000)
      this.timeline.at(forMs, undefined, () => {
        if (this.isAway) this.timeline.note(() => 'THE DATABASE IS BACK')
        this.isAway = false
        this.planOutage()
      })
    })
  }

  private heal(): void {
    this.isChaos = false
    this.isAway = false
    this.calmSinceMs = this.timeline.nowMs
    this.timeline.note(() => 'no more faults from here on')
  }

  private isOver(): boolean {
    if (this.started < this.expectedRuns || this.timeline.nowMs < this.lateUntilMs) return false
    for (const process of this.starting.values()) if (process.isAlive) return false
    for (const id of this.accepted) if (!this.store.runs.has(id)) return true
    return [...this.store.runs.values()].every(({ row }) => isTerminal(row.status))
  }

  /** Looks around, now and then: is there a run that nobody cares for, or one that nothing happens to? */
  private look(): void {
    const { timeline } = this
    timeline.at(LOOK_MS, undefined, () => this.look())
    const now = timeline.nowMs
    for (const process of this.processes) {
      if (!process.isAwake || this.isAway || process.loop.owner === '') process.fitSinceMs = now
    }
    for (const { row, queuedAtMs } of this.store.runs.values()) {
      if (
        queuedAtMs !== null ||
        isTerminal(row.status) ||
        row.leaseOwner === null ||
        this.isAttended(row.id, row.leaseOwner)
      ) {
        this.unattendedSince.delete(row.id)
        continue
      }
      const since = this.unattendedSince.get(row.id) ?? now
      this.unattendedSince.set(row.id, since)
      const isLate = this.processes.some(({ fitSinceMs }) => now - Math.max(since, fitSinceMs) > TAKEOVER_MS)
      if (isLate && this.faults.latencyMs < 100) timeline.breaks(`nobody took over ${this.shortName(row.id)}`)
    }
    const last = Math.max(
      this.calmSinceMs,
      ...Array.from(this.store.runs.values(), (run) => run.updatedAtMs - EPOCH_MS),
    )
    if (!this.isChaos && now - last > PATIENCE_MS && !this.isOver()) {
      const open = [...this.store.runs.values()].filter(({ row }) => !isTerminal(row.status))
      timeline.breaks(
        `nothing happens any more to ${open.map(({ row }) => `${this.shortName(row.id)} (${row.status})`)}`,
      )
    }
  }

  /** Whether somebody alive has the run, or may still be about to. */
  private isAttended(runId: Id, owner: Id): boolean {
    if (!this.store.isLeased(owner)) return false
    const process = this.processes.find(({ loop }) => loop.owner === owner)
    // A dead or forgetful owner whose lease is not over yet is nobody's fault.
    if (!process?.isAwake) return true
    return process.loop.letGo(runId) !== undefined
  }

  private check(): void {
    for (const id of this.accepted)
      if (!this.store.runs.has(id)) this.timeline.breaks(`${this.shortName(id)} was accepted and is lost`)
    for (const run of this.store.runs.values()) {
      for (const words of checkRun(this, run)) this.timeline.breaks(`${this.shortName(run.row.id)}: ${words}`)
    }
  }

  private snapshot(): string {
    const runs = [...this.store.runs.values()].map(({ row, events, nodes }) => [row, events, [...nodes.values()]])
    return JSON.stringify(runs)
  }

  private outcome(): Outcome {
    const { timeline, store, seed, deaths } = this
    const statuses = Array.from(store.runs.values(), ({ row }) => row.status)
    let hash = 0
    for (const char of this.snapshot()) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0
    return {
      seed,
      runs: store.runs.size,
      statuses,
      calls: this.sink.calls.length,
      deaths,
      virtualMs: Math.round(timeline.nowMs),
      happened: timeline.happened,
      digest: `${hash >>> 0}/${timeline.happened}`,
    }
  }
}

/** Plays a seed; when a promise breaks, plays it again and says in full how it came to that. */
export async function playSeed(seed: number): Promise<Outcome> {
  try {
    return await new Simulation(seed).play()
  } catch (error) {
    if (!(error instanceof BrokenPromise)) throw error
    throw new BrokenPromise(`${error.message}\n${await tell(seed)}`)
  }
}

/** What happened in a seed, line by line. */
export async function tell(seed: number): Promise<string> {
  const simulation = new Simulation(seed, true)
  const end = await simulation.play().then(
    (outcome) => JSON.stringify(outcome),
    (error: unknown) => String(error),
  )
  const { faults, timeline } = simulation
  return [`seed ${seed}: ${JSON.stringify(faults)}`, ...(timeline.trace ?? []), end].join('\n')
}
