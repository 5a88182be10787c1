import type { Checkpoint, CheckpointResult } from '../db/checkpoints'
import type { RunCommand, StoredCommand } from '../db/commands'
import type { StoredPayload } from '../db/payloads'
import type { QueuedRun } from '../db/run-queue'
import { type NewRun, type RunRow, rowOf } from '../db/runs'
import type { LimitedWorkflow } from '../db/slots'
import type { WaitRow } from '../db/waits'
import { type Actor, isTerminal, type RunEvent } from '../engine/events'
import type { WaitOutcome } from '../engine/waits'
import type { Id } from '../ids'
import { MemoryWorkers, type WorkersWorld } from './memory-workers'
import { byQueue, type Commanded, type StoredRun, type Taker, upsert } from './stored'

/** What the store asks of the world around it. */
export interface StoreWorld extends WorkersWorld {
  /** A job for the queue library: one per key, due at a time of the store's clock. */
  addJob(task: Task, id: Id, dueAtMs: number): void
  breaks(words: string): void
  /** A checkpoint is about to be written. */
  judgeCheckpoint(row: RunRow, checkpoint: Checkpoint): void
  /** A delay was stored, due at this time of the store's clock. */
  judgeTimer(key: string, dueAtMs: number): void
}

/** The tasks of `lib/worker/main.ts`. */
export type Task = 'dispatch_team' | 'fire_timer' | 'start_child' | 'settle_child' | 'stop_child'

/** How long a run that nobody holds may keep its commands before a sweep takes it. */
const UNHEARD_MS = 5_000

/**
 * The tables and statements of `lib/db`, in memory. Each method is one statement: it happens whole, on the store's clock,
 * and honours the same conditions as the SQL it stands for.
 */
export class MemoryStore extends MemoryWorkers {
  readonly runs = new Map<Id, StoredRun>()
  readonly waits = new Map<Id, WaitRow>()
  /** Values that are kept apart, as JSON. */
  private readonly blobs = new Map<Id, string>()

  constructor(protected readonly around: StoreWorld) {
    super(around)
  }

  // Runs.

  /** Made once, queued: the id is the caller's, so a repetition finds what stands. */
  insertRun(run: NewRun, at: string): void {
    if (this.runs.has(run.id) || this.childOf(run.parentWaitId)) return
    const row = rowOf(run, new Date(this.around.nowMs()))
    this.keep(run, { ...row, status: 'not_started' }, [{ ...run.event, seq: 1, at }])
    this.enqueue(row.id)
  }

  private keep(run: Omit<NewRun, 'event' | 'owner'>, row: RunRow, events: RunEvent[]): StoredRun {
    const stored: StoredRun = {
      row,
      events: events.map((event) => JSON.stringify(event)),
      nodes: new Map(),
      commands: [],
      output: null,
      endedAtMs: undefined,
      updatedAtMs: this.around.nowMs(),
      queuedAtMs: null,
      workflowCap: run.workflowCap,
      waitingFor: null,
      holder: undefined,
    }
    this.runs.set(row.id, stored)
    return stored
  }

  claimQueuedRuns(
    teamId: Id,
    owner: Id,
    count: number,
    offers: readonly (LimitedWorkflow & { count: number })[],
  ): { runs: QueuedRun[]; limited: LimitedWorkflow[] } {
    const queued = this.queued(teamId)
    const limited = new Map<string, LimitedWorkflow>()
    for (const { row, workflowCap: cap } of queued)
      if (cap !== null) limited.set(`${row.workflowId}/${cap}`, { workflowId: row.workflowId, cap })
    const offered = offers.flatMap((offer) =>
      queued
        .filter(({ row, workflowCap }) => row.workflowId === offer.workflowId && workflowCap === offer.cap)
        .slice(0, offer.count),
    )
    const plain = queued.filter(({ workflowCap }) => workflowCap === null).slice(0, count)
    const picked = [...plain, ...offered].sort(byQueue).slice(0, count)
    const runs = picked.flatMap((run) => {
      if (isTerminal(run.row.status) || !this.isFree(run) || !this.isLeased(owner)) return []
      const wasHeld = run.row.leaseOwner !== null
      this.lease(run, owner, wasHeld)
      if (run.row.status === 'not_started') run.row.status = 'started'
      return [{ ...run.row, wasHeld, workflowCap: run.workflowCap }]
    })
    return { runs, limited: [...limited.values()] }
  }

