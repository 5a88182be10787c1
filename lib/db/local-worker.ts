import type { RunStatus } from '../engine/events'
import type { Id } from '../ids'
import type { RunCommand } from './commands'
import { processSingleton } from './process'
import type { NewRun, RunRow } from './runs'
import type { LimitedWorkflow } from './slots'
import { asEngine } from './team-context'

/** A run may be advanced here: it has its place in this process and its slots. Released when the run is let go; twice is fine. */
export interface Place {
  release(): void
}

/** No place: this process is full or stopping, or the limit of the team or of the workflow is reached. */
export interface Refusal {
  level: 'process' | 'team' | 'workflow'
}

export interface SlotRequest {
  teamId: Id
  /** The workflow and the limit of the definition that the run uses; null: it has none of its own. */
  workflow: LimitedWorkflow | null
  /** How long to wait for a place in memory. Whoever waits has been promised nothing yet. */
  patienceMs: number
  /**
   * When waiting makes no sense. `queue`: others are queued in front. `hurry`: no slot is known to be free. `reject`: no slot
   * can be free, but for those of runs that end at this very moment. `end`: the run only has to be ended, which needs no slot and is never refused by a limit.
   */
  mode: 'queue' | 'hurry' | 'reject' | 'end'
}

/**
 * The one port between use cases and worker, who otherwise meet only in tables: a worker in this process that has a place
 * takes a run at once, lease and all, without a hop through the queue.
 */
export interface LocalWorker {
  /** The lease owner to write into a run that is about to be taken. */
  owner: Id
  /** A place for one run, which whoever gets it uses or releases. */
  reserve(request: SlotRequest): Place | Refusal | Promise<Place | Refusal>
  /** The run is leased to `owner`. `written`: what the same statement wrote for it. */
  take(run: RunRow, place: Place, written: readonly RunCommand[]): void
  /** Makes a run and advances it at once: it becomes durable with its first checkpoint, before anything of it can be seen. */
  begin(run: NewRun, place: Place): BegunRun
  /** A run of this team was stored that wants a worker and has none. */
  noteQueued(teamId: Id): void
  /**
   * Resolves when this worker lets go of a run that it holds, with the status it then has; null when it was lost.
   * Undefined: it does not hold the run.
   */
  letGo(runId: Id): Promise<RunStatus | null> | undefined
  /** Commands were written for a run that this worker may hold. */
  poke(runId: Id): void
}

export interface BegunRun {
  /**
   * Resolves when the run is durable, or false: it was not made, because its workflow is no longer as `run` says, because
   * there is a run of this id, or because the worker stops. Rejects when the database failed; then nothing is known.
   */
  made: Promise<boolean>
  /** As {@link LocalWorker.letGo}. */
  rest: Promise<RunStatus | null>
}

const slot = () => processSingleton<{ worker: LocalWorker | undefined }>('local-worker', () => ({ worker: undefined }))

export function setLocalWorker(worker: LocalWorker | undefined): void {
  slot().worker = worker && outOfRequests(worker)
}

/** Whoever asks: what the worker does from then on, it does for all teams. */
function outOfRequests(worker: LocalWorker): LocalWorker {
  return {
    get owner() {
      return worker.owner
    },
    reserve: (request) => asEngine(() => worker.reserve(request)),
    take: (run, place, log) => asEngine(() => worker.take(run, place, log)),
    begin: (run, place) => asEngine(() => worker.begin(run, place)),
    noteQueued: (teamId) => asEngine(() => worker.noteQueued(teamId)),
    letGo: (runId) => worker.letGo(runId),
    poke: (runId) => asEngine(() => worker.poke(runId)),
  }
}

/** The worker of this process, whether or not it has room. */
export function localWorker(): LocalWorker | undefined {
  return slot().worker
}
