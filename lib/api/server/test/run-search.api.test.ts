import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pool } from '../../../db/client'
import { MAX_LOOKED_AT } from '../../../db/run-lists'
import { newId, toObjectId, toOrchestration, toPrefixed } from '../../../ids'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { ended, waitForRun } from '../../../testing/runs'
import { startWorker } from '../../../worker/main'

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let key: string
let teamId: string
let workflowId: string

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker({})
  const tenant = await makeTenant()
  key = tenant.key
  teamId = tenant.team.id
  workflowId = await publish('Invoices', key)
})
afterAll(async () => {
  await api.close()
  await worker.stop(2_000)
})

async function publish(name: string, asKey: string): Promise<string> {
  const definition = draw(
    ['start>condition', 'condition:broken>fail', 'condition:else>end'],
    {
      condition: { config: { branches: [{ name: 'broken', when: 'inputs.fails = true' }] } },
      fail: { config: { message: 'Broken on purpose' } },
      end: { config: { output: 'Dear {{ inputs.name }}, 50% off' } },
    },
    {
      inputs: {
        type: 'object',
        properties: { name: { type: 'string' }, fails: { type: 'boolean' }, note: { type: 'string' } },
      },
    },
  )
  const { body } = await api.ask('POST', '/v1/workflows', { key: asKey, json: { name, definition } })
  const published = await api.ask('POST', `/v1/workflows/${body.id}/publish`, { key: asKey })
  expect([published.status, published.body.errors]).toEqual([201, undefined])
  return body.id
}

async function run(input: object, rest: object = {}, of = workflowId, asKey = key): Promise<string> {
  const { status, body } = await api.ask('POST', `/v1/workflows/${of}/runs`, { key: asKey, json: { input, ...rest } })
  expect([status, body.errors]).toEqual([201, undefined])
  await waitForRun(body.id, ended)
  return body.id
}

async function find(query: Record<string, string>, asKey = key): Promise<string[]> {
  const { status, body } = await api.ask('GET', `/v1/runs?${new URLSearchParams(query)}`, { key: asKey })
  expect([status, body.errors]).toEqual([200, undefined])
  return body.items.map((item: { id: string }) => item.id)
}

describe('a run is found by', () => {
  it('what it was given, what it gave, its error, its names and its labels, in upper and lower case', async () => {
    const plain = await run({ name: 'Ada Quill' }, { run_by: 'nightly-import', labels: ['Customer 4711'] })
    const broken = await run({ fails: true, note: 'line one\nsaid "hello" \\ 東京' })
    for (const text of ['ada quill', 'DEAR ADA', '50% off', 'nightly-IMP', 'customer 4711', ' quill ']) {
      expect([text, await find({ text })]).toEqual([text, [plain]])
    }
    for (const text of ['broken on purpose', 'PURPOSE line', 'said "hello" \\', '東京']) {
      expect([text, await find({ text })]).toEqual([text, [broken]])
    }
    expect(await find({ text: 'invoices' })).toEqual([broken, plain])
    expect(await find({ text: 'invoices', status: 'failed' })).toEqual([broken])
    // Not patterns, not members of what is stored around a value, and not of two runs.
    for (const text of ['50_', '%', 'a%l', 'quill 東京', "' OR 1=1 --"]) {
      const found = await find({ text })
      expect([text, found]).toEqual([text, text === '%' ? [plain] : []])
    }
  })

  it('its id in every spelling, the beginning of it, and the id of its workflow', async () => {
    const id = await run({ name: 'by id' })
    const spellings = [id, id.toUpperCase(), toObjectId(id), toPrefixed('job', id), toOrchestration(id)]
    for (const text of spellings) expect([text, await find({ text })]).toEqual([text, [id]])
    expect(await find({ text: id.slice(0, 20) })).toContain(id)
    expect(await find({ text: workflowId })).toContain(id)
    expect(await find({ text: newId() })).toEqual([])
  })

  it('a label, its agent and when it was made', async () => {
    const agent = (await api.ask('POST', '/v1/agents', { key, json: { name: 'Night desk' } })).body.id
    const labelled = await run({}, { labels: ['urgent', 'eu'], agent_id: agent })
    const other = await run({}, { labels: ['urgent'] })
    expect(await find({ label: 'urgent' })).toEqual([other, labelled])
    expect(await find({ label: 'urgent', agent_id: agent })).toEqual([labelled])
    expect(await find({ label: 'eu' })).toEqual([labelled])
    expect(await find({ label: 'URGENT' })).toEqual([])
    expect(await find({ agent_id: newId() })).toEqual([])
    const { created_at: at, labels } = (await api.ask('GET', `/v1/runs/${labelled}`, { key })).body
    expect(labels).toEqual(['urgent', 'eu'])
    const after = new Date(Date.parse(at) + 1).toISOString()
    expect(await find({ label: 'urgent', created_before: after })).toContain(labelled)
    expect(await find({ label: 'urgent', created_before: at })).not.toContain(labelled)
    expect(await find({ label: 'eu', created_after: at })).toEqual([labelled])
  })

  it('nothing, when it is another team’s', async () => {
    const strangers = await makeTenant()
    const id = await run({ name: 'Secret Service' }, { labels: ['secret'] })
    const queries: Record<string, string>[] = [
      { text: 'secret service' },
      { text: id },
      { text: workflowId },
      { label: 'secret' },
    ]
    for (const query of queries) {
      expect(await find(query)).toContain(id)
      expect(await find(query, strangers.key)).toEqual([])
    }
  })
})