  queueAbandonedRuns(limit: number): void {
    const free = [...this.runs.values()].filter((run) => run.queuedAtMs === null && this.isFree(run))
    const lost = free.filter(({ row }) => row.leaseOwner !== null)
    const unheard = free.filter(
      ({ row, updatedAtMs }) =>
        row.leaseOwner === null &&
        row.commandSeq > row.commandApplied &&
        updatedAtMs < this.around.nowMs() - UNHEARD_MS,
    )
    for (const run of [...lost.slice(0, limit), ...unheard.slice(0, limit)]) {
      if (isTerminal(run.row.status)) continue
      run.row.leaseEpoch += 1
      run.queuedAtMs = run.row.leaseOwner === null ? this.around.nowMs() : run.row.createdAt.getTime()
      run.holder = undefined
    }
  }

  findQueuedTeams(): Id[] {
    const teams = [...this.runs.values()].flatMap(({ row, queuedAtMs }) => (queuedAtMs === null ? [] : [row.teamId]))
    return [...new Set(teams)]
  }

  findRunsWithCommands(owner: Id): Id[] {
    return [...this.runs.values()].flatMap(({ row }) =>
      row.leaseOwner === owner && row.commandSeq > row.commandApplied ? [row.id] : [],
    )
  }

  /** Runs of this owner that have not moved for a while. */
  findStillRuns(owner: Id): Id[] {
    return [...this.runs.values()].flatMap(({ row, updatedAtMs }) =>
      row.leaseOwner === owner && updatedAtMs < this.around.nowMs() - UNHEARD_MS ? [row.id] : [],
    )
  }

  releaseRuns(owner: Id, runIds?: readonly Id[]): void {
    for (const run of this.runs.values()) {
      if (run.row.leaseOwner !== owner || (runIds && !runIds.includes(run.row.id))) continue
      run.row.leaseOwner = null
      run.holder = undefined
      this.enqueue(run.row.id, run.row.createdAt.getTime())
    }
  }

  readLog(runId: Id): RunEvent[] {
    return (this.runs.get(runId)?.events ?? []).map((text) => JSON.parse(text))
  }

  readNodeOutputs(runId: Id, keys: readonly string[]): Map<string, unknown> {
    const nodes = this.runs.get(runId)?.nodes
    return new Map(
      keys.flatMap((key) => (nodes?.has(key) ? [[key, this.payloadOf(nodes.get(key)?.output)] as const] : [])),
    )
  }

  readNodeInput(runId: Id, key: string): unknown {
    return this.payloadOf(this.runs.get(runId)?.nodes.get(key)?.input)
  }

  /** The value of a stored payload, also of one that is kept apart. */
  payloadOf(stored: StoredPayload | null | undefined): unknown {
    if (!stored) return undefined
    if ('value' in stored) return stored.value === undefined ? undefined : JSON.parse(JSON.stringify(stored.value))
    const body = this.blobs.get(stored.blob)
    if (body === undefined) this.around.breaks(`the value ${stored.blob} is nowhere`)
    return JSON.parse(body ?? 'null')
  }

  // Checkpoints.

  commit(checkpoint: Checkpoint): CheckpointResult {
    const run = checkpoint.birth ? this.bear(checkpoint, checkpoint.birth) : this.runs.get(checkpoint.runId)
    if (!run) return { lost: true }
    const { row } = run
    if (row.leaseOwner !== checkpoint.owner) return { lost: true }
    if (row.leaseEpoch !== checkpoint.epoch) return { lost: true }
    if (row.lastSeq !== checkpoint.expectedSeq) return { lost: true }
    const { ended } = checkpoint
    if (ended && row.commandSeq > checkpoint.commandsApplied) return { lost: false, overtaken: true }
    this.judge(run, checkpoint)
    for (const event of checkpoint.events) run.events.push(JSON.stringify(event))
    for (const { id, body } of checkpoint.blobs) this.blobs.set(id, body)
    for (const node of checkpoint.nodes) upsert(run.nodes, node)
    row.lastSeq += checkpoint.events.length
    row.status = checkpoint.status
    row.commandApplied = checkpoint.commandsApplied
    run.waitingFor = checkpoint.waitingFor
    if (ended || (checkpoint.release && row.commandSeq === checkpoint.commandsApplied)) {
      row.leaseOwner = null
      run.holder = undefined
    }
    if (ended) {
      run.endedAtMs = this.around.nowMs()
      run.output = ended.output
    } else {
      for (const wait of checkpoint.waits) this.openWait(run, wait)
    }
    if (checkpoint.tellsParent) this.around.addJob('settle_child', row.id, this.around.nowMs())
    this.cancelWaits(checkpoint)
    run.updatedAtMs = this.around.nowMs()
    return { lost: false, released: row.leaseOwner === null, commandSeq: row.commandSeq }
  }

