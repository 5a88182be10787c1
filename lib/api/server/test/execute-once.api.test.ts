import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pool } from '../../../db/client'
import { toObjectId } from '../../../ids'
import { type Answered, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { startWorker } from '../../../worker/main'

/** `Idempotency-Key` on every way to start a run: one run, whatever the shape of the request and however many at once. */

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let key: string

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker()
  key = (await makeTenant()).key
})
afterAll(async () => {
  await api.close()
  await worker.stop(1_000)
})

async function publish(owner: string, definition: unknown = draw(['start>end'])): Promise<string> {
  const made = await api.ask('POST', '/v1/workflows', { key: owner, json: { name: 'Once', definition } })
  const published = await api.ask('POST', `/v1/workflows/${made.body.id}/publish`, { key: owner })
  expect(published.status).toBe(201)
  return made.body.id
}
const runsOf = async (workflowId: string) =>
  (await pool().query('SELECT id FROM runs WHERE workflow_id = $1', [workflowId])).rows.map((row) => row.id as string)

const DIALECTS = [
  {
    dialect: 'session',
    path: 'execute',
    json: { run_input: { input: { a: 1 } } },
    other: { run_input: { input: { a: 2 } } },
    status: 200,
    runId: (body: Answered['body']) => body.run_id,
  },
  {
    dialect: 'record',
    path: 'execute',
    json: { command: 'start', dynamic_variables: { a: 1 } },
    other: { command: 'start', dynamic_variables: { a: 2 } },
    status: 200,
    runId: (body: Answered['body']) => body.workflow_run_id,
  },
  {
    dialect: 'orchestration',
    path: 'execute',
    json: { input: { a: 1 } },
    other: { input: { a: 2 } },
    status: 202,
    runId: (body: Answered['body']) => toObjectId(body.execution_id),
  },
  {
    dialect: 'our own',
    path: 'runs',
    json: { input: { a: 1 }, wait: 10 },
    other: { input: { a: 2 }, wait: 10 },
    status: 201,
    runId: (body: Answered['body']) => toObjectId(body.id),
  },
] as const

const open = () => draw(['start>end'], {}, { inputs: { type: 'object', properties: { a: { type: 'number' } } } })

describe.each(DIALECTS)('a start in the $dialect shape', ({ path, json, other, status, runId }) => {
  const start = (workflowId: string, once: string, body: unknown, owner = key) =>
    api.ask('POST', `/v1/workflows/${workflowId}/${path}`, {
      key: owner,
      json: body,
      headers: { 'idempotency-key': once },
    })

  it('makes one run of 50 at once with the same key, and answers it to whoever asks again', async () => {
    const workflowId = await publish(key, open())
    const answers = await Promise.all(Array.from({ length: 50 }, () => start(workflowId, 'fifty', json)))
    const runs = await runsOf(workflowId)
    expect(runs).toHaveLength(1)
    const statuses = new Set(answers.map((answer) => answer.status))
    expect([...statuses].filter((each) => each !== status && each !== 409)).toEqual([])
    const done = answers.filter((answer) => answer.status === status)
    expect(done.length).toBeGreaterThan(0)
    expect(new Set(done.map((answer) => runId(answer.body)))).toEqual(new Set([toObjectId(runs[0] ?? '')]))
    const refused = answers.filter((answer) => answer.status === 409)
    expect(
      refused.filter(({ body, headers }) => body.code !== 'idempotency_in_progress' || !headers.get('retry-after')),
    ).toEqual([])
    const again = await start(workflowId, 'fifty', json)
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([status, 'true'])
    expect(again.body).toEqual(done[0]?.body)
    expect(await runsOf(workflowId)).toHaveLength(1)
  })

  it('422 for the same key with another body, and no second run', async () => {
    const workflowId = await publish(key, open())
    await start(workflowId, 'same', json)
    expect((await start(workflowId, 'same', other)).body).toMatchObject({ status: 422, code: 'idempotency_mismatch' })
    expect(await runsOf(workflowId)).toHaveLength(1)
  })

  it('does not use up the key by a request that is refused', async () => {
    const workflowId = await publish(key, open())
    expect((await start(workflowId, 'late', { ...json, unknown_member: 1 })).status).toBe(422)
    const { status: then } = await start(workflowId, 'late', json)
    expect([then, (await runsOf(workflowId)).length]).toEqual([status, 1])
  })

  it('makes a new run with a key that is a day old', async () => {
    const workflowId = await publish(key, open())
    const first = await start(workflowId, 'old', json)
    await pool().query(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'old'`)
    const second = await start(workflowId, 'old', json)
    expect([second.status, second.headers.get('idempotency-replayed')]).toEqual([status, null])
    expect(runId(second.body)).not.toBe(runId(first.body))
    expect(await runsOf(workflowId)).toHaveLength(2)
  })

  it('keeps the keys of another team apart', async () => {
    const theirs = (await makeTenant()).key
    const [own, foreign] = [await publish(key, open()), await publish(theirs, open())]
    const [a, b] = [await start(own, 'shared', json), await start(foreign, 'shared', json, theirs)]
    expect([a.status, b.status]).toEqual([status, status])
    expect(runId(a.body)).not.toBe(runId(b.body))
    expect((await start(own, 'shared', json, theirs)).status).toBe(404)
  })
})

it('answers a turn that is sent twice with what the first came to', async () => {
  const definition = draw(['start>input1', 'input1>input2', 'input2>end'])
  const workflowId = await publish(key, definition)
  const send = (json: unknown, once: string) =>
    api.ask('POST', `/v1/workflows/${workflowId}/execute`, { key, json, headers: { 'idempotency-key': once } })
  const { run_id } = (await send({ run_input: {} }, 'one')).body
  const answer = { run_id, run_input: { thread_to_node_inputs: { '0': {} } } }
  const first = await send(answer, 'two')
  const again = await send(answer, 'two')
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
  expect(again.body).toEqual(first.body)
  expect(first.body).toMatchObject({ turn_number: 2, next_input_hint: { node_id: 'input2' } })
})

it('shares a key between the two paths of the execute URL, which are one operation', async () => {
  const workflowId = await publish(key)
  const json = { command: 'start' }
  const headers = { 'idempotency-key': 'paths' }
  const first = await api.ask('POST', `/v1/workflows/${workflowId}/execute`, { key, json, headers })
  const second = await api.ask('POST', `/workflows/v1/${workflowId}/execute`, { key, json, headers })
  expect(second.body).toEqual(first.body)
  expect(await runsOf(workflowId)).toHaveLength(1)
})