describe('labels', () => {
  it('are kept by a retry and by a fork', async () => {
    const id = await run({ fails: true }, { labels: ['kept'] })
    const retry = await api.ask('POST', `/v1/runs/${id}/commands`, { key, json: { command: 'retry', wait: 10 } })
    const fork = await api.ask('POST', `/v1/runs/${id}/fork`, { key, json: { from_node: 'condition', wait: 10 } })
    expect([retry.body.labels, fork.body.labels]).toEqual([['kept'], ['kept']])
    expect(await find({ label: 'kept' })).toEqual([fork.body.id, retry.body.id, id])
  })

  it('are ten at most, of 200 characters at most', async () => {
    for (const [labels, path] of [
      [Array.from({ length: 11 }, String), 'labels'],
      [['ok', 'x'.repeat(201)], 'labels.1'],
      [[' '], 'labels.0'],
      [['a\0'], 'labels.0'],
      ['text', 'labels'],
    ] as const) {
      const { status, body } = await api.ask('POST', `/v1/workflows/${workflowId}/runs`, { key, json: { labels } })
      expect([status, body.errors?.[0]?.path]).toEqual([422, path])
    }
  })
})

describe('a search through more runs than one request looks at', () => {
  it('says how far it came and goes on there, until all were looked at', async () => {
    const one = await run({ name: 'Needle' })
    // Older than all others: far more than one page of a search looks at lies between.
    const count = MAX_LOOKED_AT + 700
    await pool().query(
      `INSERT INTO runs (id, team_id, workflow_id, definition_id, status, trigger, input, variables, created_at, ended_at)
       SELECT overlay(gen_random_uuid()::text placing '7' from 15 for 1)::uuid, team_id, workflow_id, definition_id, 'completed',
              'api', json_build_object('name', CASE n WHEN $2::int - 5 THEN 'Needle' ELSE 'Hay ' || n END), variables,
              now() - interval '1 day' - n * interval '1 second', now()
         FROM runs r, generate_series(1, $2::int) AS n WHERE r.id = $1`,
      [one, count],
    )
    const first = await api.ask('GET', '/v1/runs?text=needle', { key })
    expect(first.body.items.map((item: { id: string }) => item.id)).toEqual([one])
    expect(Date.parse(first.body.searched_to)).toBeLessThan(Date.now() - 86_400_000)
    const rest = await api.ask('GET', `/v1/runs?text=needle&cursor=${first.body.next_cursor}`, { key })
    expect(rest.body.items).toHaveLength(1)
    expect([rest.body.next_cursor, rest.body.searched_to]).toEqual([null, null])

    // A full page ends a search before it has looked at as much as it may, and misses nothing between two pages.
    const seen = new Set<string>()
    let cursor = ''
    for (let pages = 0; pages < 3; pages++) {
      const { body } = await api.ask('GET', `/v1/runs?text=hay&limit=200${cursor}`, { key })
      expect(body.items).toHaveLength(200)
      for (const item of body.items) seen.add(item.id)
      cursor = `&cursor=${body.next_cursor}`
    }
    expect(seen.size).toBe(600)
    await pool().query(`DELETE FROM runs WHERE team_id = $1 AND created_at < now() - interval '1 hour'`, [teamId])
  })
})
