/**
 * What a route says, before it is a Web `Response` or bytes on a socket. The front door writes it straight to the
 * connection; {@link toResponse} makes a Response of it for Next.
 */
export interface Answer {
  status: number
  headers: Record<string, string>
  /** A stream is written chunk by chunk, no faster than the reader takes it. */
  body: AnswerBody | null
}
export type AnswerBody = string | Uint8Array | AsyncGenerator<string, void, undefined>

/** A handler's success when it is more than a JSON body with the contract's status. */
export class Reply {
  readonly status: number | undefined
  readonly headers: Record<string, string>
  /** Turned into JSON. */
  readonly json: unknown
  /** Sent as it is, with the content type in `headers`. */
  readonly raw: AnswerBody | undefined

  constructor(init: { json?: unknown; raw?: AnswerBody; status?: number; headers?: Record<string, string> }) {
    this.json = init.json
    this.raw = init.raw
    this.status = init.status
    this.headers = init.headers ?? {}
  }
}

/** Headers of every answer of the API: nothing of it may be kept by a cache, framed, or guessed to be a page. */
const BASE_HEADERS = {
  'Cache-Control': 'private, no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
} as const

/** The answer for a handler's value: a `Reply`, or plain data that becomes JSON under the contract's status. */
export function successAnswer(value: unknown, status: number, requestId: string): Answer {
  const headers: Record<string, string> = { 'X-Request-ID': requestId, ...BASE_HEADERS }
  if (!(value instanceof Reply)) {
    if (status === 204) return { status, headers, body: null }
    headers['Content-Type'] = 'application/json; charset=utf-8'
    return { status, headers, body: JSON.stringify(value) }
  }
  Object.assign(headers, value.headers)
  const answered = value.status ?? status
  if (value.raw !== undefined) return { status: answered, headers, body: value.raw }
  if (answered === 204) return { status: answered, headers, body: null }
  headers['Content-Type'] = 'application/json; charset=utf-8'
  return { status: answered, headers, body: JSON.stringify(value.json) }
}

/** An answer with a problem document as its body. */
export function problemAnswer(
  problem: { status: number; document: unknown; headers: Record<string, string> },
  requestId: string,
): Answer {
  return {
    status: problem.status,
    headers: {
      ...BASE_HEADERS,
      'X-Request-ID': requestId,
      'Content-Type': 'application/problem+json; charset=utf-8',
      ...problem.headers,
    },
    body: JSON.stringify(problem.document),
  }
}

/** An answer as a Web Response. */
export function toResponse(answer: Answer): Response {
  const { status, headers, body } = answer
  if (body === null || typeof body === 'string') return new Response(body, { status, headers })
  if (body instanceof Uint8Array) return new Response(new Uint8Array(body), { status, headers })
  return new Response(streamOf(body), { status, headers })
}

function streamOf(chunks: AsyncGenerator<string, void, undefined>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await chunks.return()
    },
  })
}
