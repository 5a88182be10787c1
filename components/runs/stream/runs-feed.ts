import { urlOf } from '@/lib/api/client/call'
import { contracts } from '@/lib/api/contracts/routes'
import { type RunsFrame, runsFrameSchema } from '@/lib/live/frames'
import { type Connection, followStream } from './follow-stream'
import { whileVisible } from './while-visible'

/**
 * One live feed of the team's runs per browser, not per tab and not per component: of the visible tabs, the one that holds
 * the lock is connected and tells the others. Frames are not replayed, so after every (re)connection readers read again:
 * `resync`. Without Web Locks (plain HTTP on another host) each tab connects by itself.
 */
export interface RunsListener {
  onFrame(frame: RunsFrame): void
  /** Frames may have been missed: read what is on the screen again. */
  onResync(): void
  onConnection(connection: Connection): void
}

type Message = { type: 'frame'; frame: RunsFrame } | { type: 'connection'; connection: Connection } | { type: 'hello' }

const NAME = 'countersign:runs'
const CONNECTING: Connection = { state: 'connecting' }

const listeners = new Set<RunsListener>()
let connection: Connection = CONNECTING
let running: AbortController | undefined

/** Starts with the first listener and stops with the last. */
export function subscribeToRuns(listener: RunsListener): () => void {
  listeners.add(listener)
  listener.onConnection(connection)
  if (!running) {
    running = new AbortController()
    whileVisible(share, running.signal)
  }
  return () => {
    listeners.delete(listener)
    // A page change takes all listeners away and brings others in the same tick.
    setTimeout(() => {
      if (listeners.size > 0 || !running) return
      running.abort()
      running = undefined
      connection = CONNECTING
    }, 1_000)
  }
}

function emitConnection(next: Connection): void {
  const isNew = next.state === 'live' && connection.state !== 'live'
  connection = next
  for (const listener of listeners) {
    listener.onConnection(next)
    if (isNew) listener.onResync()
  }
}

function emitFrame(frame: RunsFrame): void {
  for (const listener of listeners) listener.onFrame(frame)
}

function share(signal: AbortSignal): void {
  emitConnection(CONNECTING)
  if (typeof navigator.locks === 'undefined' || typeof BroadcastChannel === 'undefined') {
    connect(signal, emitFrame, emitConnection)
    return
  }
  const channel = new BroadcastChannel(NAME)
  const post = (message: Message) => channel.postMessage(message)
  let leads = false
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === 'frame') emitFrame(data.frame)
    else if (data.type === 'connection' && !leads) emitConnection(data.connection)
    else if (data.type === 'hello' && leads) post({ type: 'connection', connection })
  }
  signal.addEventListener('abort', () => channel.close())
  post({ type: 'hello' })
  navigator.locks
    .request(NAME, { signal }, () => {
      leads = true
      // From the old leader's end to here nobody listened: "connecting" makes the next "live" a resync for everybody.
      emitConnection(CONNECTING)
      post({ type: 'connection', connection: CONNECTING })
      return connect(
        signal,
        (frame) => {
          emitFrame(frame)
          post({ type: 'frame', frame })
        },
        (next) => {
          emitConnection(next)
          if (!signal.aborted) post({ type: 'connection', connection: next })
        },
      )
    })
    .catch(() => undefined) // aborted while waiting for the lock
}

/** Resolves when the signal aborts or the server refuses for good. */
function connect(
  signal: AbortSignal,
  onFrame: (frame: RunsFrame) => void,
  onConnection: (connection: Connection) => void,
): Promise<void> {
  return followStream({
    request: () => ({ url: urlOf(contracts.listRuns), lastEventId: '' }),
    onData: (data) => onFrame(runsFrameSchema.parse(JSON.parse(data))),
    onConnection,
    isComplete: () => false,
    signal,
  })
}
