import { type LookupAddress, lookup } from 'node:dns'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createEgressClient, type EgressClient } from './egress'
import { isPublicAddress, parseEgressAllow } from './egress-addresses'
import { close, egressFailure as failure, listen } from './test/servers'

/** A listener that must never be reached. */
let canary: Server
let canaryPort = 0
let canaryHits = 0
/** A server that the tests may reach. */
let site: Server
let sitePort = 0
let handle: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end()
let names: Record<string, string[]> = {}
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
  names = {}
})

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
})

/** Names that the test gives resolve as it says; any other as the system does. */
function client(allow = '', ownOrigin = 'https://flows.example.com'): EgressClient {
  const made = createEgressClient({
    allow,
    ownOrigin,
    resolve: (hostname, options, done) => {
      const known = names[hostname]
      if (known === undefined) return lookup(hostname, options, done)
      done(
        null,
        known.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    },
  })
  clients.push(made)
  return made
}

const HOSTS = `
  127.0.0.1 localhost localhost. LOCALHOST 0.0.0.0 0 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 017700000001
  0177.0.0.1 127.0.0.1. 127.255.255.254 [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1]
  [::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2001:0:7f00:1::] [::ffff:169.254.169.254]
  [64:ff9b::a9fe:a9fe] 169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 [fd00:ec2::254] [fe80::1]
  [fec0::1] [fc00::1] [ff02::1] [2001:db8::1] [100::1] [5f00::1] [3fff::1] [4000::1] 10.0.0.1 10.255.255.255
  172.16.0.1 172.31.255.255 192.168.0.1 100.64.0.1 192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 198.19.255.255
  198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 １２７.０.０.１ ①②⑦.0.0.1 127。0。0。1
  ⓛⓞⓒⓐⓛⓗⓞⓢⓣ
`
  .trim()
  .split(/\s+/)

describe('private addresses, however they are written', () => {
  test.each(HOSTS)('%s', async (host) => {
    const error = await failure(client().fetch(`http://${host}:${canaryPort}/`))
    expect(error.code).toMatch(/blocked|unreachable|invalid_url/)
    expect(canaryHits).toBe(0)
  })

  test.each([
    'user@127.0.0.1',
    'user:pass@example.com',
    'example.com@127.0.0.1',
    'example.com#@127.0.0.1',
    'example.com\\@127.0.0.1',
    '127.0.0.1\t',
    '\n127.0.0.1',
    '127.0.0.1%00',
    'exa mple.com',
  ])('a host that reads as another: %j', async (host) => {
    const error = await failure(client().fetch(`http://${host}:${canaryPort}/`))
    expect(error.code).toMatch(/blocked|unreachable|invalid_url/)
    expect(canaryHits).toBe(0)
  })

  test.each([
    'file:///etc/passwd',
    'gopher://127.0.0.1/',
    'ftp://127.0.0.1/',
    'data:text/plain,x',
    'ws://127.0.0.1/',
    'javascript:1',
  ])('the scheme of %s', async (url) => {
    expect((await failure(client().fetch(url))).code).toMatch(/blocked|invalid_url/)
  })

  test.each([22, 25, 5432, 6379])('port %i of a public host', async (port) => {
    names['public.test'] = ['93.184.216.34']
    const error = await failure(client().fetch(`http://public.test:${port}/`))
    expect(error).toMatchObject({ code: 'blocked', message: `Port ${port} cannot be called.` })
  })

  test('//host is no path of this installation', async () => {
    expect((await failure(client().fetch(`//127.0.0.1:${canaryPort}/samples/x`))).code).toBe('invalid_url')
  })
})

describe('names', () => {
  test.each([
    ['private', ['127.0.0.1']],
    ['public and private mixed', ['93.184.216.34', '127.0.0.1']],
    ['public in IPv4, private in IPv6', ['93.184.216.34', '::1']],
    ['mapped', ['::ffff:127.0.0.1']],
    ['nothing', []],
  ])('one that leads to %s is never connected to', async (_kind, addresses) => {
    names['rebind.test'] = addresses
    const error = await failure(client().fetch(`http://rebind.test:${canaryPort}/`))
    expect(error.code).toBe('unreachable')
    expect(canaryHits).toBe(0)
  })

  test('the address that was checked is the one that is called, however often the name changes', {
    timeout: 60_000,
  }, async () => {
    let asked = 0
    const reached = new Set<string>()
    canary.on('connection', (socket) => reached.add(String(socket.localAddress)))
    const flipping = createEgressClient({
      allow: '127.0.0.1',
      ownOrigin: 'https://flows.example.com',
      // Allowed at every first question, private at every second.
      resolve: (_hostname, _options, done) => {
        asked += 1
        done(null, [{ address: asked % 2 === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }])
      },
    })
    clients.push(flipping)
    let answered = 0
    for (let call = 0; call < 1_000; call++) {
      const name = `flip-${call}.test`
      const answer = await flipping.fetch(`http://${name}:${canaryPort}/`).catch((error: unknown) => error)
      if (answer instanceof Response) {
        answered += 1
        await answer.text()
      }
    }
    expect({ asked, answered, reached }).toEqual({ asked: 1_000, answered: 500, reached: new Set(['127.0.0.1']) })
  })

  test('a closed port, a private address behind a name and an unknown name read the same', async () => {
    names['private.test'] = ['10.0.0.1']
    names['closed.test'] = ['127.0.0.1']
    const closed = createTcpServer()
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
    const { port } = closed.address() as AddressInfo
    await new Promise((resolve) => closed.close(resolve))
    const messages = [
      (await failure(client().fetch('http://private.test/'))).message,
      (await failure(client('127.0.0.1').fetch(`http://closed.test:${port}/`))).message,
      (await failure(client().fetch('http://no-such-name.invalid/'))).message,
    ]
    expect(new Set(messages)).toEqual(new Set(['The address could not be reached, or calling it is not allowed here.']))
  })
})

describe('what the operator allows', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.0/8 10.0.0.0/8', '127.0.0.1'],
    ['localhost', 'localhost'],
    ['LOCALHOST., 10.0.0.0/8', 'localhost'],
  ])('EGRESS_ALLOW=%s opens %s', async (allow, host) => {
    handle = (_, response) => response.end('hello')
    const answer = await client(allow).fetch(`http://${host}:${sitePort}/`)
    expect(await answer.text()).toBe('hello')
  })

  test('other private addresses stay closed', async () => {
    expect((await failure(client('127.0.0.2').fetch(`http://127.0.0.1:${canaryPort}/`))).code).toBe('blocked')
    expect(canaryHits).toBe(0)
  })

  test.each(['10.0.0.0/33', 'http://x', 'a b/8', '*', '10.0.0.1/x'])('%j stops the start with a sentence', (allow) => {
    expect(() => parseEgressAllow(allow)).toThrow(/^EGRESS_ALLOW: "/)
  })
})

