import type { RunCommand } from '../db/commands'
import type { Place, SlotRequest } from '../db/local-worker'
import type { NewRun } from '../db/runs'
import type { Actor as Person } from '../engine/events'
import type { WaitOutcome } from '../engine/waits'
import type { Id } from '../ids'
import type { RunLoop } from '../worker/loop'
import type { Process } from './process'
import type { Simulation } from './simulation'
import type { Commanded, StoredRun, Taker } from './stored'
import type { Wire } from './wire'

/** What use cases in a process do with the store and with the worker beside them. */
export class ProcessApi {
  private readonly sim: Simulation
  private readonly wire: Wire

  constructor(private readonly process: Process) {
    this.sim = process.sim
    this.wire = process.wire
  }

  private get loop(): RunLoop {
    return this.process.loop
  }

  /** Makes a run: here when there is a place, else queued. Resolves when it is accepted. */
  async startRun(run: NewRun): Promise<void> {
    const { onLimit } = this.sim.program(run.definitionId).definition.settings
    const place = this.process.hasWorker ? await this.loop.reserve(this.request(run.teamId, run, onLimit)) : undefined
    if (place && 'release' in place) {
      if (!(await this.loop.begin(run, place).made)) throw new Error('it was not made')
      return
    }
    if (place && onLimit === 'reject' && place.level !== 'process') {
      this.sim.refused.add(run.id)
      throw new Error('it was refused')
    }
    const at = new Date(this.process.wallMs()).toISOString()
    await this.wire.repeat(() =>
      this.wire.ask(`insert ${this.sim.shortName(run.id)}`, true, () => this.sim.store.insertRun(run, at)),
    )
    this.loop.noteQueued(run.teamId)
  }

  async submit(runId: Id, commands: RunCommand[]): Promise<boolean> {
    const what = `submit ${commands.map(({ kind }) => kind)} to ${this.sim.shortName(runId)}`
    return this.command(runId, commands, what, (by) => this.sim.store.submit(runId, commands, by))
  }

  async resolve(waitId: Id, actor: Person, userId: Id | null, outcome: WaitOutcome): Promise<boolean> {
    const wait = this.sim.store.waits.get(waitId)
    if (!wait) return false
    const { nodeId, path, kind: waitKind, runId } = wait
    const what = `resolve ${outcome.kind} at ${wait.nodeKey} of ${this.sim.shortName(runId)}`
    return this.command(runId, [{ kind: 'resolve', waitId, nodeId, path, waitKind, actor, outcome }], what, (by) =>
      this.sim.store.resolve(waitId, actor, userId, outcome, by),
    )
  }

  /** As `lib/db/commands`: with a place for the run at hand it is taken by the very statement that asks something of it. */
  private async command(
    runId: Id,
    commands: RunCommand[],
    what: string,
    work: (by: Taker) => Commanded | null,
  ): Promise<boolean> {
    const run = this.sim.store.runs.get(runId)
    const place = run && this.process.hasWorker ? await this.placeFor(run, commands) : undefined
    const by: Taker = { owner: place ? this.loop.owner : null, cap: run?.workflowCap ?? null }
    let isTaken = false
    try {
      const row = await this.wire.ask(what, true, () => work(by))
      isTaken = row?.taken === true
      if (row) this.wake(row, place, commands)
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

  private wake(row: Commanded, place: Place | undefined, written: RunCommand[]): void {
    if (row.queued) this.loop.noteQueued(row.teamId)
    else if (row.taken && place) this.loop.take(row, place, written)
    else if (row.leaseOwner === null) return
    else if (row.leaseOwner === this.loop.owner) this.loop.poke(row.id)
    else this.sim.poke(row.leaseOwner, row.id)
  }
}
