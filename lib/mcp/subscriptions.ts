import { ProtocolError, ProtocolErrorCode, type Server } from '@modelcontextprotocol/server'
import type { Principal } from '../auth/principal'
import type { MessageFrame } from '../live/frames'
import { callerOf } from './caller'

/** How many resources one caller, and all callers of this process, may want to be told of. */
const MAX_PER_CALLER = 250
const MAX_IN_ALL = 5_000
/** What a client without a stream wanted to be told of is forgotten after this long. */
const FORGOTTEN_AFTER_MS = 10 * 60_000

/** Calls `changed` whenever the resource has changed, until what it returns is called. */
type Watch = (changed: () => void) => () => void

/** What one client, by its session id, wants its caller to be told of. Kept while there is something, or a stream to tell on. */
interface Session {
  caller: string
  /** By URI: what ends the watching. */
  watched: Map<string, () => void>
  /** What has changed since it was last told. */
  changed: Set<string>
  /** Ends the stream on which it is told; undefined while there is none. */
  endStream: (() => void) | undefined
  /** Called when there is something to tell. */
  wake: () => void
  forgetting: NodeJS.Timeout | undefined
}

const sessions = new Map<string, Session>()

/** The subscriptions of one client of one caller. Nobody else's request gets at them, whatever session id it sends. */
export class Subscriptions {
  readonly #key: string
  readonly #caller: string

  constructor(principal: Principal, sessionId: string) {
    this.#caller = callerOf(principal)
    this.#key = `${this.#caller} ${sessionId}`
  }

  /** Carries `resources/subscribe` and `resources/unsubscribe`. `watchOf` throws for what the caller may not read. */
  serve(server: Server, watchOf: (uri: string) => Watch | Promise<Watch>): void {
    server.setRequestHandler('resources/subscribe', async ({ params }) => {
      this.#add(params.uri, await watchOf(params.uri))
      return {}
    })
    server.setRequestHandler('resources/unsubscribe', ({ params }) => {
      this.#remove(params.uri)
      return {}
    })
  }

  /**
   * Tells what changes, and first what has changed while there was no stream, until `signal` is aborted. A client has one
   * such stream: with a newer one the older ends.
   */
  async *updates(signal: AbortSignal): AsyncGenerator<MessageFrame[], void, undefined> {
    const session = this.#session()
    session.endStream?.()
    clearTimeout(session.forgetting)
    let isOver = signal.aborted
    const end = () => {
      isOver = true
      session.wake()
    }
    session.endStream = end
    signal.addEventListener('abort', end)
    try {
      while (!isOver) {
        if (session.changed.size === 0) {
          await new Promise<void>((resolve) => {
            session.wake = resolve
          })
          continue
        }
        const uris = [...session.changed]
        session.changed.clear()
        yield uris.map(updated)
      }
    } finally {
      signal.removeEventListener('abort', end)
      if (session.endStream === end) {
        session.endStream = undefined
        this.#forgetLater(session)
      }
    }
  }

  #session(): Session {
    const known = sessions.get(this.#key)
    if (known) return known
    const session: Session = {
      caller: this.#caller,
      watched: new Map(),
      changed: new Set(),
      endStream: undefined,
      wake: () => undefined,
      forgetting: undefined,
    }
    sessions.set(this.#key, session)
    return session
  }

  #add(uri: string, watch: Watch): void {
    if (sessions.get(this.#key)?.watched.has(uri)) return
    refuseTooMany(this.#caller)
    const session = this.#session()
    const changed = () => {
      session.changed.add(uri)
      session.wake()
    }
    session.watched.set(uri, watch(changed))
    if (!session.endStream) this.#forgetLater(session)
  }

  #remove(uri: string): void {
    const session = sessions.get(this.#key)
    session?.watched.get(uri)?.()
    session?.watched.delete(uri)
    session?.changed.delete(uri)
    if (session && !session.endStream) this.#forgetLater(session)
  }

  /** At once where there is nothing to tell of. */
  #forgetLater(session: Session): void {
    clearTimeout(session.forgetting)
    if (session.watched.size === 0) sessions.delete(this.#key)
    else session.forgetting = setTimeout(() => this.#forget(session), FORGOTTEN_AFTER_MS).unref()
  }

  #forget(session: Session): void {
    for (const stop of session.watched.values()) stop()
    sessions.delete(this.#key)
  }
}

function refuseTooMany(caller: string): void {
  let ofCaller = 0
  let inAll = 0
  for (const session of sessions.values()) {
    inAll += session.watched.size
    if (session.caller === caller) ofCaller += session.watched.size
  }
  if (ofCaller < MAX_PER_CALLER && inAll < MAX_IN_ALL) return
  throw new ProtocolError(
    ProtocolErrorCode.InvalidRequest,
    `Too many subscriptions: a key, person or grant has at most ${MAX_PER_CALLER}, and all together ${MAX_IN_ALL}. Unsubscribe from some.`,
  )
}

function updated(uri: string): MessageFrame {
  return { kind: 'message', message: { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } } }
}