describe('this installation', () => {
  const own = () => client('', `http://127.0.0.1:${sitePort}`)

  test('sample paths are reachable, by path alone and by origin', async () => {
    handle = (request, response) => response.end(request.url)
    expect(await (await own().fetch('/samples/a.json')).text()).toBe('/samples/a.json')
    expect(await (await own().fetch(`http://127.0.0.1:${sitePort}/api/samples/x`)).text()).toBe('/api/samples/x')
  })

  test.each([
    '/',
    '/api/v1/runs',
    '/samples',
    '/samples/../api/v1/runs',
    '/samples/%2e%2e/api/v1/runs',
    '/samples/..%2fapi/v1/runs',
    '/samples/%2E%2E/%2E%2E/x',
    '/api/samplesx',
    '/Samples/x',
  ])('%s is not', async (path) => {
    let reached = 0
    handle = (_, response) => {
      reached += 1
      response.end()
    }
    expect((await failure(own().fetch(path))).code).toBe('blocked')
    expect((await failure(own().fetch(`http://127.0.0.1:${sitePort}${path}`))).code).toBe('blocked')
    expect(reached).toBe(0)
  })
})

test.each(['8.8.8.8', '93.184.216.34', '2606:4700::1111', '172.32.0.1', '100.128.0.1', '198.20.0.1'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true)
  },
)
