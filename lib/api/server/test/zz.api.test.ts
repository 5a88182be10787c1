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


it('measure', async () => {
  const one = await run({ name: 'Needle' })
  for (let part = 0; part < 20; part++) await pool().query(
      `INSERT INTO runs (id, team_id, workflow_id, definition_id, status, trigger, input, output, variables, created_at, ended_at, labels)
       SELECT overlay(gen_random_uuid()::text placing '7' from 15 for 1)::uuid, team_id, workflow_id, definition_id, 'completed',
              'api', json_build_object('name', 'Hay ' || n, 'note', repeat(md5(n::text), 10)), json_build_object('value', repeat(md5(n::text||'x'), 10)), variables,
              now() - interval '1 day' - n * interval '1 second', now(), CASE WHEN n % 100000 = 0 THEN ARRAY['rare'] ELSE '{}' END
         FROM runs r, generate_series($2::int * 50000 + 1, $2::int * 50000 + 50000) AS n WHERE r.id = $1`, [one, part])
  for (const q of ['text=needle', 'text=zzz+yyy', 'text=hay', 'label=rare', 'agent_id=' + newId(), 'text=' + newId(), 'limit=50', 'text=zzz&label=rare']) {
    for (let k = 0; k < 2; k++) { const s = Date.now(); const { body } = await api.ask('GET', '/v1/runs?' + q, { key }); console.log('MEASURE', q, body.items?.length, body.searched_to, Date.now() - s, 'ms', body.message ?? '') }
  }
  await pool().query('TRUNCATE runs CASCADE')
}, 600000)
