import { createHash } from 'node:crypto'
import { systemClock } from '../clock'
import type { SlotsMessage } from '../db/notify'
import type { NewRun } from '../db/runs'
import type { WaitRow } from '../db/waits'
import { LEASE_MS } from '../db/workers'
import { isTerminal } from '../engine/events'
import { childRequestSchema } from '../engine/waits'
import { type Id, newId } from '../ids'
import type { RunnerResult } from '../nodes/runner'
import { makeProgram, type Program } from '../worker/plans'
import { checkCheckpoint, checkRun } from './checks'
import { Dice } from './dice'
import { EffectSink } from './effect-sink'
import { drawFaults, type Faults } from './faults'
import { Lookout } from './lookout'
import { MemoryFamilies } from './memory-families'
import { People } from './people'
import { Process } from './process'
import { Queue } from './queue'
import { Timeline } from './timeline'
import { LATEST_MS } from './wire'
import { drawWorkflow } from './workflows'

/** Noon of some day, on the clock of the store. */
const EPOCH_MS = Date.UTC(2030, 0, 1, 12)
/** Faults end after this much virtual time; then everything must come to an end by itself. */
const CHAOS_MS = 30_000
/** Of the delays in workflows.ts, and how far a process may be off the clock of the store. */
const MIN_DELAY_MS = 1_000
const MAX_DELAY_MS = 4_000
const CLOCK_ERROR_MS = 2_000
const TEAMS = ['team1', 'team2']

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
  readonly store: MemoryFamilies
  readonly queue: Queue
  readonly sink: EffectSink
  readonly people: People
  readonly processes: Process[] = []
  readonly accepted = new Set<Id>()
  readonly refused = new Set<Id>()
  /** When each delay began, on the clock of the store. */
  readonly delays = new Map<string, number>()
  readonly concurrency: number
  /** Faults happen. */
  isChaos = true
  isAway = false
  /** Since when there have been no faults. */
  calmSinceMs = 0
  deaths = 0
  private born = 0
  private readonly programs = new Map<Id, Program>()
  private readonly names = new Map<Id, string>()
  private started = 0
  private expectedRuns = 0
  /** Who is making a run at this moment, and how long a word of it may still be on its way. */
  private readonly starting = new Map<Id, Process>()
  private lateUntilMs = 0

  constructor(
    readonly seed: number,
    wantsTrace = false,
  ) {
    this.dice = new Dice(seed)
    this.timeline = new Timeline(wantsTrace)
    this.faults = drawFaults(this.dice)
    this.concurrency = this.dice.pick([1, 3, 10])
    this.store = new MemoryFamilies({
      nowMs: () => this.storeMs(),
      leaseMs: LEASE_MS,
      teamCap: this.dice.pick([1, 2, 10]),
      addJob: (task, id, dueAtMs) => this.queue.add(task, id, dueAtMs),
      breaks: (words) => this.timeline.breaks(words),
      judgeCheckpoint: (row, checkpoint) => {
        for (const words of checkCheckpoint(this, row, checkpoint)) this.timeline.breaks(words)
      },
      judgeTimer: (key, dueAtMs) => this.judgeTimer(key, dueAtMs),
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
      new Lookout(this)
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

  /** Milliseconds since the simulation began, of a time of the store. */
  sinceStart(storeMs: number): number {
    return storeMs - EPOCH_MS
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
      process.api.startRun(run).then(
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
      variables: { dynamic: {}, runtime: {}, miscellaneous: {}, parameters: {}, ...this.drawBudget() },
      event: { type: 'run_started', actor: { kind: 'system', name: 'simulation' }, trigger: 'api', version_number: 0 },
      owner: null,
      timeoutMs: null,
      workflowCap: this.program(workflowId).definition.settings.maxConcurrentRuns ?? null,
    }
  }

  /** Often enough for all calls, sometimes for one or none. */
  private drawBudget(): { budget?: { tokens: number } } {
    return this.dice.chance(0.4) ? { budget: { tokens: this.dice.int(60, 1_500) } } : {}
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

  isOver(): boolean {
    if (this.started < this.expectedRuns || this.timeline.nowMs < this.lateUntilMs) return false
    for (const process of this.starting.values()) if (process.isAlive) return false
    for (const id of this.accepted) if (!this.store.runs.has(id)) return true
    return [...this.store.runs.values()].every(({ row }) => isTerminal(row.status))
  }

  private check(): void {
    for (const id of this.accepted)
      if (!this.store.runs.has(id)) this.timeline.breaks(`${this.shortName(id)} was accepted and is lost`)
    for (const id of this.refused)
      if (this.store.runs.has(id)) this.timeline.breaks(`${this.shortName(id)} was refused and is there`)
    for (const run of this.store.runs.values()) {
      for (const words of checkRun(this, run)) this.timeline.breaks(`${this.shortName(run.row.id)}: ${words}`)
    }
  }

  private snapshot(): string {
    const runs = [...this.store.runs.values()].map(({ row, events, nodes }) => [row, events, [...nodes.values()]])
    return JSON.stringify(runs)
  }

  /** Whatever the clocks of the machines say, a delay is as long as it should be. */
  private judgeTimer(key: string, dueAtMs: number): void {
    const lengthMs = dueAtMs - (this.delays.get(key) ?? 0)
    if (lengthMs < MIN_DELAY_MS - CLOCK_ERROR_MS || lengthMs > MAX_DELAY_MS + CLOCK_ERROR_MS)
      this.timeline.breaks(`the delay ${key.slice(37)} is ${Math.round(lengthMs)} ms long`)
  }

  private outcome(): Outcome {
    const { timeline, store, seed, deaths } = this
    const statuses = Array.from(store.runs.values(), ({ row }) => row.status)
    return {
      seed,
      runs: store.runs.size,
      statuses,
      calls: this.sink.calls.length,
      deaths,
      virtualMs: Math.round(timeline.nowMs),
      happened: timeline.happened,
      digest: createHash('sha1').update(this.snapshot()).digest('hex'),
    }
  }
}
