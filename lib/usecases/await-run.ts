import { localWorker } from '../db/local-worker'
import { subscribe } from '../db/notify'
import { type RunPulse, readRunPulse } from '../db/run-pulse'
import { isTerminal, type RunStatus } from '../engine/events'
import type { Id } from '../ids'

/** A run is settled when nothing happens until somebody acts: it ended, is paused, or waits for a person, a program or the clock. */
function isSettled(pulse: RunPulse): boolean {
  if (isTerminal(pulse.status)) return true
  const isAtRest = !pulse.isHeld && pulse.commandsPending === 0
  return isAtRest && (pulse.status === 'paused' || pulse.hasOpenHumanWait)
}

/**
 * Waits until the run ends, pauses, or waits for a person, at most `timeoutMs`. `settled` false: the time was over first
 * (or `signal` was aborted). The run never depends on who waits for it.
 */
export async function awaitRun(options: {
  runId: Id
  timeoutMs: number
  signal?: AbortSignal
  /** Of a run that was started just now, see {@link StartedRun.rest}. */
  rest?: Promise<RunStatus | null>
}): Promise<{ settled: boolean }> {
  const { runId, timeoutMs, signal } = options
  const deadline = Date.now() + timeoutMs
  const letGo = options.rest ?? localWorker()?.letGo(runId)
  if (timeoutMs > 0 && letGo && (await settlesHere(letGo, timeoutMs, signal))) return { settled: true }
  let wake = () => {}
  let isStale = true
  const unsubscribe = subscribe(`run:${runId}`, {
    change: (change) => {
      // Between a commit and a rest there is always another commit, so only these statuses are worth a look.
      if (isTerminal(change.status) || change.status === 'paused' || change.status.startsWith('waiting')) {
        isStale = true
        wake()
      }
    },
    resync: () => {
      isStale = true
      wake()
    },
  })
  const onAbort = () => wake()
  signal?.addEventListener('abort', onAbort)
  try {
    for (;;) {
      if (isStale) {
        isStale = false
        if (isSettled(await readRunPulse(runId))) return { settled: true }
      }
      const leftMs = deadline - Date.now()
      if (leftMs <= 0 || signal?.aborted) return { settled: false }
      if (!isStale) await pause(leftMs, (resolve) => (wake = resolve))
    }
  } finally {
    unsubscribe()
    signal?.removeEventListener('abort', onAbort)
  }
}

/** A run that ends, without a query: the worker of this process holds the run and says how it let it go. */
async function settlesHere(
  letGo: Promise<RunStatus | null>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let stop = () => {}
  const over = new Promise<null>((resolve) => {
    const timer = setTimeout(() => resolve(null), timeoutMs)
    stop = () => {
      clearTimeout(timer)
      resolve(null)
    }
  })
  signal?.addEventListener('abort', stop)
  const status = await Promise.race([letGo, over])
  signal?.removeEventListener('abort', stop)
  stop()
  // What waits for people may wait for those of a sub-workflow, who may just have answered.
  return status !== null && (isTerminal(status) || status === 'paused')
}

function pause(forMs: number, expose: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, forMs)
    expose(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
