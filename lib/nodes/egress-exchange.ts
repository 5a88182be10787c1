import type { Dispatcher } from 'undici'
import { limitedBody } from './egress-body'
import { EgressError, unreachable } from './egress-error'

/** The request and response side of one call; who may be called is decided elsewhere. */

export interface EgressInit {
  method?: string
  headers?: Record<string, string>
  body?: string | Uint8Array | null
}

export interface Sending {
  method: Dispatcher.HttpMethod
  headers: Record<string, string>
  body: string | Uint8Array | null
}

const METHODS: readonly Dispatcher.HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
/** Set by the client itself; a workflow that set them could speak for another host or smuggle a second request. */
const OWN_HEADERS =
  /^(host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*)$/i
/** What another origin must not see after a redirect. */
const CREDENTIAL_HEADERS = /auth|cookie|token|secret|session|signature|api-?key/i

export function prepareRequest(init: EgressInit): Sending {
  const method = METHODS.find((known) => known === (init.method ?? 'GET').toUpperCase())
  if (!method) throw new EgressError('invalid_header', `The method ${init.method} is not supported.`)
  const headers: Record<string, string> = { 'accept-encoding': 'gzip, br, deflate' }
  for (const [name, value] of Object.entries(init.headers ?? {})) {
    if (OWN_HEADERS.test(name)) {
      throw new EgressError('invalid_header', `The header "${name}" is set by the client itself: leave it out.`)
    }
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      throw new EgressError('invalid_header', `"${name}" is not a header name.`)
    }
    if (/[^\t\u0020-\u007e\u0080-\u00ff]/.test(value)) {
      throw new EgressError(
        'invalid_header',
        `The header "${name}" holds a line break or a character that headers cannot carry.`,
      )
    }
    headers[name.toLowerCase()] = value
  }
  // Decoding is ours: an encoding that the workflow asked for could be one without a limit.
  headers['accept-encoding'] = 'gzip, br, deflate'
  return { method, headers, body: init.body ?? null }
}

/** Where the answer sends the caller, when it does. */
export function redirectOf(answer: Dispatcher.ResponseData): string | undefined {
  if (![301, 302, 303, 307, 308].includes(answer.statusCode)) return undefined
  const { location } = answer.headers
  return Array.isArray(location) ? location[0] : location
}

/** The next request of a chain, as the fetch standard has it; credentials stay behind when the origin changes. */
export function followRedirect(sending: Sending, status: number, from: URL, to: URL): Sending {
  const { method } = sending
  const becomesGet = (status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST')
  const headers = Object.entries(sending.headers).filter(([name]) => {
    if (becomesGet && name.startsWith('content-')) return false
    return from.origin === to.origin || !CREDENTIAL_HEADERS.test(name)
  })
  return {
    method: becomesGet ? 'GET' : method,
    headers: Object.fromEntries(headers),
    body: becomesGet ? null : sending.body,
  }
}

export function toResponse(
  answer: Dispatcher.ResponseData,
  method: string,
  maxBytes: number,
  explain: (error: unknown) => EgressError,
): Response {
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) {
    if (name === 'content-encoding' || name === 'content-length' || name === 'transfer-encoding') continue
    for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one)
  }
  const status = answer.statusCode
  if (method === 'HEAD' || [204, 205, 304].includes(status)) {
    answer.body.on('error', () => undefined).destroy()
    return new Response(null, { status, headers })
  }
  const encoding = answer.headers['content-encoding']
  const body = limitedBody(
    answer.body,
    Array.isArray(encoding) ? encoding.join(',') : (encoding ?? ''),
    maxBytes,
    explain,
  )
  return new Response(body, { status, headers })
}

/** Whatever went wrong → one of our errors. What the network said stays in `cause`, for the log only. */
export function explainFailure(
  error: unknown,
  why: { timeout: AbortSignal; timeoutMs: number; stop: AbortSignal | undefined },
): EgressError {
  if (error instanceof EgressError) return error
  if (why.stop?.aborted) return new EgressError('aborted', 'The call was stopped.', error)
  if (why.timeout.aborted) {
    return new EgressError('timeout', `No complete answer came within ${why.timeoutMs / 1_000} s.`, error)
  }
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof EgressError) return cause
  return unreachable(error)
}
