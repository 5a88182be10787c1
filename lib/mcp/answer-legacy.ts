import {
  isInitializeRequest,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResponse,
  type JSONRPCMessage,
  type RequestId,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import type { Principal } from '../auth/principal'
import { answerQuestion, closeQuestion, openQuestion } from './open-questions'
import { type Handshake, handshakeOf, sessionIdOf } from './session-id'
import { Subscriptions } from './subscriptions'

/** One request of a revision before 2026-07-28, or the answer to a question of a call that is still open. */
interface LegacyCall {
  request: Request
  /** Its body; undefined where that is no JSON. */
  message: unknown
  principal: Principal
}

/**
 * Answers by a server of its own. In these revisions a server asks in the stream of a call, and the answer is a request of
 * the client's own, which is handed to the open call.
 */
export async function answerLegacy(
  makeServer: (subscriptions?: Subscriptions) => Server,
  call: LegacyCall,
): Promise<Response> {
  const { request, message, principal } = call
  const answers = Array.isArray(message) ? message : [message]
  if (answers.length > 0 && answers.every(isJSONRPCResponse)) {
    const taken = answers.map((answer) => answerQuestion(principal, answer))
    return taken.includes(true) ? new Response(null, { status: 202 }) : refusal(400, 'No open call asked you this.')
  }
  const sent = request.headers.get('mcp-session-id')
  const handshake = sent === null ? undefined : handshakeOf(sent)
  if (sent !== null && !handshake) return refusal(404, 'This server gave no such session: initialize anew.')

  const given = isInitializeRequest(message) ? sessionIdOf(message.params) : undefined
  const sessionId = given ?? sent
  const server = makeServer(sessionId === null ? undefined : new Subscriptions(principal, sessionId))
  const transport = new AskingTransport(principal)
  await server.connect(transport)
  if (handshake) await transport.shakeHands(handshake)
  const end = () => {
    server.close().catch(() => undefined)
  }
  request.signal.addEventListener('abort', end, { once: true })
  const response = await transport.handleRequest(request, { parsedBody: message })
  if (given && response.ok) response.headers.set('Mcp-Session-Id', given)
  return new Response(untilRead(response.body, end), response)
}

/** The official transport, for one request, but that the client is asked by ids under which its answers find back. */
class AskingTransport extends WebStandardStreamableHTTPServerTransport {
  readonly #principal: Principal
  /** By the server's own number of a question: the id that the client sees. */
  readonly #asked = new Map<RequestId, string>()
  #handsShaken: (() => void) | undefined

  constructor(principal: Principal) {
    super({ sessionIdGenerator: undefined })
    this.#principal = principal
  }

  /** Tells a new server what the client said in its handshake, as the client did; what it answers is known. */
  async shakeHands({ protocolVersion, capabilities }: Handshake): Promise<void> {
    const params = { protocolVersion, capabilities, clientInfo: { name: 'client', version: '0' } }
    const answered = new Promise<void>((resolve) => {
      this.#handsShaken = resolve
    })
    this.onmessage?.({ jsonrpc: '2.0', id: 0, method: 'initialize', params })
    await answered
    this.#handsShaken = undefined
  }

  override async send(message: JSONRPCMessage, options?: { relatedRequestId?: RequestId }): Promise<void> {
    if (this.#handsShaken) return this.#handsShaken()
    if (isJSONRPCRequest(message)) return super.send({ ...message, id: this.#ask(message.id) }, options)
    if (isJSONRPCNotification(message) && message.method === 'notifications/cancelled') {
      const requestId = this.#giveUp(message.params?.requestId as RequestId) // as the SDK writes it
      return super.send({ ...message, params: { ...message.params, requestId } }, options)
    }
    return super.send(message, options)
  }

  override async close(): Promise<void> {
    for (const id of this.#asked.keys()) this.#giveUp(id)
    await super.close()
  }

  #ask(own: RequestId): string {
    const seen = openQuestion(this.#principal, (answer) => {
      this.#asked.delete(own)
      this.onmessage?.({ ...answer, id: own })
    })
    this.#asked.set(own, seen)
    return seen
  }

  #giveUp(own: RequestId): string | undefined {
    const seen = this.#asked.get(own)
    this.#asked.delete(own)
    if (seen !== undefined) closeQuestion(seen)
    return seen
  }
}

function refusal(status: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', id: null, error: { code: -32_000, message } }, { status })
}

/** The same bytes; `end` is called when there are no more, or when nobody reads them any longer. */
function untilRead(body: ReadableStream<Uint8Array> | null, end: () => void): ReadableStream<Uint8Array> | null {
  if (body === null) {
    end()
    return null
  }
  const reader = body.getReader()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (!done) return controller.enqueue(value)
      end()
      controller.close()
    },
    async cancel(reason) {
      end()
      await reader.cancel(reason)
    },
  })
}
