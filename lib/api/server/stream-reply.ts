import { framesFor } from '../../auth/act-for'
import { revalidate } from '../../auth/authenticate'
import type { Principal } from '../../auth/principal'
import { AppError } from '../../errors'
import { LIMITS } from '../../limits'
import type { Frame } from '../../live/frames'
import { eventStream, SSE_HEADERS } from '../../live/sse'
import { Reply } from './answer'

/** This process's open streams by caller. Both bundles may hold one; each limit is then per bundle, which still bounds it. */
const open = new Map<string, number>()
let openInAll = 0

/**
 * An answer that follows a source of frames until the run ends, the reader goes, or the caller loses the right to read.
 * Throws `rate_limited` when the caller or this process has too many streams open.
 */
export function streamReply(options: {
  principal: Principal
  request: Request
  frames: (signal: AbortSignal) => AsyncGenerator<Frame[], void, undefined>
}): Reply {
  const { principal, request } = options
  const release = reserve(principal.id)
  const over = new AbortController()
  const stop = () => over.abort()
  if (request.signal.aborted) stop()
  request.signal.addEventListener('abort', stop, { once: true })
  const stream = eventStream({
    frames: framesFor(principal, options.frames(over.signal)),
    isAllowed: () => revalidate(principal),
    close: () => {
      over.abort()
      request.signal.removeEventListener('abort', stop)
      release()
    },
  })
  return new Reply({ raw: stream, headers: SSE_HEADERS })
}

function reserve(callerId: string): () => void {
  const mine = open.get(callerId) ?? 0
  if (mine >= LIMITS.streams_of_caller.value || openInAll >= LIMITS.streams.value) {
    throw new AppError('rate_limited', 'Too many event streams are open. Close some, or read the log as JSON.', {
      retryAfterSeconds: 5,
    })
  }
  open.set(callerId, mine + 1)
  openInAll++
  let isHeld = true
  return () => {
    if (!isHeld) return
    isHeld = false
    openInAll--
    const left = (open.get(callerId) ?? 1) - 1
    if (left > 0) open.set(callerId, left)
    else open.delete(callerId)
  }
}
