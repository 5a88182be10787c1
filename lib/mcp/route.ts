import { createMcpHandler, isLegacyRequest, type Server } from '@modelcontextprotocol/server'
import { mcpContract } from '../api/contracts/mcp'
import { type Answer, problemAnswer, toResponse } from '../api/server/answer'
import { problemOf } from '../api/server/problem'
import { readBody } from '../api/server/read-body'
import { requestIdOf } from '../api/server/request-headers'
import type { Route } from '../api/server/route'
import { authenticate } from '../auth/authenticate'
import { knownAddress } from '../auth/client-address'
import { mcpResource } from '../auth/oauth/metadata'
import type { Principal } from '../auth/principal'
import { countCall } from '../auth/rate-limit'
import { limitOf, publicUrl } from '../env'
import { AppError } from '../errors'
import { log } from '../log'
import { answerLegacy } from './answer-legacy'
import { makeMcpServer } from './server'

/** What is served: a server for one request of one caller. */
type MakeServer = (principal: Principal) => Server

export const mcpRoute = makeMcpRoute(makeMcpServer)

/**
 * MCP over Streamable HTTP, stateless: both protocol revisions of the SDK, a fresh server per request. Who calls is told by a
 * header and never by a cookie, and a browser of another origin is refused before anything is read.
 */
export function makeMcpRoute(makeServer: MakeServer): Route {
  const answer: Route['respond'] = (request, _params, peer) => respond(makeServer, request, peer)
  return {
    id: mcpContract.id,
    method: 'POST',
    paths: ['/api/mcp'],
    contract: mcpContract,
    permission: mcpContract.permission,
    respond: answer,
    handle: async (request, params) => toResponse(await answer(request, params)),
  }
}

async function respond(makeServer: MakeServer, request: Request, peer?: string): Promise<Answer> {
  const requestId = requestIdOf(request)
  try {
    refuseForeignOrigin(request)
    const cameBy = { id: requestId, address: knownAddress(request.headers, peer) }
    const principal = { ...(await callerOf(request)), request: cameBy }
    await countCall(principal)
    const body = await readBody(request, limitOf('request_body'))
    const response = await answerMcp(makeServer, request, body, principal)
    return answerOf(response, requestId)
  } catch (error) {
    const problem = problemOf(error, requestId)
    const challenge: Record<string, string> = problem.status === 401 ? { 'WWW-Authenticate': challengeOf() } : {}
    return problemAnswer({ ...problem, headers: { ...problem.headers, ...challenge } }, requestId)
  }
}

/** The cookie of a browser is never what an agent calls with. */
function callerOf(request: Request): Promise<Principal> {
  const headers = new Headers(request.headers)
  headers.delete('cookie')
  return authenticate({ headers, method: request.method }, { audience: mcpResource() })
}

/**
 * Programs send no Origin; a page may call only from the origin of this installation. A name in Host that is neither the
 * public one nor this machine's may be one that somebody else's DNS points here, and then the page is theirs.
 */
function refuseForeignOrigin(request: Request): void {
  const origin = request.headers.get('origin')
  if (origin === null) return
  const host = request.headers.get('host') ?? ''
  const isOwn =
    origin === new URL(publicUrl()).origin ||
    (isOutOfReachOfDns(host) && (origin === `http://${host}` || origin === `https://${host}`))
  if (!isOwn) throw new AppError('cross_site', 'Pages of another origin may not call this server.')
}

/** `localhost` and addresses, with or without a port: no DNS answers for them. */
function isOutOfReachOfDns(host: string): boolean {
  return /^(localhost|[\d.]+|\[[\da-f:.]+\])(:\d+)?$/i.test(host)
}

function challengeOf(): string {
  return `Bearer resource_metadata="${publicUrl()}/.well-known/oauth-protected-resource/api/mcp"`
}

async function answerMcp(
  makeServer: MakeServer,
  request: Request,
  body: Uint8Array,
  principal: Principal,
): Promise<Response> {
  const forwarded = new Request(request.url, {
    method: 'POST',
    headers: request.headers,
    body: new Uint8Array(body),
    signal: request.signal,
  })
  const message = messageIn(body)
  if (message === undefined || (await isLegacyRequest(forwarded, message))) {
    return answerLegacy(() => makeServer(principal), { request: forwarded, message, principal })
  }
  const handler = createMcpHandler(() => makeServer(principal), {
    legacy: 'reject',
    onerror: (error) => log.debug({ err: String(error) }, 'an MCP request was refused'),
  })
  return handler.fetch(forwarded, { parsedBody: message })
}

/** undefined where it is no JSON, which the transport says in the way of the protocol. */
function messageIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString())
  } catch {
    return undefined
  }
}

function answerOf(response: Response, requestId: string): Answer {
  const headers: Record<string, string> = {
    'Cache-Control': 'private, no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-ID': requestId,
  }
  for (const [name, value] of response.headers) {
    if (!['cache-control', 'content-length', 'transfer-encoding', 'connection'].includes(name)) headers[name] = value
  }
  return { status: response.status, headers, body: response.body === null ? null : textOf(response.body) }
}

async function* textOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      yield decoder.decode(value, { stream: true })
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}