  /** A run that is made by its first checkpoint. Undefined: there is one of this id. */
  private bear({ owner, epoch, runId }: Checkpoint, birth: NonNullable<Checkpoint['birth']>): StoredRun | undefined {
    if (this.runs.has(runId)) return undefined
    const event = {
      type: 'run_started',
      actor: { kind: 'system', name: '' },
      trigger: '',
      version_number: null,
    } as const
    const row = rowOf({ ...birth, event, owner }, birth.createdAt)
    const run = this.keep(birth, { ...row, lastSeq: 0, leaseEpoch: epoch }, [])
    run.holder = { owner, epoch }
    return run
  }

  /** After an unknown outcome: whether this checkpoint stands. */
  findCommitted(checkpoint: Checkpoint): CheckpointResult | undefined {
    const row = this.runs.get(checkpoint.runId)?.row
    const lastSeq = checkpoint.expectedSeq + checkpoint.events.length
    if (row?.leaseEpoch !== checkpoint.epoch || row.lastSeq !== lastSeq) return undefined
    if (row.leaseOwner !== null && row.leaseOwner !== checkpoint.owner) return undefined
    return { lost: false, released: row.leaseOwner === null, commandSeq: row.commandSeq }
  }

  // Commands and waits.

  readCommands(runId: Id, applied: number): StoredCommand[] {
    const commands = this.runs.get(runId)?.commands ?? []
    return commands.slice(applied).map((text, index) => ({ ...JSON.parse(text), seq: applied + index + 1 }))
  }

  /** Null: there is no such run, or it has ended. `taken`: it was free, and is leased to `by` now. */
  submit(runId: Id, commands: RunCommand[], by: Taker): Commanded | null {
    const run = this.runs.get(runId)
    if (!run || isTerminal(run.row.status)) return null
    const { row } = run
    const ends = commands.some(({ kind }) => kind === 'stop' || kind === 'timeout')
    const isFree = this.isFree(run)
    const taken = isFree && by.owner !== null && (ends || run.workflowCap === by.cap)
    row.commandSeq += commands.length
    run.commands.push(...commands.map((command) => JSON.stringify(command)))
    run.updatedAtMs = this.around.nowMs()
    const queued = isFree && !taken
    if (taken && by.owner !== null) this.lease(run, by.owner, row.leaseOwner !== null)
    if (queued) {
      row.leaseEpoch += 1
      run.holder = undefined
      this.enqueue(runId, ends ? Number.NEGATIVE_INFINITY : (run.queuedAtMs ?? this.around.nowMs()))
    }
    return { ...row, taken, queued }
  }

  /** The one update that decides a wait. Null: it was not open, its time had come or not come, or the run has ended. */
  resolve(waitId: Id, actor: Actor, userId: Id | null, outcome: WaitOutcome, by: Taker): Commanded | null {
    const wait = this.waits.get(waitId)
    const run = wait && this.runs.get(wait.runId)
    if (!wait || !run || wait.state !== 'open' || isTerminal(run.row.status)) return null
    const isDue = wait.dueAt !== null && wait.dueAt.getTime() <= this.around.nowMs()
    if (outcome.kind === 'fired' ? !isDue : isDue) return null
    const resolvedAt = new Date(this.around.nowMs())
    Object.assign(wait, { state: 'resolved', outcome, resolvedBy: actor.name, resolvedByUserId: userId, resolvedAt })
    const { nodeId, path, kind: waitKind } = wait
    return this.submit(wait.runId, [{ kind: 'resolve', waitId, nodeId, path, waitKind, actor, outcome }], by)
  }

