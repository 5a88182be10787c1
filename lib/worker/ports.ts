import type { Clock } from '../clock'
import type { Reservation, WantedCall } from '../db/call-budget'
import type { Checkpoint, CheckpointResult } from '../db/checkpoints'
import type { ChildEnd, ChildStand } from '../db/child-runs'
import type { StoredCommand } from '../db/commands'
import type { QueuedRun } from '../db/run-queue'
import type { LimitedWorkflow, SlotGrant, SlotScope } from '../db/slots'
import type { WaitRow } from '../db/waits'
import type { RunEvent } from '../engine/events'
import type { WaitOutcome } from '../engine/waits'
import type { Id } from '../ids'
import type { RunnerResult } from '../nodes/runner'
import type { Offer } from './claim-queued'
import type { Program } from './plans'
import type { PreparedNode } from './run-node'

/**
 * Everything between the shell and the world. The shell awaits nothing else, so whoever implements these owns its time,
 * its order and its deaths: `database-world.ts` in production, `lib/simulator` in the proof.
 */
export interface World {
  store: Store
  clock: ShellClock
  chance: Chance
  /** Calls the runner of a prepared node: an effect on the world, or the computation of an inline node. */
  perform(prepared: PreparedNode, signal: AbortSignal): Promise<RunnerResult>
}

/** What a worker reads and writes. Each member is one statement, atomic, and says what it promises in `lib/db`. */
export interface Store {
  loadProgram(definitionId: Id): Promise<Program>
  readLog(runId: Id): AsyncIterable<RunEvent>
  readCommands(runId: Id, applied: number): Promise<StoredCommand[]>
  readNodeOutputs(runId: Id, keys: readonly string[]): Promise<Map<string, unknown>>
  readNodeInput(runId: Id, key: string): Promise<unknown>
  /** Conditional on owner, epoch and last event: `lost`, and nothing written, when any of them is not as expected. */
  commitCheckpoint(checkpoint: Checkpoint): Promise<CheckpointResult>
  /** Sets aside what a call of a model may use from every budget that it counts against. */
  reserveCall(wanted: WantedCall): Promise<Reservation>

  /** Leases queued runs of a team, oldest first; of limited workflows only as many as `offers` says. */
  claimQueuedRuns(
    teamId: Id,
    owner: Id,
    count: number,
    offers: readonly Offer[],
  ): Promise<{ runs: QueuedRun[]; limited: LimitedWorkflow[] }>
  /** Queues what dead workers hold, and what nobody holds although something was asked of it. */
  queueAbandonedRuns(limit: number): Promise<void>
  findQueuedTeams(): Promise<Id[]>
  findRunsWithCommands(owner: Id): Promise<Id[]>
  /** Runs leased to this worker that have not moved for a while: some may be held by nobody in it. */
  findStillRuns(owner: Id): Promise<Id[]>
  /** Absent `runIds`: all that the owner holds. */
  releaseRuns(owner: Id, runIds?: readonly Id[]): Promise<void>

  /** Never more in sum over live workers than the limit. */
  grantSlots(owner: Id, scope: SlotScope, want: number): Promise<SlotGrant>
  setSlots(owner: Id, scope: SlotScope, granted: number): Promise<void>
  findExceededTeams(owner: Id): Promise<{ teamId: Id; excess: number }[]>
  /** To other workers; may be lost. */
  askForSlots(scope: SlotScope, granted: number, isQueued: boolean): void
  tellSlotsFreed(scope: SlotScope): void

  /** What the clock of the store says. */
  readClock(): Promise<number>
  /** Leased on the clock of the store. */
  registerWorker(): Promise<Id>
  /** False: the lease had ended, and never comes back. */
  heartbeat(owner: Id): Promise<boolean>
  retireWorker(owner: Id): Promise<void>
  retireDeadNeighbours(): Promise<void>
  forgetWorkers(): Promise<void>
  freeDeadQueueJobs(): Promise<void>

  /** Makes the run that an open child wait asks for, once. Answers why not, when it cannot be started. */
  startChildRun(wait: WaitRow): Promise<{ runId: Id; code: string; message: string } | null>
  /** The wait that waits for this run. */
  findParentWait(runId: Id): Promise<{ waitId: Id; hasEnded: boolean } | undefined>
  readChildEnd(runId: Id): Promise<ChildEnd>
  readChildStand(runId: Id): Promise<ChildStand>
  /** Asks the run that waits to look how its child stands. */
  tellParent(wait: WaitRow, runId: Id): Promise<void>
  resolveChild(wait: WaitRow, outcome: WaitOutcome & { kind: 'child' | 'refused' }): Promise<void>
  /** Stops the run that a wait, which was cancelled, had asked for. */
  stopChild(waitId: Id): Promise<void>
  findForgottenChildren(limit: number): Promise<{ waitId: Id; childId: Id | null; todo: 'start' | 'settle' | 'stop' }[]>

  readWait(id: Id): Promise<WaitRow | null>
  findOverdueWaits(lateMs: number, limit: number): Promise<WaitRow[]>
  /** False: it was not open, or its time has not come on the clock of the store. */
  fireWait(wait: WaitRow): Promise<boolean>
}

/** The clock of this process. What must be agreed on (leases, due times) is decided on the clock of the store. */
export interface ShellClock extends Clock {
  /** Calls once, after `ms`. The answer calls it off. */
  after(ms: number, work: () => void): () => void
  /** Calls every `ms`. The answer calls it off. */
  every(ms: number, work: () => void): () => void
  /** Resolves after whatever else this process has to do at this moment. */
  breathe(): Promise<void>
  /** Says how many milliseconds have passed since now, also when the process or its machine slept meanwhile. */
  stopwatch(): () => number
  /** The clock of the store said `storeMs` a moment ago: what `nowMs` answers from now on follows it. */
  follow(storeMs: number): void
}

export interface Chance {
  newId(): Id
  /** In [0, 1). */
  random(): number
}

/** The time of an event or a row, as they keep it. */
export function nowIso(clock: Clock): string {
  const nowMs = clock.nowMs()
  if (nowMs !== latest.ms) latest = { ms: nowMs, iso: new Date(nowMs).toISOString() }
  return latest.iso
}

/** Many things happen within a millisecond, and writing a date costs more than most of them. */
let latest = { ms: 0, iso: new Date(0).toISOString() }
