import { createMcpHandler, isLegacyRequest, type Server } from '@modelcontextprotocol/server'
import { mcpContract } from '../api/contracts/mcp'
import type { Answer } from '../api/server/answer'
import { readBody } from '../api/server/read-body'
import type { Route } from '../api/server/route'
import type { Principal } from '../auth/principal'
import { limitOf } from '../env'
import { log } from '../log'
import { answerLegacy } from './answer-legacy'
import { mcpDoor } from './door'
import { makeMcpServer } from './server'
import { streamRoute } from './stream-route'
import type { Subscriptions } from './subscriptions'

/** What is served: a server for one request of one caller, with what its client subscribed to where it can subscribe. */
type MakeServer = (principal: Principal, subscriptions?: Subscriptions) => Server

export const mcpRoutes = makeMcpRoutes(makeMcpServer)

/** MCP over Streamable HTTP: both protocol revisions of the SDK, a fresh server per request. */
export function makeMcpRoutes(makeServer: MakeServer): Route[] {
  const callRoute = mcpDoor(mcpContract, async (request, principal, requestId) => {
    const body = await readBody(request, limitOf('request_body'))
    return answerOf(await answerMcp(makeServer, request, body, principal), requestId)
  })
  return [callRoute, streamRoute]
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
    return answerLegacy((subscriptions) => makeServer(principal, subscriptions), {
      request: forwarded,
      message,
      principal,
    })
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
