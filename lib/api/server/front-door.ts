import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { getRequestListener, RequestError } from '@hono/node-server'
import { stampConnection } from '../../auth/client-address'
import { AppError } from '../../errors'
import { log } from '../../log'
import { dispatch } from './dispatch'
import { problemOf } from './problem'
import type { Route } from './route'
import { type Match, Router } from './router'
import { routes } from './routes'
import { writeAnswer } from './write-answer'

/** What a fetch callback returns when it has written the answer itself. */
const ALREADY_SENT = new Response(null, { headers: { 'x-hono-already-sent': 'true' } })
/** Everything below these belongs to the API, known or not: Next never sees it. */
const API_ONLY = /^\/(?:(?:api\/)?v1|workflows\/v1)(?:\/|$)/

/**
 * The one HTTP server in front: paths of the API are answered by the route objects directly, at about a twentieth of what
 * Next's route pipeline costs; everything else goes to `next`. Nothing is decided here: authentication is in the routes.
 */
export function createFrontDoor(options: { next: RequestListener; routes?: readonly Route[] }): RequestListener {
  const router = new Router(options.routes ?? routes)
  const answerApi = apiListener()
  return (incoming, outgoing) => {
    const target = incoming.url ?? '/'
    // The absolute form and `*` are for proxies; passed on, they would let a request name a host of its own.
    if (!target.startsWith('/')) return sendProblem(outgoing, 'The request target must be a path.')
    const mark = target.indexOf('?')
    const path = mark < 0 ? target : target.slice(0, mark)
    const match = router.match(incoming.method ?? 'GET', path)
    if (match === undefined && !API_ONLY.test(path)) {
      stampConnection(incoming) // pages see no socket; the limit on signing in needs the address
      return options.next(incoming, outgoing)
    }
    answerApi(incoming, outgoing, match)
  }
}

type ApiListener = (incoming: IncomingMessage, outgoing: ServerResponse, match: Match | undefined) => void

function apiListener(): ApiListener {
  const matches = new WeakMap<object, Match>()
  const listener = getRequestListener(
    async (request, { incoming, outgoing }) => {
      const answer = await dispatch(request, matches.get(incoming), incoming.socket.remoteAddress)
      try {
        // This listener is only ever mounted on node:http, never on HTTP/2.
        await writeAnswer(outgoing as ServerResponse, answer, { head: request.method === 'HEAD' })
      } catch (error) {
        log.error({ err: error, requestId: answer.headers['X-Request-ID'] }, 'an answer could not be written')
        outgoing.destroy()
      }
      return ALREADY_SENT
    },
    {
      // Next has its own idea of the global Request and Response; it must not be changed under it.
      overrideGlobalObjects: false,
      hostname: 'localhost',
      errorHandler: unreadableRequest,
    },
  )
  return (incoming, outgoing, match) => {
    if (match !== undefined) matches.set(incoming, match)
    void listener(incoming, outgoing)
  }
}

/** A Host header or URL that cannot be read: the request never becomes one. */
function unreadableRequest(error: unknown): Response {
  const { status, document, headers } = badRequest(
    error instanceof RequestError ? `${error.message}.` : 'The request cannot be read.',
  )
  return new Response(JSON.stringify(document), {
    status,
    headers: { ...headers, 'Content-Type': 'application/problem+json' },
  })
}

function sendProblem(outgoing: ServerResponse, message: string): void {
  const { status, document, headers } = badRequest(message)
  outgoing.writeHead(status, { ...headers, 'Content-Type': 'application/problem+json', Connection: 'close' })
  outgoing.end(JSON.stringify(document))
}

function badRequest(message: string) {
  return problemOf(new AppError('invalid_request', message), crypto.randomUUID())
}
