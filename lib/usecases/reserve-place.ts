import { type LocalWorker, localWorker, type Place } from '../db/local-worker'
import { countQueuedRuns } from '../db/run-queue'
import { insertRun, type NewRun } from '../db/runs'
import { limitOf } from '../env'
import { AppError } from '../errors'
import type { Id } from '../ids'

/** How long a request waits in memory for a free slot; nothing was accepted yet, so nothing can be lost. */
const PATIENCE_MS = 100
/** … and one that would be refused, while workers of other processes are asked for slots that lie idle there. */
const PATIENCE_BEFORE_REFUSAL_MS = 500
/** Runs are short mostly: a slot may be free again as soon as this. */
const RETRY_AFTER_SECONDS = 1

/**
 * A place for a run that is about to be made, in the worker of this process. Null: it is to be queued. Throws
 * `concurrency_limit` with the `level` that is full, for a workflow that rejects what is over its limit.
 */
export async function reservePlace(
  run: NewRun,
  onLimit: 'queue' | 'reject',
): Promise<{ worker: LocalWorker; place: Place } | null> {
  const worker = localWorker()
  if (!worker) return null
  const { teamId, workflowId, workflowCap } = run
  const reserved = worker.reserve({
    teamId,
    workflow: workflowCap === null ? null : { workflowId, cap: workflowCap },
    patienceMs: onLimit === 'reject' ? PATIENCE_BEFORE_REFUSAL_MS : PATIENCE_MS,
    mode: onLimit,
  })
  const place = reserved instanceof Promise ? await reserved : reserved
  if ('release' in place) return { worker, place }
  // A process that is full says nothing about the limits of the workflow: another may have room.
  if (onLimit === 'queue' || place.level === 'process') return null
  const reached =
    place.level === 'workflow'
      ? `The workflow has reached its limit of ${workflowCap} runs at once`
      : 'The team has reached its limit of runs at once'
  throw new AppError('concurrency_limit', `${reached}, and it rejects further ones: try again when one has ended.`, {
    extra: { level: place.level },
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  })
}

/** Makes a run that waits for a free slot. False: not made, the workflow has changed. Throws `queue_full`. */
export async function insertQueued(run: NewRun): Promise<boolean> {
  const leave = await enterQueue(run.teamId)
  try {
    return (await insertRun(run)) !== null
  } finally {
    leave()
  }
}

interface Depth {
  counted: number
  countedAtMs: number
  /** Admitted here and perhaps not counted yet. */
  entering: number
}

const depths = new Map<Id, Depth>()
/** Below this part of the limit a count may be this old; above it each run is counted. */
const NEAR = 0.8
const COUNT_FOR_MS = 1_000
const MAX_REMEMBERED = 10_000

/** Refuses a run that would be one too many in the queue of its team. The answer is called once it is stored, or is not. */
async function enterQueue(teamId: Id): Promise<() => void> {
  const limit = limitOf('queued_runs')
  if (depths.size > MAX_REMEMBERED) depths.clear()
  const depth = depths.get(teamId) ?? { counted: 0, countedAtMs: Number.NEGATIVE_INFINITY, entering: 0 }
  depths.set(teamId, depth)
  const isOld = Date.now() - depth.countedAtMs > COUNT_FOR_MS
  if (isOld || depth.counted + depth.entering >= limit * NEAR) {
    depth.counted = await countQueuedRuns(teamId, limit)
    depth.countedAtMs = Date.now()
  }
  if (depth.counted + depth.entering >= limit) {
    throw new AppError('queue_full', `The team has ${limit} runs waiting already: try again when some have begun.`, {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    })
  }
  depth.entering += 1
  return () => {
    depth.entering -= 1
    depth.counted += 1
  }
}
