import { LIMITS } from '../limits'
import { egressFetch } from './egress'
import { EgressError, type EgressErrorCode } from './egress-error'
import type { HttpConfig } from './http'
import { retryAfter } from './retry-after'
import { NodeError, type Runner } from './runner'

const DEFAULT_TIMEOUT_SECONDS = LIMITS.http_time.value / 1_000
const MAX_QUOTED_LENGTH = 500
const MAX_DEPTH = 100

export const runHttp: Runner<HttpConfig> = async ({ config, idempotencyKey, signal }) => {
  const response = await asNodeError(async () => {
    const answer = await egressFetch(
      withQuery(config.url, config.query),
      { method: config.method, ...payload(config, idempotencyKey) },
      { signal, timeoutMs: (config.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1_000 },
    )
    return { status: answer.status, headers: plainHeaders(answer.headers), bytes: await readAll(answer) }
  })
  const { status, headers } = response
  const body = decode(response.bytes, headers['content-type'] ?? '')
  if (status < 200 || status > 299) throw statusError(status, headers, body)
  return { type: 'done', output: { status, headers, body } }
}

/** Adds the query to what the URL already has. A URL is text until the egress client checks it, so it is not parsed here. */
function withQuery(url: string, query: HttpConfig['query']): string {
  const pairs = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === null) continue
    for (const one of Array.isArray(value) ? value : [value]) pairs.append(name, String(one))
  }
  const added = pairs.toString()
  if (added === '') return url
  const [base = '', fragment] = url.split('#', 2)
  const joint = base.includes('?') ? (/[?&]$/.test(base) ? '' : '&') : '?'
  return `${base}${joint}${added}${fragment === undefined ? '' : `#${fragment}`}`
}

function payload(config: HttpConfig, idempotencyKey: string) {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(config.headers ?? {})) {
    if (value !== null) headers[name.toLowerCase()] = String(value)
  }
  headers['idempotency-key'] ??= idempotencyKey
  headers['user-agent'] ??= 'countersign'
  headers.accept ??= 'application/json, text/*;q=0.9, */*;q=0.8'
  const { body } = config
  if (body === undefined || body === null || config.method === 'GET' || config.method === 'HEAD') return { headers }
  if (typeof body === 'string') {
    headers['content-type'] ??= 'text/plain; charset=utf-8'
    return { headers, body }
  }
  headers['content-type'] ??= 'application/json'
  return { headers, body: JSON.stringify(body) }
}

async function readAll(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer())
}

/** JSON when the answer says so, else text in its charset; bytes that are no text would not survive in JSON anyway. */
function decode(bytes: Uint8Array, contentType: string): unknown {
  if (bytes.length === 0) return null
  const text = decodeText(bytes, /charset="?([\w-]+)/i.exec(contentType)?.[1])
  if (!/^\s*(application\/json|[\w.-]+\/[\w.-]+\+json|text\/json)\s*(;|$)/i.test(contentType)) return text
  try {
    const value: unknown = JSON.parse(text)
    if (!isDeeperThan(value, MAX_DEPTH)) return value
  } catch {
    throw new NodeError('invalid_response', `The answer says it is JSON and is not: ${quote(text)}`)
  }
  throw new NodeError('invalid_response', `The answer nests deeper than ${MAX_DEPTH} levels.`, { retryable: false })
}

/** Whatever writes a value down again does so by recursion: a million brackets must stop here. */
function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(item, levels - 1))
}

function decodeText(bytes: Uint8Array, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset).decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}

function plainHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name !== 'set-cookie'))
}

function statusError(status: number, headers: Record<string, string>, body: unknown): NodeError {
  const text = typeof body === 'string' ? body : body === null ? '' : JSON.stringify(body)
  return new NodeError('http_status', `The server answered ${status}${text === '' ? '' : `: ${quote(text)}`}`, {
    retryable: status === 408 || status === 425 || status === 429 || status >= 500,
    details: { status },
    ...retryAfter(headers['retry-after']),
  })
}

function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > MAX_QUOTED_LENGTH ? `${line.slice(0, MAX_QUOTED_LENGTH)}…` : line
}

const RETRYABLE: readonly EgressErrorCode[] = ['unreachable', 'timeout']

/** Trying again helps where the network failed, and never where the call itself is refused. */
async function asNodeError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof EgressError)) throw error
    throw new NodeError(`http_${error.code}`, error.message, {
      retryable: RETRYABLE.includes(error.code),
      cause: error,
    })
  }
}
