import { readEvents } from '../db/events'
import { type RunChange, subscribe, subscribeDeltas } from '../db/notify'
import { readRunPulse } from '../db/run-pulse'
import type { RunEvent } from '../engine/events'
import type { Id } from '../ids'
import type { RunFrame } from './frames'
import { isLastFrame } from './sse'

const PAGE = 200
/** What is held for a reader that does not read; beyond it events are read from the log again, and model text is lost. */
const MAX_HELD = 1_000
/** Without any sign, the log is looked at again after this long: a notification may have been lost with its connection. */
const LOOK_AGAIN_MS = 15_000

/**
 * Follows the log of a run from after `after`: what is there already, then what comes, each event once and in order; text
 * of models in between. Ends after the terminal event, or when `signal` is aborted. A cursor beyond the log answers `reset`.
 * Subscribes before it reads, so nothing falls between; what comes in memory is used only when it fits the cursor exactly.
 * Frames that are there at the same time come together, at most {@link PAGE} of them.
 */
export async function* watchRun(options: {
  runId: Id
  after: number
  signal: AbortSignal
}): AsyncGenerator<RunFrame[], void> {
  const { runId, signal } = options
  let cursor = options.after
  /** Events of commits of this process and text of models, as they came. */
  const inbox: RunFrame[] = []
  let mustRead = true
  let wake = () => {}
  const unsubscribe = [
    subscribe(`run:${runId}`, {
      change: (change: RunChange) => {
        if (change.events && inbox.length < MAX_HELD) inbox.push(...change.events.map(eventFrame))
        else mustRead = true
        wake()
      },
      resync: () => {
        mustRead = true
        wake()
      },
    }),
    subscribeDeltas(runId, (delta) => {
      if (inbox.length < MAX_HELD) inbox.push({ kind: 'delta', ...delta })
      wake()
    }),
  ]
  const onAbort = () => wake()
  signal.addEventListener('abort', onAbort)
  try {
    if (cursor > 0 && (await isBeyond(runId, cursor))) {
      yield [{ kind: 'reset', reason: 'The log of this run is shorter than the cursor.' }]
      cursor = 0
    }
    while (!signal.aborted) {
      const isRead: boolean = mustRead
      mustRead = false // before the read: what is told meanwhile may not be in its answer
      const told = inbox.splice(0, PAGE)
      const frames: RunFrame[] = isRead ? (await readEvents(runId, cursor, PAGE)).map(eventFrame) : told
      mustRead ||= isRead && frames.length === PAGE
      const next: RunFrame[] = []
      for (const frame of frames) {
        if (frame.kind === 'event') {
          const { seq } = frame.event
          if (seq <= cursor) continue
          if (!isRead && seq !== cursor + 1) {
            mustRead = true
            break
          }
          cursor = seq
        }
        next.push(frame)
      }
      if (next.length > 0) yield next
      if (next.some(isLastFrame)) return
      if (mustRead || inbox.length > 0 || signal.aborted) continue
      const isSilent = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(true), LOOK_AGAIN_MS)
        wake = () => {
          clearTimeout(timer)
          resolve(false)
        }
      })
      mustRead ||= isSilent
    }
  } finally {
    for (const off of unsubscribe) off()
    signal.removeEventListener('abort', onAbort)
  }
}

function eventFrame(event: RunEvent): RunFrame {
  return { kind: 'event', event }
}

async function isBeyond(runId: Id, cursor: number): Promise<boolean> {
  await readRunPulse(runId)
  return (await readEvents(runId, cursor - 1, 1)).length === 0
}
