import type { Birth, CheckpointResult } from '../db/checkpoints'
import { encodePayload } from '../db/payloads'
import { type NewRun, type RunRow, rowOf as rowOfNew } from '../db/runs'
import { type Decision, decide } from '../engine/decide'
import type { NewEvent, RunEvent, RunStatus } from '../engine/events'
import type { RunLimits } from '../engine/limits'
import type { RunState } from '../engine/state'
import { waitingName } from '../engine/waiting'
import { warningsOf } from '../engine/warnings'
import { limitOf } from '../env'
import { crashPoint } from '../faults'
import { log as logger } from '../log'
import { NodeError } from '../nodes/runner'
import { applyCommand } from './apply-command'
import { AtHand } from './at-hand'
import { CallGuard, limitsOf } from './call-guard'
import { type Desk, type Execute, expectFailure } from './desk'
import { Effects } from './effects'
import { evaluationRunId } from './evaluation'
import { LogWriter } from './log-writer'
import { OutputCache } from './output-cache'
import type { Program } from './plans'
import { nowIso, type World } from './ports'
import { runDue } from './run-container'
import { runInline } from './run-inline'
import { evaluateOutput } from './run-node'
import { catchRun, recoverRun } from './safety-net'
import type { WorkerLease } from './worker-lease'

/** Inline nodes chain in memory up to this many events, then become durable: it bounds what a crash repeats. */
const MAX_PENDING_EVENTS = 200

type Lease = Pick<WorkerLease, 'owner' | 'isLive'>

/** A run that is not stored yet is stored after this long at the latest, however much is computed first. */
const BORN_WITHIN_MS = 250

/** What the loop needs of a run that it is advancing. */
export interface Advancing {
  /** Whether the run is stored: at once for one that was leased, else see {@link BegunRun.made}. */
  made: Promise<boolean>
  /** Resolves when this worker has let the run go, with the status it then has; null: it was lost. Never rejects. */
  done: Promise<RunStatus | null>
  /** Commands were written: look at them. */
  poke(): void
  /** Begin nothing more, and let go when what is in flight has landed and is recorded: the process stops. */
  drain(): void
  /** Let go at once and drop what is in flight: the process has no more time, or the lease is lost. */
  abandon(): void
}

/**
 * Advances one leased run until it waits or ends. State is the fold of its log; `decide` says what is next; what the world
 * may see happens only after what it rests on is durable.
 */
export function advanceRun(
  world: World,
  run: RunRow & { wasHeld?: boolean },
  lease: Lease,
  atHand = new AtHand(),
): Advancing {
  return advancing(new RunDriver(world, run, lease, atHand), undefined)
}

/** Makes a run and advances it: nothing of it is stored before its first checkpoint, and nothing of it seen before that. */
export function beginRun(world: World, run: NewRun, lease: Lease, atHand: AtHand): Advancing {
  const nowMs = world.clock.nowMs()
  const { event, owner: _, ...made } = run
  const birth = { createdAt: new Date(nowMs), ...made }
  const driver = new RunDriver(world, rowOfNew(run, birth.createdAt, lease.owner), lease, atHand, birth)
  return advancing(driver, [{ seq: 1, at: nowIso(world.clock), ...event }])
}

function advancing(driver: RunDriver, log: readonly RunEvent[] | undefined): Advancing {
  const done = driver.drive(log).catch((error: unknown) => driver.caught(error))
  return {
    made: driver.made,
    done,
    poke: () => driver.poke(),
    drain: () => driver.drain(),
    abandon: () => driver.abandon(),
  }
}

class RunDriver {
  private readonly effects: Effects
  private wakeUp: (() => void) | undefined
  private isPoked = false
  private isDraining = false
  private isAbandoned = false
  private isLost = false
  private isOvertaken = false
  private steps = 0
  private state: RunState | undefined
  private bornByMs = 0
  private readonly limits: RunLimits
  /** See {@link Advancing.made}. */
  readonly made: Promise<boolean>
  private settleMade: (made: boolean) => void = () => {}
  private failMade: (error: unknown) => void = () => {}

  constructor(
    private readonly world: World,
    private run: RunRow & { wasHeld?: boolean },
    private readonly lease: Lease,
    private readonly atHand: AtHand,
    private readonly birth?: Birth,
  ) {
    this.made = birth ? this.promiseOfBirth() : Promise.resolve(true)
    this.limits = limitsOf(run)
    this.effects = new Effects(new CallGuard(world, run, this.limits, (key) => this.mayCall(key)), () =>
      this.wakeUp?.(),
    )
  }

  /** The advance threw. A run that is not stored yet was promised to nobody. */
  caught(error: unknown): Promise<RunStatus | null> {
    return catchRun(this.world, this.run, this.lease.owner, error)
  }

  private promiseOfBirth(): Promise<boolean> {
    const made = new Promise<boolean>((resolve, reject) => {
      this.settleMade = resolve
      this.failMade = reject
    })
    made.catch(() => undefined) // whoever began the run hears of it; nobody else need
    return made
  }

