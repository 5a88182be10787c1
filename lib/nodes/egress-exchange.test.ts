import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createEgressClient, type EgressClient } from './egress'
import { close, egressFailure as failure, listen } from './test/servers'

/** A listener that must never be reached. */
let canary: Server
let canaryPort = 0
let canaryHits = 0
/** A server that the tests may reach. */
let site: Server
let sitePort = 0
let handle: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end()
const clients: EgressClient[] = []

beforeAll(async () => {
  canary = createServer((_, response) => response.end('secret'))
  canary.on('connection', () => {
    canaryHits += 1
  })
  site = createServer((request, response) => handle(request, response))
  canaryPort = await listen(canary, '0.0.0.0')
  sitePort = await listen(site, '127.0.0.1')
})

afterAll(() => Promise.all([close(canary), close(site)]))

beforeEach(() => {
  canaryHits = 0
})

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
})

function client(allow = ''): EgressClient {
  const made = createEgressClient({ allow, ownOrigin: 'https://flows.example.com' })
  clients.push(made)
  return made
}

describe('redirects', () => {
  const allowed = () => client('127.0.0.1')
  const redirectTo = (status: number, location: string) => {
    handle = (request, response) => {
      if (request.url === '/end')
        return response.end(JSON.stringify({ method: request.method, headers: request.headers }))
      response.writeHead(status, { location }).end()
    }
  }

  test.each([301, 302, 303, 307, 308])('%i to a private address is checked anew', async (status) => {
    redirectTo(status, `http://localhost:${canaryPort}/`)
    // localhost is not on the list although the first address is.
    const strict = createEgressClient({
      allow: '127.0.0.1',
      ownOrigin: 'https://flows.example.com',
      resolve: (_hostname, _options, done) => done(null, [{ address: '::1', family: 6 }]),
    })
    clients.push(strict)
    expect((await failure(strict.fetch(`http://127.0.0.1:${sitePort}/`))).code).toBe('unreachable')
    redirectTo(status, 'http://169.254.169.254/latest/meta-data/')
    expect((await failure(allowed().fetch(`http://127.0.0.1:${sitePort}/`))).code).toBe('blocked')
    redirectTo(status, 'file:///etc/passwd')
    expect((await failure(allowed().fetch(`http://127.0.0.1:${sitePort}/`))).code).toBe('blocked')
    expect(canaryHits).toBe(0)
  })

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'PUT', 'PUT'],
    [303, 'HEAD', 'HEAD'],
  ])('%i of %s goes on as %s', async (status, method, expected) => {
    const seen: string[] = []
    handle = (request, response) => {
      seen.push(String(request.method))
      if (request.url === '/end') return response.end()
      response.writeHead(status, { location: '/end' }).end()
    }
    await allowed().fetch(`http://127.0.0.1:${sitePort}/`, { method, ...(method === 'HEAD' ? {} : { body: 'x' }) })
    expect(seen).toEqual([method, expected])
  })

  test('another origin sees no credentials, the same origin does', async () => {
    const headers = { authorization: 'Bearer s', cookie: 'a=b', 'x-api-key': 's', 'x-trace': 'kept' }
    const other = createServer((request, response) => response.end(JSON.stringify(request.headers)))
    const otherPort = await listen(other, '127.0.0.1')
    redirectTo(302, `http://127.0.0.1:${otherPort}/end`)
    const away: unknown = await (await allowed().fetch(`http://127.0.0.1:${sitePort}/`, { headers })).json()
    redirectTo(302, '/end')
    const here: unknown = await (await allowed().fetch(`http://127.0.0.1:${sitePort}/`, { headers })).json()
    await close(other)
    expect(away).toMatchObject({ 'x-trace': 'kept' })
    expect(Object.keys(away as object)).not.toEqual(expect.arrayContaining(['authorization']))
    expect(JSON.stringify(away)).not.toMatch(/Bearer|a=b|x-api-key/)
    expect(here).toMatchObject({ headers })
  })

  test('at most five are followed', async () => {
    let hops = 0
    handle = (_, response) => {
      hops += 1
      response.writeHead(302, { location: `/${hops}` }).end()
    }
    expect((await failure(allowed().fetch(`http://127.0.0.1:${sitePort}/`))).code).toBe('too_many_redirects')
    expect(hops).toBe(6)
  })
})

describe('answers', () => {
  const read = async (maxBytes: number) => {
    const answer = await client('127.0.0.1').fetch(`http://127.0.0.1:${sitePort}/`, {}, { maxBytes })
    return answer.text()
  }

  test.each([
    ['gzip', gzipSync('hello')],
    ['br', brotliCompressSync('hello')],
    ['identity', Buffer.from('hello')],
  ])('%s is decoded', async (encoding, body) => {
    handle = (_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(body)
    expect(await read(100)).toBe('hello')
  })

  test('more than the limit is not read', async () => {
    handle = (_, response) => response.end(Buffer.alloc(2_000))
    expect((await failure(read(1_000))).code).toBe('too_large')
  })

  test('a bomb stops at the limit of what comes out, and at twenty times what came in', async () => {
    const bomb = gzipSync(Buffer.alloc(60 * 1024 * 1024))
    handle = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    expect((await failure(read(1024 * 1024))).code).toBe('too_large')
    expect((await failure(read(50 * 1024 * 1024))).code).toBe('too_large')
  })

  test('encodings one over the other are refused', async () => {
    handle = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(gzipSync(gzipSync('x')))
    expect((await failure(read(100))).code).toBe('invalid_header')
  })

  test('one that breaks off is an error, not a short answer', async () => {
    handle = (_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half')
      setImmediate(() => response.destroy())
    }
    expect((await failure(read(1_000))).code).toBe('unreachable')
  })

  test('silence ends at the timeout, stopping at once', async () => {
    handle = () => undefined
    const silent = client('127.0.0.1')
    const url = `http://127.0.0.1:${sitePort}/`
    expect(await failure(silent.fetch(url, {}, { timeoutMs: 50 }))).toMatchObject({
      code: 'timeout',
      message: 'No complete answer came within 0.05 s.',
    })
    const controller = new AbortController()
    const stopped = failure(silent.fetch(url, {}, { signal: controller.signal }))
    controller.abort()
    expect((await stopped).code).toBe('aborted')
  })
})

test.each(['Host', 'content-length', 'Transfer-Encoding', 'connection', 'Proxy-Authorization', 'a b', ''])(
  'the header %j cannot be set',
  async (name) => {
    const error = await failure(client().fetch('https://example.com/', { headers: { [name]: '1' } }))
    expect(error.code).toBe('invalid_header')
  },
)

test('a header value cannot begin a new header', async () => {
  const error = await failure(client().fetch('https://example.com/', { headers: { 'x-a': 'b\r\nx-c: d' } }))
  expect(error.code).toBe('invalid_header')
})
