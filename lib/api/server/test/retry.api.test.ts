import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { ended, waitForRun } from '../../../testing/runs'
import { startWorker } from '../../../worker/main'

let api: TestApi
let tenant: Awaited<ReturnType<typeof makeTenant>>
let worker: Awaited<ReturnType<typeof startWorker>>
let outside: Server
let url: string
/** Paths that were called, and those that answer 500. */
let calls: string[] = []
let broken = new Set<string>()

beforeAll(async () => {
  process.env.EGRESS_ALLOW = '127.0.0.1'
  api = await openApi()
  tenant = await makeTenant()
  worker = await startWorker({})
  outside = createServer((request, response) => {
    calls.push(request.url ?? '')
    response.writeHead(broken.has(request.url ?? '') ? 500 : 200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ path: request.url, call: calls.length }))
  })
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(outside.address() as AddressInfo).port}` // listening on TCP
})
beforeEach(() => {
  calls = []
  broken = new Set()
})
afterAll(async () => {
  await worker.stop(2_000)
  await api.close()
  outside.close()
})

const call = (path: string) => ({ config: { method: 'GET', url: `${url}${path}` } })
const key = () => tenant.key

async function begin(...drawing: Parameters<typeof draw>) {
  const made = await api.ask('POST', '/v1/workflows', {
    key: key(),
    json: { name: 'Calls', definition: draw(...drawing) },
  })
  const published = await api.ask('POST', `/v1/workflows/${made.body.id}/publish`, { key: key(), json: {} })
  expect(published.body.errors).toBeUndefined()
  const { body } = await api.ask('POST', `/v1/workflows/${made.body.id}/runs`, { key: key(), json: {} })
  await waitForRun(body.id, ended)
  return body.id as string
}

const retry = (id: string, rest: object = {}) =>
  api.ask('POST', `/v1/runs/${id}/commands`, { key: key(), json: { command: 'retry', wait: 10, ...rest } })
const fork = (id: string, json: object) =>
  api.ask('POST', `/v1/runs/${id}/fork`, { key: key(), json: { wait: 10, ...json } })

const chain = () =>
  [
    ['start>http1', 'http1>http2', 'http2>end'],
    {
      http1: call('/one'),
      http2: call('/two'),
      end: { config: { output: '{{ [nodes.http1.output.body.path, nodes.http2.output.body.path] }}' } },
    },
  ] as const satisfies Parameters<typeof draw>

describe('retry', () => {
  it('runs what failed, reuses what succeeded, and leaves the failed run as it is', async () => {
    broken.add('/two')
    const id = await begin(...chain())
    const plan = await api.ask('GET', `/v1/runs/${id}/retry-plan`, { key: key() })
    expect(plan.body.reused).toMatchObject([
      { node_id: 'start' },
      { node_id: 'http1', status: 'succeeded', side_effect: true },
    ])
    expect(plan.body.again).toMatchObject([{ node_id: 'http2', status: 'failed', side_effect: true }])

    broken.clear()
    const { status, body } = await retry(id)
    expect([status, body.status, body.source_run_id, body.output]).toEqual([200, 'completed', id, ['/one', '/two']])
    expect(calls).toEqual(['/one', '/two', '/two'])
    expect((await api.ask('GET', `/v1/runs/${id}`, { key: key() })).body).toMatchObject({ status: 'failed' })
    const { body: log } = await api.ask('GET', `/v1/runs/${body.id}/events`, { key: key() })
    expect(log.items[0]).toMatchObject({ type: 'run_started', source: { run_id: id, kind: 'retry' } })
    expect(
      log.items.map((event: { type: string }) => event.type).filter((type: string) => type === 'node_reused'),
    ).toHaveLength(2)
  })

  it('goes on in the middle of a forEach with the items that are missing', async () => {
    broken.add('/2')
    const id = await begin(['start>forEach', 'forEach>end', 'http>after'], {
      forEach: { config: { items: '[1, 2, 3]' } },
      http: { parentId: 'forEach', ...call('/{{ item }}') },
      after: { parentId: 'forEach', config: { expression: 'nodes.http.output.body.path & "!" & index' } },
      end: { config: { output: '{{ nodes.forEach.output.results }}' } },
    })
    expect(calls).toEqual(['/1', '/2'])
    broken.clear()
    const { body } = await retry(id)
    expect([body.status, body.output]).toEqual(['completed', ['/1!0', '/2!1', '/3!2']])
    expect(calls).toEqual(['/1', '/2', '/2', '/3'])
  })

  it.each([
    { concurrency: 3, reached: ['each:1'], anew: [false, true, false] },
    // One after another: what came after it comes after it again.
    { concurrency: 1, reached: ['each:1', 'each:2'], anew: [false, true, true] },
  ])('begins again at one item of a container, or at all, as its plan says: %j', async (given) => {
    const id = await begin(['start>forEach', 'forEach>end'], {
      forEach: { config: { items: '[1, 2, 3]', concurrency: given.concurrency } },
      http: { parentId: 'forEach', ...call('/{{ item }}') },
      end: { config: { output: '{{ nodes.forEach.output.results.body.call }}' } },
    })
    expect([...calls].sort()).toEqual(['/1', '/2', '/3'])
    const again = async (query: string) => {
      const { body } = await api.ask('GET', `/v1/runs/${id}/retry-plan?from_node=http${query}`, { key: key() })
      return body.again.flatMap((step: { node_id: string; path: string[] }) =>
        step.node_id === 'http' ? step.path : [],
      )
    }
    expect(await again('&path=each:1')).toEqual(given.reached)
    expect(await again('')).toEqual(['each:0', 'each:1', 'each:2'])
    const { body } = await fork(id, { from_node: 'http', path: ['each:1'] })
    expect([body.status, body.output.map((call: number) => call > 3)]).toEqual(['completed', given.anew])
  })

  it('of a run that completed, or goes on, is refused', async () => {
    const id = await begin(...chain())
    expect((await retry(id)).body).toMatchObject({
      status: 409,
      code: 'conflict',
      message: expect.stringMatching(/fork/),
    })
  })

  it('needs the right to execute, and a run of this team', async () => {
    broken.add('/two')
    const id = await begin(...chain())
    const reader = await keyWith(tenant.team, ['runs:read'])
    expect((await api.ask('POST', `/v1/runs/${id}/commands`, { key: reader, json: { command: 'retry' } })).status).toBe(
      403,
    )
    const writer = await keyWith(tenant.team, ['runs:write', 'runs:read'])
    expect(
      (await api.ask('POST', `/v1/runs/${id}/commands`, { key: writer, json: { command: 'retry' } })).body,
    ).toMatchObject({
      status: 403,
      scope: 'workflows:execute',
    })
    const stranger = (await makeTenant()).key
    for (const path of ['commands', 'fork']) {
      const json = path === 'fork' ? { from_node: 'end' } : { command: 'retry' }
      expect((await api.ask('POST', `/v1/runs/${id}/${path}`, { key: stranger, json })).status).toBe(404)
    }
    expect((await api.ask('GET', `/v1/runs/${id}/retry-plan`, { key: stranger })).status).toBe(404)
  })
})

describe('fork', () => {
  it('runs the node and what follows again, by id or by name', async () => {
    const id = await begin(...chain())
    for (const from_node of ['http2', 'http2']) {
      const { status, body, headers } = await fork(id, { from_node })
      expect([status, body.status, body.source_run_id]).toEqual([201, 'completed', id])
      expect(headers.get('location')).toBe(`/v1/runs/${body.id}`)
    }
    expect(calls).toEqual(['/one', '/two', '/two', '/two'])
  })

  it('can be forked again: what was reused is reused', async () => {
    const id = await begin(...chain())
    const first = await fork(id, { from_node: 'http2' })
    const second = await fork(first.body.id, { from_node: 'end' })
    expect(second.body).toMatchObject({ status: 'completed', output: ['/one', '/two'] })
    expect(calls).toEqual(['/one', '/two', '/two'])
  })

  it('takes another input', async () => {
    const id = await begin(
      ['start>transform', 'transform>end'],
      {
        transform: { config: { expression: 'inputs.x' } },
        end: { config: { output: '{{ nodes.transform.output }}' } },
      },
      { inputs: { type: 'object', properties: { x: { type: 'number', default: 1 } } } },
    )
    expect((await fork(id, { from_node: 'transform', input: { x: 7 } })).body).toMatchObject({
      status: 'completed',
      output: 7,
    })
    expect((await fork(id, { from_node: 'transform', input: { x: 'no' } })).body).toMatchObject({
      status: 422,
      code: 'invalid_inputs',
    })
    expect((await fork(id, { from_node: 'tranform' })).body).toMatchObject({
      status: 422,
      message: expect.stringMatching(/Did you mean "transform"/),
    })
  })
})