  poke(): void {
    this.isPoked = true
    this.wakeUp?.()
  }

  drain(): void {
    this.isDraining = true
    this.wakeUp?.()
  }

  abandon(): void {
    this.isAbandoned = true
    this.effects.close()
    this.wakeUp?.()
  }

  async drive(log: readonly RunEvent[] | undefined): Promise<RunStatus | null> {
    try {
      const status = await this.advance(log)
      this.settleMade(false) // unless it was made: a promise settles once
      return status
    } catch (error) {
      this.failMade(error)
      throw error
    }
  }

  private async advance(log: readonly RunEvent[] | undefined): Promise<RunStatus | null> {
    try {
      let status = await this.advanceFrom(log)
      // Its end was refused because something had been asked of it: what is stored is where it goes on from.
      while (this.isOvertaken) status = await this.advanceFrom(undefined)
      return status
    } finally {
      this.effects.close()
    }
  }

  private async advanceFrom(log: readonly RunEvent[] | undefined): Promise<RunStatus | null> {
    const program = await this.world.store.loadProgram(this.run.definitionId)
    this.bornByMs = this.world.clock.nowMs() + BORN_WITHIN_MS
    const state = await this.atHand.state(this.world.store, this.run, program.plan, log)
    const writer = new LogWriter(
      this.world,
      this.run,
      { owner: this.lease.owner, epoch: this.run.leaseEpoch },
      program.plan,
      state,
      this.birth && log && { birth: this.birth, log },
    )
    this.state = state
    const outputs = new OutputCache(this.world.store, this.run.id, program.plan, state)
    const desk: Desk = { program, run: this.run, writer, outputs }
    if (this.run.recoveries > state.recoveries) recoverRun(writer, this.run.recoveries)
    this.isPoked = this.isOvertaken || this.run.commandSeq > this.run.commandApplied
    this.isOvertaken = false
    while (!this.isAbandoned && (await this.turn(desk))) {
      // A chain of inline nodes never leaves the microtask queue; heartbeats and other runs need a turn too.
      this.steps += 1
      if (this.steps % 50 === 0) await this.world.clock.breathe()
    }
    this.run = { ...this.run, commandApplied: writer.commandsCommitted }
    return this.isLost || this.isAbandoned ? null : writer.state.status
  }

  /** One round: commands, results, decisions. False: the run is let go. */
  private async turn(desk: Desk): Promise<boolean> {
    const { program, writer, outputs } = desk
    if (this.isPoked) {
      this.isPoked = false
      for (const command of await this.atHand.newCommands(this.world.store, this.run.id, writer.commandsApplied)) {
        if (command.kind === 'stop') crashPoint('cancel.before_commit')
        await applyCommand(this.world, writer, command, outputs)
      }
    }
    if (this.effects.haveLanded && !writer.state.ended) {
      // An effect that came back is stored before anything else is tried: only what is stored is never done again.
      this.effects.recordLanded(desk)
      if (!(await this.commit(desk))) return false
    }
    if (writer.state.ended) return this.finish(desk)
    this.effects.abortCutOff(writer.state)
    if (this.isDraining) return this.windDown(desk)

    for (const warning of warningsOf(program.plan, writer.state, this.limits)) writer.append(warning)
    const decisions = decide(program.plan, writer.state, this.effects.keys, this.limits)
    const effects: Execute[] = []
    let didInline = false
    for (const decision of decisions) {
      if (decision.type === 'execute') {
        if (isEffect(program, decision.nodeId)) effects.push(decision)
        else {
          await runInline(this.world, desk, decision)
          didInline = true
        }
      } else if (decision.type === 'check' || decision.type === 'gather' || decision.type === 'fail') {
        await runDue(program, this.run, writer, outputs, decision)
        // What else was decided may be cut off by now.
        return this.mayGoOnInMemory(writer) || this.commit(desk)
      } else if (decision.type === 'end') {
        writer.append(decision.event)
        return this.finish(desk)
      } else if (decision.type === 'complete') {
        return this.complete(desk)
      } else {
        return this.park(desk, decision)
      }
    }
    // Those for which there is no room are ready still, and decided again when something has landed.
    const begun = effects.slice(0, Math.max(0, limitOf('parallel') - this.effects.count))
    if (begun.length > 0) return this.launch(desk, begun)
    if (didInline) {
      crashPoint('route.before_next')
      return this.mayGoOnInMemory(writer) || this.commit(desk)
    }
    return this.rest(desk)
  }

  private mayGoOnInMemory(writer: LogWriter): boolean {
    if (writer.pending >= MAX_PENDING_EVENTS) return false
    return !writer.isUnborn || this.world.clock.nowMs() < this.bornByMs
  }

  /** The process stops: what is done becomes durable, what is in flight may land, and nothing is decided any more. */
  private async windDown(desk: Desk): Promise<boolean> {
    if (this.effects.count > 0) return this.rest(desk)
    await this.commit(desk)
    this.isAbandoned = true
    return false
  }

