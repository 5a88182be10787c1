import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId, toObjectId } from '../../../ids'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { atRest, waitForRun } from '../../../testing/runs'
import { startWorker } from '../../../worker/main'

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let key: string
let workflowId: string

const definition = (text = 'Dear {{ inputs.name }}') =>
  draw(
    [
      'start>condition',
      'condition:big>big',
      'condition:else>small',
      'big>merge',
      'small>merge',
      'merge>forEach',
      'forEach>end',
    ],
    {
      condition: { config: { branches: [{ name: 'big', when: 'inputs.amount > 10' }] } },
      big: { type: 'template', config: { text } },
      small: { type: 'template', config: { text: 'Hi' } },
      forEach: { config: { items: '[1, 2, inputs.amount]' } },
      each: { type: 'transform', parentId: 'forEach', config: { expression: 'item * 2' } },
      end: { config: { output: '{{ nodes.forEach.output }}' } },
    },
    { inputs: { type: 'object', properties: { name: { type: 'string' }, amount: { type: 'number' } } } },
  )

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker({})
  ;({ key } = await makeTenant())
  const made = await api.ask('POST', '/v1/workflows', { key, json: { name: 'Letters', definition: definition() } })
  workflowId = made.body.id
  await publish()
})
afterAll(async () => {
  await api.close()
  await worker.stop(2_000)
})

async function publish() {
  const { status, body } = await api.ask('POST', `/v1/workflows/${workflowId}/publish`, { key })
  expect([status, body.errors]).toEqual([201, undefined])
}

async function run(input: object): Promise<string> {
  const { body } = await api.ask('POST', `/v1/workflows/${workflowId}/runs`, { key, json: { input } })
  await waitForRun(body.id, atRest)
  return body.id
}

const compare = (a: string, b: string, asKey = key) => api.ask('GET', `/v1/runs/compare?a=${a}&b=${b}`, { key: asKey })
const verdicts = (body: { nodes: { node_key: string; verdict: string }[] }) =>
  Object.fromEntries(body.nodes.map(({ node_key, verdict }) => [node_key, verdict]))

describe('two runs side by side', () => {
  it('are the same where they did the same', async () => {
    const [a, b] = [await run({ name: 'Ada', amount: 20 }), await run({ name: 'Ada', amount: 20 })]
    const { status, body } = await compare(a, toObjectId(b))
    expect([status, body.a.id, body.b.id]).toEqual([200, a, b])
    expect(body).toMatchObject({
      input: { same: true },
      output: { same: true },
      definition: { same: true, changes: [] },
      first_divergence: null,
      truncated: false,
    })
    expect(new Set(Object.values(verdicts(body)))).toEqual(new Set(['same']))
    expect(Object.keys(verdicts(body))).toEqual(expect.arrayContaining(['big', 'forEach', 'end']))
  })

  it('differ by what went in, by the branch that was taken, by item, and first where the first node differs', async () => {
    const [a, b] = [await run({ name: 'Ada', amount: 20 }), await run({ name: 'Ada', amount: 5 })]
    const { body } = await compare(a, b)
    expect(body.input.changes).toEqual([{ path: 'amount', kind: 'changed', before: '20', after: '5' }])
    expect(body.output.changes).toEqual([{ path: 'results.2', kind: 'changed', before: '40', after: '10' }])
    const found = verdicts(body)
    expect(found).toMatchObject({ big: 'only_a', small: 'only_b', forEach: 'changed', end: 'changed' })
    const items = body.nodes.filter(({ node_id }: { node_id: string }) => node_id === 'each')
    expect(items.map(({ path, verdict }: { path: string[]; verdict: string }) => [path.length, verdict])).toEqual([
      [1, 'same'],
      [1, 'same'],
      [1, 'changed'],
    ])
    expect(items[2]).toMatchObject({
      node_name: 'each',
      changed: ['output'],
      a: { status: 'succeeded', attempts: 1, tokens: 0, cost_usd: 0 },
      output: { changes: [{ path: '', kind: 'changed', before: '40', after: '10' }] },
    })
    expect(['start', 'condition']).toContain(body.first_divergence)
    // The other way round says the same of the other side.
    expect(verdicts((await compare(b, a)).body)).toMatchObject({ big: 'only_b', small: 'only_a' })
  })

  it('may be of two versions: what changed between them is told', async () => {
    const a = await run({ name: 'Ada', amount: 20 })
    await api.ask('PATCH', `/v1/workflows/${workflowId}`, {
      key,
      json: { definition: definition('Hello {{ inputs.name }}') },
    })
    await publish()
    const { body } = await compare(a, await run({ name: 'Ada', amount: 20 }))
    expect(body.definition).toMatchObject({ same: false, changes: [{ kind: 'changed', what: 'node', id: 'big' }] })
    const big = body.nodes.find(({ node_id }: { node_id: string }) => node_id === 'big')
    expect(big).toMatchObject({ verdict: 'changed', changed: ['input', 'output'] })
    expect(big.output.changes).toEqual([{ path: '', kind: 'changed', before: '"Dear Ada"', after: '"Hello Ada"' }])
  })

  it('are compared address by address through many pages', async () => {
    const many = draw(
      ['start>forEach', 'forEach>end'],
      {
        forEach: { config: { items: '[1..inputs.n]', concurrency: 50 } },
        each: { parentId: 'forEach', config: { expression: 'item' } },
      },
      { inputs: { type: 'object', properties: { n: { type: 'number' } } } },
    )
    const { body: made } = await api.ask('POST', '/v1/workflows', { key, json: { name: 'Many', definition: many } })
    await api.ask('POST', `/v1/workflows/${made.id}/publish`, { key })
    const ids = []
    for (const n of [350, 1_100]) {
      const { body } = await api.ask('POST', `/v1/workflows/${made.id}/runs`, { key, json: { input: { n } } })
      await waitForRun(body.id, atRest)
      ids.push(body.id)
    }
    const [short = '', long = ''] = ids
    const { body } = await compare(short, long)
    expect([body.nodes.length, body.truncated]).toEqual([1_000, true])
    const same = (await compare(short, short)).body
    expect([same.nodes.length, same.truncated]).toEqual([new Set(Object.keys(verdicts(same))).size, false])
    expect(same.nodes.length).toBeGreaterThan(350)
  })
})

describe('what cannot be compared', () => {
  it('is refused by name: a run that is not there, of another team, or no id', async () => {
    const id = await run({})
    const strangers = await makeTenant()
    for (const [a, b, status, path, asKey] of [
      [id, newId(), 404, 'query.b', key],
      [newId(), id, 404, 'query.a', key],
      [id, id, 404, 'query.a', strangers.key],
      ['x', id, 400, 'query.a', key],
      [id, '', 400, 'query.b', key],
    ] as const) {
      const answer = await compare(a, b, asKey)
      expect([answer.status, answer.body.errors[0].path]).toEqual([status, path])
    }
    const alone = await api.ask('GET', `/v1/runs/compare?a=${id}`, { key })
    expect([alone.status, alone.body.errors[0].path]).toEqual([422, 'query.b'])
  })
})