  /** Nobody can answer a wait of a run that has ended, or of what was cut off; a child run that was waited for is stopped. */
  private cancelWaits({ runId, ended, closedWaits }: Checkpoint): void {
    for (const wait of this.waits.values()) {
      if (wait.runId !== runId || wait.state !== 'open' || !(ended || closedWaits.includes(wait.id))) continue
      Object.assign(wait, { state: 'cancelled', resolvedAt: new Date(this.around.nowMs()) })
      if (wait.kind === 'child') this.around.addJob('stop_child', wait.id, this.around.nowMs())
    }
  }

  /** The run that a wait asked for. */
  childOf(waitId: Id | null | undefined): StoredRun | undefined {
    if (waitId == null) return undefined
    return [...this.runs.values()].find(({ row }) => row.parentWaitId === waitId)
  }

  readWait(id: Id): WaitRow | null {
    const wait = this.waits.get(id)
    return wait ? { ...wait } : null
  }

  findOverdueWaits(lateMs: number, limit: number): WaitRow[] {
    const before = this.around.nowMs() - lateMs
    const overdue = [...this.waits.values()].filter(
      (wait) => wait.state === 'open' && wait.dueAt !== null && wait.dueAt.getTime() < before,
    )
    return overdue.slice(0, limit).map((wait) => ({ ...wait }))
  }

  // Inside.

  private isFree({ row }: StoredRun): boolean {
    return row.leaseOwner === null || !this.isLeased(row.leaseOwner)
  }

  private lease(run: StoredRun, owner: Id, isRecovery: boolean): void {
    run.row.leaseOwner = owner
    run.row.leaseEpoch += 1
    run.queuedAtMs = null
    if (isRecovery) run.row.recoveries += 1
    run.updatedAtMs = this.around.nowMs()
    run.holder = { owner, epoch: run.row.leaseEpoch }
  }

  private enqueue(runId: Id, atMs = this.around.nowMs()): void {
    const run = this.runs.get(runId)
    if (!run) return
    run.queuedAtMs = atMs
    this.around.addJob('dispatch_team', run.row.teamId, this.around.nowMs())
  }

  private queued(teamId: Id): StoredRun[] {
    return [...this.runs.values()]
      .filter(({ row, queuedAtMs }) => row.teamId === teamId && queuedAtMs !== null)
      .sort(byQueue)
  }

  private openWait({ row, workflowCap }: StoredRun, wait: Checkpoint['waits'][number]): void {
    const dueAt = wait.dueAt === undefined ? null : new Date(wait.dueAt)
    if (wait.kind === 'timer') this.around.judgeTimer(`${row.id}:${wait.nodeKey}`, Date.parse(wait.dueAt))
    this.waits.set(wait.id, {
      id: wait.id,
      runId: row.id,
      teamId: row.teamId,
      workflowId: row.workflowId,
      workflowCap,
      runStatus: row.status,
      nodeKey: wait.nodeKey,
      nodeId: wait.nodeId,
      path: wait.path,
      kind: wait.kind,
      request: wait.request as Record<string, unknown>, // one shape per kind, read back by kind
      shownHash: wait.shownHash,
      dueAt,
      state: 'open',
      outcome: null,
      resolvedBy: null,
      resolvedByUserId: null,
      createdAt: new Date(this.around.nowMs()),
      resolvedAt: null,
    })
    if (dueAt) this.around.addJob('fire_timer', wait.id, dueAt.getTime())
    if (wait.kind === 'child') this.around.addJob('start_child', wait.id, this.around.nowMs())
  }

  /** What the statement let through, measured by who really holds the run. */
  private judge(run: StoredRun, checkpoint: Checkpoint): void {
    const { owner, epoch, events } = checkpoint
    const { holder, row } = run
    if (holder?.owner !== owner || holder.epoch !== epoch)
      this.around.breaks(`a zombie's write to run ${row.id} was accepted`)
    this.around.judgeCheckpoint(row, checkpoint)
    if (isTerminal(row.status)) this.around.breaks(`run ${row.id} had ended and was written to`)
    events.forEach((event, index) => {
      if (event.seq !== row.lastSeq + 1 + index)
        this.around.breaks(`the log of run ${row.id} has a gap at ${event.seq}`)
    })
  }
}