  /** Nothing to decide: paused, or effects are in flight. */
  private async rest(desk: Desk): Promise<boolean> {
    if (this.effects.count === 0) return this.letGo(desk)
    if (desk.writer.pending > 0 && !(await this.commit(desk))) return false
    if (!this.effects.haveLanded && !this.isPoked && !this.isAbandoned) {
      await new Promise<void>((resolve) => {
        this.wakeUp = resolve
      })
      this.wakeUp = undefined
    }
    return true
  }

  /** Effects start only when everything before them, and the fact that they start, is durable. */
  private async launch(desk: Desk, decisions: Execute[]): Promise<boolean> {
    const ready = await this.effects.prepare(desk, decisions)
    if (!(await this.commit(desk))) return false
    crashPoint('step.after_start_event')
    if (!this.mayStartEffects()) return false
    this.effects.start(ready)
    return true
  }

  /** Not when the node was cut off or the run ended meanwhile, stored or about to be. */
  private mayCall(key: string): boolean {
    return this.state?.ended === undefined && this.state?.running.has(key) === true && this.mayStartEffects()
  }

  /**
   * Not when this process was told to drop everything while the start was being stored, and not when it slept for longer
   * than its lease: somebody else may have done it all meanwhile, and what is called now would be called after its end.
   */
  private mayStartEffects(): boolean {
    if (this.isAbandoned) return false
    if (this.lease.isLive()) return true
    this.isLost = true
    this.abandon()
    logger.warn({ runId: this.run.id }, 'lease_lost: this process was away for too long; nothing is started')
    return false
  }

  private async complete(desk: Desk): Promise<boolean> {
    const { program, writer, outputs } = desk
    try {
      const value = await evaluateOutput(program, this.run, outputs, writer.state)
      const output = writer.keep(encodePayload(value))
      writer.append({
        type: 'run_completed',
        output_bytes: output.bytes,
        ...(output.blob ? { output_blob: output.blob.id } : {}),
      })
      return this.finish(desk, output.stored)
    } catch (error) {
      expectFailure(error, desk, 'outputs')
      const message = error instanceof NodeError ? error.message : 'the outputs of the workflow could not be made'
      writer.append({
        type: 'run_failed',
        reason: 'execution_error',
        summary: `The outputs of the workflow failed: ${message}`,
      })
      return this.finish(desk)
    }
  }

  /** The run has its terminal event: nodes still open are cancelled with it, and everything becomes durable at once. */
  private async finish(desk: Desk, output: ReturnType<typeof encodePayload>['stored'] | null = null): Promise<boolean> {
    const { writer } = desk
    const { state } = writer
    writer.end({
      output,
      reason: state.ended?.reason ?? null,
      summary: state.ended?.summary ?? null,
      nodeId: state.ended?.nodeId ?? null,
      evaluationRunId: evaluationRunId(this.world, desk),
    })
    crashPoint('finish.before_commit')
    if (await this.commit(desk)) {
      crashPoint('finish.after_commit')
      this.effects.abortAll()
    }
    return false
  }

  private async park(desk: Desk, decision: Decision & { type: 'wait' }): Promise<boolean> {
    const { writer } = desk
    const event: NewEvent = { type: 'run_waiting', status: decision.status, nodes: decision.nodeIds }
    const isSaid = writer.state.status === decision.status && writer.state.activeAtMs === undefined
    if (writer.pending > 0 || !isSaid) writer.append(event)
    crashPoint('wait.before_park')
    const goesOn = await this.letGo(desk)
    crashPoint('wait.after_park')
    return goesOn
  }

  /** Checkpoint and release in one. True: commands came meanwhile, so the run is still ours and goes on. */
  private async letGo(desk: Desk): Promise<boolean> {
    const result = await this.checkpoint(desk, true)
    if (result.lost || result.overtaken) return false
    if (result.released) this.atHand.keep(this.run.id, desk.writer.state)
    this.isPoked = true
    return !result.released
  }

  /** Checkpoint and keep the lease. False: the run was lost to another worker. */
  private async commit(desk: Desk): Promise<boolean> {
    const { writer } = desk
    const wasUnborn = writer.isUnborn
    const result = await this.checkpoint(desk, false)
    if (result.lost) {
      if (!wasUnborn) logger.warn({ runId: this.run.id }, 'lease_lost: another worker holds this run')
      return false
    }
    if (result.overtaken) return false
    if (result.commandSeq > writer.commandsApplied) this.isPoked = true
    crashPoint('step.after_complete_commit')
    return true
  }

  private async checkpoint({ program, writer }: Desk, release: boolean): Promise<CheckpointResult> {
    const result = await writer.commit({
      release,
      waitingFor: waitingName(writer.state, (id) => program.nodesById.get(id)?.name),
    })
    this.isLost ||= result.lost
    if (!result.lost && result.overtaken) this.isOvertaken = true
    this.settleMade(!result.lost)
    return result
  }
}

function isEffect(program: Program, nodeId: string): boolean {
  return program.kinds.get(nodeId) === 'effect'
}
