import { sseParser } from './sse-parser'

/** What a person may be told about a live connection. Never "live" before the server has answered. */
export type Connection =
  | { state: 'connecting' }
  | { state: 'live' }
  | { state: 'reconnecting'; attempt: number; retryAtMs: number }
  /** The log is complete: nothing more will come. */
  | { state: 'ended' }
  /** The server said no, and asking again would not help. */
  | { state: 'refused'; status: number; message: string }

export interface FollowPorts {
  fetch: typeof fetch
  /** Resolves after `ms`, at once when the signal aborts. */
  delay(ms: number, signal: AbortSignal): Promise<void>
  random(): number
  nowMs(): number
}

export interface FollowOptions {
  /** Asked before every connection, so that it resumes where the fold stands. `lastEventId` empty: from the start. */
  request(): { url: string; lastEventId: string }
  /** Throws when the message cannot be used (a gap in the log): the connection is given up and opened again at the cursor. */
  onData(data: string): void
  onConnection(connection: Connection): void
  /** True after the terminal event: the stream ends for good. */
  isComplete(): boolean
  signal: AbortSignal
  ports?: FollowPorts
}

/** The server sends a comment at least every 15 s; a silence of three of them is a dead connection that TCP has not noticed. */
export const SILENCE_MS = 45_000
const FIRST_RETRY_MS = 500
const MAX_RETRY_MS = 15_000

/**
 * Follows one stream until it is complete, refused or aborted, reconnecting with jittered backoff in between.
 * The caller owns the cursor: every connection resumes at what was folded, so nothing is missed and nothing comes twice.
 */
export async function followStream(options: FollowOptions): Promise<void> {
  const { signal, onConnection, isComplete } = options
  const ports = options.ports ?? browserPorts
  let failures = 0
  onConnection({ state: 'connecting' })
  while (!signal.aborted) {
    const outcome = await connectOnce(options, ports, () => {
      failures = 0
      onConnection({ state: 'live' })
    })
    if (signal.aborted) return
    if (isComplete()) return onConnection({ state: 'ended' })
    if (outcome) return onConnection({ state: 'refused', ...outcome })
    failures += 1
    const waitMs = retryDelayMs(failures, ports.random())
    onConnection({ state: 'reconnecting', attempt: failures, retryAtMs: ports.nowMs() + waitMs })
    await ports.delay(waitMs, signal)
  }
}

/** Doubles from half a second to 15 s; "full jitter" over the upper half, so tabs do not come back in step. */
export function retryDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1))
  return Math.round(ceiling / 2 + (ceiling / 2) * random)
}

/** One connection from opening to its end. Answers the refusal when trying again makes no sense. */
async function connectOnce(
  options: FollowOptions,
  ports: FollowPorts,
  onOpen: () => void,
): Promise<{ status: number; message: string } | undefined> {
  const attempt = new AbortController()
  const stop = () => attempt.abort()
  options.signal.addEventListener('abort', stop)
  let watchdog: ReturnType<typeof setTimeout> | undefined
  const alive = () => {
    clearTimeout(watchdog)
    watchdog = setTimeout(stop, SILENCE_MS)
  }
  try {
    alive()
    const { url, lastEventId } = options.request()
    const headers: Record<string, string> = { accept: 'text/event-stream' }
    if (lastEventId !== '') headers['last-event-id'] = lastEventId
    const response = await ports.fetch(url, { headers, cache: 'no-store', signal: attempt.signal })
    if (!response.ok || !response.body) return await refusalOf(response)
    onOpen()
    const parse = sseParser((message) => options.onData(message.data))
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return undefined
      alive()
      parse(value)
      if (options.isComplete()) return undefined
    }
  } catch {
    return undefined
  } finally {
    clearTimeout(watchdog)
    attempt.abort()
    options.signal.removeEventListener('abort', stop)
  }
}

/** 4xx is about the request and stays; 408, 429 and 5xx pass, so they are worth another attempt. */
async function refusalOf(response: Response): Promise<{ status: number; message: string } | undefined> {
  const { status } = response
  if (status < 400 || status >= 500 || status === 408 || status === 429) {
    await response.body?.cancel()
    return undefined
  }
  const problem: unknown = await response.json().catch(() => undefined)
  const message =
    typeof problem === 'object' && problem !== null && 'message' in problem && typeof problem.message === 'string'
      ? problem.message
      : `The server answered ${status}.`
  return { status, message }
}

const browserPorts: FollowPorts = {
  fetch: (input, init) => fetch(input, init),
  random: () => Math.random(),
  nowMs: () => Date.now(),
  delay: (ms, signal) =>
    new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer)
        removeEventListener('online', finish)
        signal.removeEventListener('abort', finish)
        resolve()
      }
      const timer = setTimeout(finish, ms)
      // The network came back: there is no reason to sit out the rest of the pause.
      addEventListener('online', finish)
      signal.addEventListener('abort', finish)
    }),
}
