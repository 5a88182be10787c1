import type { EventType, RunEvent } from '../engine/events'
import type { Frame } from './frames'

/** Proxies cut a connection that says nothing; a comment at least this often keeps it. */
export const HEARTBEAT_MS = 15_000
/** How often the caller's rights are asked for again while a stream is open. */
export const REVALIDATE_MS = 2_500
/** What a client waits before it connects again. */
const RETRY_MS = 2_000

/** Headers of an event stream. `X-Accel-Buffering` asks proxies in between to pass every frame on at once. */
export const SSE_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'private, no-store, no-transform',
  'X-Accel-Buffering': 'no',
} as const

const ENDINGS: readonly EventType[] = ['run_completed', 'run_failed', 'run_cancelled', 'run_timed_out', 'run_aborted']

/** Nothing follows this frame: the run has ended. */
export function isLastFrame(frame: Frame): boolean {
  return frame.kind === 'event' && ENDINGS.includes(frame.event.type)
}

/**
 * One frame as text. Only durable events have an id, so `Last-Event-ID` is always a place in the log; a reset sets it back to
 * the start. JSON holds no line break, so every frame is one `data:` line.
 */
export function encodeFrame(frame: Frame): string {
  if (frame.kind === 'event') return encodeEvent(frame.event)
  if (frame.kind === 'message') return `event: message\n${dataOf(frame.message)}`
  const data = dataOf(frame)
  return frame.kind === 'reset' ? `id: 0\nevent: reset\n${data}` : `event: ${frame.kind}\n${data}`
}

/** All watchers of a run are told the same event: it is written once for all of them. */
const written = new WeakMap<RunEvent, string>()

function encodeEvent(event: RunEvent): string {
  const known = written.get(event)
  if (known !== undefined) return known
  const text = `id: ${event.seq}\nevent: ${event.type}\n${dataOf({ kind: 'event', event })}`
  written.set(event, text)
  return text
}

function dataOf(said: object): string {
  return `data: ${JSON.stringify(said)}\n\n`
}

export interface EventStreamOptions {
  /** The source: what came together, in order. It is asked for more only when the reader has taken what came before. */
  frames: AsyncGenerator<readonly Frame[], void, undefined>
  /** Whether the caller would still be let in. A stream ends when it says no, or cannot say anything twice in a row. */
  isAllowed(): Promise<boolean>
  /** Ends the source; called once, however the stream ends. */
  close(): void
  heartbeatMs?: number
  revalidateMs?: number
}

/**
 * The text of an event stream: a retry hint, the frames, a comment in every silence, and the end when the run has ended or
 * the caller's rights have.
 */
export async function* eventStream(options: EventStreamOptions): AsyncGenerator<string, void, undefined> {
  const { frames, heartbeatMs = HEARTBEAT_MS, revalidateMs = REVALIDATE_MS } = options
  const alarm = newAlarm()
  const beat = setInterval(() => alarm.ring('beat'), heartbeatMs)
  const check = setInterval(() => alarm.ring('check'), revalidateMs)
  let doubts = 0
  let next = ask(frames, alarm)
  try {
    yield `retry: ${RETRY_MS}\n\n`
    for (;;) {
      const rung = await alarm.wait()
      if (rung.has('check')) {
        const allowed = await options.isAllowed().catch(() => undefined)
        doubts = allowed === undefined ? doubts + 1 : 0
        if (allowed === false || doubts > 1) return
      }
      if (next.result !== undefined) {
        const { done, value } = next.result
        if (done) return
        yield value.map(encodeFrame).join('')
        if (value.some(isLastFrame)) {
          yield ': the run has ended\n\n'
          return
        }
        next = ask(frames, alarm)
      } else if (next.failure !== undefined) {
        throw next.failure.error
      } else if (rung.has('beat')) {
        yield ': still here\n\n'
      }
    }
  } finally {
    clearInterval(beat)
    clearInterval(check)
    options.close()
    frames.return().catch(() => undefined) // it may be in the middle of something that nobody wants any more
  }
}

type Reason = 'frame' | 'beat' | 'check'

interface Alarm {
  ring(reason: Reason): void
  /** Everything that rang since the last time; waits for the first when nothing did. */
  wait(): Promise<Set<Reason>>
}

/** One waiter, many reasons: unlike a race of promises it leaves nothing behind in a stream that is silent for days. */
function newAlarm(): Alarm {
  let rung = new Set<Reason>()
  let wake: (() => void) | undefined
  return {
    ring(reason) {
      rung.add(reason)
      wake?.()
    },
    async wait() {
      if (rung.size === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        wake = undefined
      }
      const heard = rung
      rung = new Set()
      return heard
    },
  }
}

interface Asked<Frames> {
  result: IteratorResult<Frames, void> | undefined
  failure: { error: unknown } | undefined
}

function ask<Frames>(frames: AsyncGenerator<Frames, void, undefined>, alarm: Alarm): Asked<Frames> {
  const asked: Asked<Frames> = { result: undefined, failure: undefined }
  frames.next().then(
    (result) => {
      asked.result = result
      alarm.ring('frame')
    },
    (error: unknown) => {
      asked.failure = { error }
      alarm.ring('frame')
    },
  )
  return asked
}
