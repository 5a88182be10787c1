import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runHttp } from './http.run'
import { NodeError } from './runner'
import { contextFor } from './test/context'

let server: Server
let base = ''
let handle: (request: IncomingMessage, response: ServerResponse, body: string) => void

beforeAll(async () => {
  vi.stubEnv('EGRESS_ALLOW', '127.0.0.1')
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    handle(request, response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function call(config: Record<string, unknown>) {
  const result = await runHttp(await contextFor('http', { method: 'GET', url: base, ...config }))
  if (result.type !== 'done') throw new Error('expected a result')
  return result.output as { status: number; headers: Record<string, string>; body: unknown }
}

async function failure(config: Record<string, unknown>): Promise<NodeError> {
  return call(config).then(
    (value) => {
      throw new Error(`gave ${JSON.stringify(value)}`)
    },
    (error) => {
      if (error instanceof NodeError) return error
      throw error
    },
  )
}

const answer = (status: number, headers: Record<string, string>, body = '') => {
  handle = (_, response) => response.writeHead(status, headers).end(body)
}

describe('what is sent', () => {
  test('method, query, headers, JSON body and the idempotency key', async () => {
    handle = (request, response, body) => {
      const { method, url, headers } = request
      response
        .writeHead(201, { 'content-type': 'application/json' })
        .end(JSON.stringify({ method, url, headers, body }))
    }
    const { status, body } = await call({
      method: 'POST',
      url: `${base}/orders?a=1#part`,
      query: { q: 'x y&z', n: 5, list: [1, 2], none: null },
      headers: { 'X-Trace': 'abc', 'X-None': null },
      body: { total: 5 },
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      method: 'POST',
      url: '/orders?a=1&q=x+y%26z&n=5&list=1&list=2',
      body: '{"total":5}',
      headers: {
        'content-type': 'application/json',
        'x-trace': 'abc',
        'idempotency-key': 'run-1:node',
        'user-agent': 'countersign',
      },
    })
    expect(body).not.toHaveProperty('headers.x-none')
  })

  test('text is sent as it is, and a header of the author wins over ours', async () => {
    handle = (request, response, body) =>
      response.end(JSON.stringify([request.headers['content-type'], request.headers['idempotency-key'], body]))
    const first = await call({ method: 'PUT', body: 'a,b\n1,2', headers: { 'Content-Type': 'text/csv' } })
    const second = await call({ method: 'POST', body: 'plain', headers: { 'Idempotency-Key': 'mine' } })
    expect(JSON.parse(String(first.body))).toEqual(['text/csv', 'run-1:node', 'a,b\n1,2'])
    expect(JSON.parse(String(second.body))).toEqual(['text/plain; charset=utf-8', 'mine', 'plain'])
  })
})

describe('what comes back', () => {
  test.each([
    ['application/json', '{"a":[1]}', { a: [1] }],
    ['application/problem+json; charset=utf-8', '{"a":1}', { a: 1 }],
    ['application/geo+json', '{"a":1}', { a: 1 }],
    ['text/html', '{"a":1}', '{"a":1}'],
    ['', 'plain', 'plain'],
    ['application/json', '', null],
  ])('%s %j', async (type, text, expected) => {
    answer(200, type ? { 'content-type': type } : {}, text)
    expect((await call({})).body).toEqual(expected)
  })

  test('text in another charset, and cookies are left out of the headers', async () => {
    handle = (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1', 'set-cookie': 's=1', 'x-a': 'b' })
        .end(Buffer.from([0xe9]))
    const { body, headers } = await call({})
    expect(body).toBe('é')
    expect(headers).toMatchObject({ 'x-a': 'b' })
    expect(headers).not.toHaveProperty('set-cookie')
  })

  test('no body', async () => {
    answer(204, {})
    expect(await call({ method: 'DELETE' })).toMatchObject({ status: 204, body: null })
  })

  test('JSON that is none, and JSON without end, are failures that say so', async () => {
    answer(200, { 'content-type': 'application/json' }, '{"a":')
    expect(await failure({})).toMatchObject({
      code: 'invalid_response',
      message: 'The answer says it is JSON and is not: {"a":',
    })
    answer(200, { 'content-type': 'application/json' }, '['.repeat(5_000) + ']'.repeat(5_000))
    expect(await failure({})).toMatchObject({ code: 'invalid_response', retryable: false })
  })
})

describe('failures', () => {
  test.each([
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [409, false],
    [422, false],
    [429, true],
    [500, true],
    [503, true],
  ])('status %i, worth another attempt: %s', async (status, retryable) => {
    answer(status, { 'content-type': 'text/plain' }, 'no luck')
    expect(await failure({})).toMatchObject({
      code: 'http_status',
      message: `The server answered ${status}: no luck`,
      details: { status },
      retryable,
    })
  })

  test('Retry-After in seconds and as a date', async () => {
    answer(429, { 'retry-after': '7' })
    expect((await failure({})).retryAfterMs).toBe(7_000)
    answer(503, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() })
    expect((await failure({})).retryAfterMs).toBeGreaterThan(50_000)
    answer(503, { 'retry-after': 'soon' })
    expect((await failure({})).retryAfterMs).toBeUndefined()
    answer(503, { 'retry-after': '99999999' })
    expect((await failure({})).retryAfterMs).toBe(3_600_000)
  })

  test('what is refused is not worth another attempt, what failed on the way is', async () => {
    expect(await failure({ url: 'http://10.0.0.1/' })).toMatchObject({ code: 'http_blocked', retryable: false })
    expect(await failure({ url: 'nonsense' })).toMatchObject({ code: 'http_invalid_url', retryable: false })
    handle = () => undefined
    expect(await failure({ timeoutSeconds: 0.1 })).toMatchObject({ code: 'http_timeout', retryable: true })
    handle = (_, response) => response.destroy()
    expect(await failure({})).toMatchObject({ code: 'http_unreachable', retryable: true })
  })

  test('an answer above 5 MiB', async () => {
    handle = (_, response) => response.end(Buffer.alloc(5 * 1024 * 1024 + 1))
    expect(await failure({})).toMatchObject({ code: 'http_too_large', retryable: false })
  })
})
