import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pool } from '../../../db/client'
import { newId } from '../../../ids'
import { type Answered, keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import type { TestTeam } from '../../../testing/people'
import { startWorker } from '../../../worker/main'

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let key: string
let team: TestTeam
let strangerKey: string

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker()
  const tenant = await makeTenant()
  key = tenant.key
  team = tenant.team
  strangerKey = (await makeTenant()).key
})
afterAll(async () => {
  await api.close()
  await worker.stop(1_000)
})

const ask = (method: string, path: string, json?: unknown, headers?: Record<string, string>) =>
  api.ask(method, `/v1${path}`, { key, json, headers })

async function publish(definition: unknown, asKey = key): Promise<string> {
  const { body } = await api.ask('POST', '/v1/workflows', { key: asKey, json: { name: 'Runs', definition } })
  const published = await api.ask('POST', `/v1/workflows/${body.id}/publish`, { key: asKey })
  if (published.status !== 201) throw new Error(JSON.stringify(published.body))
  return body.id
}
const start = (workflowId: string, json: unknown = { wait: 10 }, headers?: Record<string, string>) =>
  ask('POST', `/workflows/${workflowId}/runs`, json, headers)

const sum = () =>
  draw(
    ['start>transform', 'transform>end'],
    {
      transform: { config: { expression: 'inputs.a + inputs.b' } },
      end: { config: { output: '{{ nodes.transform.output }}' } },
    },
    {
      inputs: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number', default: 1 } },
        required: ['a'],
      },
    },
  )
const asking = () =>
  draw(['start>input', 'input>end'], {
    input: {
      config: {
        prompt: 'Which size?',
        schema: { type: 'object', properties: { size: { enum: ['S', 'L'] } }, required: ['size'] },
      },
    },
    end: { config: { output: '{{ nodes.input.output }}' } },
  })
const approving = () =>
  draw(
    ['start>approval', 'approval:approved>end'],
    { approval: { config: { title: 'Publish?', show: '{{ inputs }}' } } },
    { inputs: { type: 'object', properties: { text: { type: 'string' } } } },
  )

describe('starting', () => {
  it('answers 201 with the run and its place, and waits as long as it is asked to', async () => {
    const { status, body, headers } = await start(await publish(sum()), {
      input: { a: 2 },
      run_by: 'nightly',
      wait: 10,
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      status: 'completed',
      output: 3,
      output_ref: null,
      input: { a: 2, b: 1 },
      run_by: 'nightly',
      trigger: 'api',
      version: { number: 0, label: '0' },
      error: null,
      waits: [],
      turn: 1,
      workflow_name: 'Runs',
    })
    expect(headers.get('location')).toBe(`/v1/runs/${body.id}`)
    expect(body.link_url).toContain(`/runs/${body.id}`)
    expect((await ask('GET', `/runs/${body.id}`)).body).toEqual(body)
  })

  it('does not wait when the caller prefers so', async () => {
    const { status, headers, body } = await start(
      await publish(asking()),
      { wait: 300 },
      { prefer: 'respond-async, wait=5' },
    )
    expect([status, headers.get('preference-applied')]).toEqual([202, 'respond-async'])
    await ask('POST', `/runs/${body.id}/commands`, { command: 'stop', wait: 10 })
  })

  it('names the input that is wrong', async () => {
    const { status, body } = await start(await publish(sum()), { input: { a: 'two' } })
    expect([status, body.code]).toEqual([422, 'invalid_inputs'])
    expect(body.errors[0].path).toBe('input.a')
  })

  it('refuses a workflow without a version, and runs its draft when asked to', async () => {
    const { body } = await ask('POST', '/workflows', { name: 'Draft', definition: sum() })
    expect((await start(body.id, { input: { a: 1 } })).body).toMatchObject({
      status: 409,
      code: 'workflow_not_published',
    })
    expect((await start(body.id, { input: { a: 1 }, draft: true, wait: 10 })).body).toMatchObject({
      status: 'completed',
      version: null,
    })
  })

  it('runs the version that is asked for', async () => {
    const workflowId = await publish(sum())
    await ask('PATCH', `/workflows/${workflowId}`, {
      definition: draw(['start>end'], { end: { config: { output: 'other' } } }),
    })
    await ask('POST', `/workflows/${workflowId}/publish`)
    expect((await start(workflowId, { input: { a: 1 }, version: 0, wait: 10 })).body).toMatchObject({
      output: 2,
      version: { number: 0 },
    })
    expect((await start(workflowId, { wait: 10 })).body).toMatchObject({ output: 'other', version: { number: 1 } })
    expect((await start(workflowId, { version: 9 })).status).toBe(404)
  })

  it('checks the input by the version that is active now', async () => {
    const workflowId = await publish(sum())
    await start(workflowId, { input: { a: 1 }, wait: 10 })
    const relaxed = { ...sum(), inputs: { type: 'object', properties: { c: { type: 'string' } } } }
    relaxed.nodes = relaxed.nodes.map((node) =>
      node.id === 'transform' ? { ...node, config: { expression: 'inputs.c' } } : node,
    )
    await ask('PATCH', `/workflows/${workflowId}`, { definition: relaxed })
    expect((await ask('POST', `/workflows/${workflowId}/publish`)).status).toBe(201)
    expect((await start(workflowId, { input: { c: 'new' }, wait: 10 })).body).toMatchObject({
      status: 'completed',
      output: 'new',
    })
  })

  it('makes one run of 50 requests with one Idempotency-Key at once', async () => {
    const workflowId = await publish(sum())
    const headers = { 'idempotency-key': newId() }
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => start(workflowId, { input: { a: 1 }, wait: 10 }, headers)),
    )
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0)
    expect(answers.every(({ status, body }) => status === 201 || body.code === 'idempotency_in_progress')).toBe(true)
    const { rows } = await pool().query('SELECT id FROM runs WHERE workflow_id = $1', [workflowId])
    expect(rows).toHaveLength(1)
    const replay = await start(workflowId, { input: { a: 1 }, wait: 10 }, headers)
    expect(replay.body.id).toBe(rows[0].id)
    expect(replay.headers.get('idempotency-replayed')).toBe('true')
  })

  it('finds the run of a request whose process died before it could answer', async () => {
    const workflowId = await publish(sum())
    const headers = { 'idempotency-key': newId() }
    const first = await start(workflowId, { input: { a: 1 }, wait: 10 }, headers)
    // As it was when the process died: the run is made, the key has no answer, and time has passed.
    await pool().query(
      `UPDATE idempotency_keys SET status = NULL, response = NULL, created_at = now() - interval '7 minutes' WHERE key = $1`,
      [headers['idempotency-key']],
    )
    const again = await start(workflowId, { input: { a: 1 }, wait: 10 }, headers)
    expect([again.status, again.body.id]).toEqual([201, first.body.id])
    expect((await pool().query('SELECT id FROM runs WHERE workflow_id = $1', [workflowId])).rows).toHaveLength(1)
  })

  it('keeps one key of two workflows apart', async () => {
    const headers = { 'idempotency-key': newId() }
    const [first, second] = [await publish(sum()), await publish(sum())]
    const ids = [
      (await start(first, { input: { a: 1 } }, headers)).body.id,
      (await start(second, { input: { a: 1 } }, headers)).body.id,
    ]
    expect(new Set(ids).size).toBe(2)
  })
})

describe('reading', () => {
  let done: Answered['body']
  beforeAll(async () => {
    done = (await start(await publish(sum()), { input: { a: 40, b: 2 }, wait: 10 })).body
  })

  it('tells every event in order, by pages', async () => {
    const whole = (await ask('GET', `/runs/${done.id}/events`)).body
    expect(whole.items.map((event: { seq: number }) => event.seq)).toEqual(
      whole.items.map((_: unknown, index: number) => index + 1),
    )
    expect(whole.items.at(0).type).toBe('run_started')
    expect(whole.items.at(-1).type).toBe('run_completed')
    expect(whole.next_after).toBeNull()
    const page = (await ask('GET', `/runs/${done.id}/events?after=1&limit=2`)).body
    expect(page.items).toEqual(whole.items.slice(1, 3))
    expect(page.next_after).toBe(whole.items.length > 3 ? 3 : null)
    expect((await ask('GET', `/runs/${done.id}/events?after=${done.last_seq}`)).body).toEqual({
      items: [],
      next_after: null,
    })
  })

  it('tells what every node took and gave, by pages', async () => {
    const { body } = await ask('GET', `/runs/${done.id}/nodes`)
    expect(body.items.map((node: { node_key: string; status: string }) => [node.node_key, node.status])).toEqual([
      ['end', 'succeeded'],
      ['start', 'succeeded'],
      ['transform', 'succeeded'],
    ])
    expect(body.items[2].output).toEqual({ value: 42, bytes: 2 })
    const first = (await ask('GET', `/runs/${done.id}/nodes?limit=2`)).body
    const rest = (await ask('GET', `/runs/${done.id}/nodes?limit=2&cursor=${first.next_cursor}`)).body
    expect([...first.items, ...rest.items]).toEqual(body.items)
    expect(rest.next_cursor).toBeNull()
    expect((await ask('GET', `/runs/${done.id}/nodes?node_key=start`)).body.items).toHaveLength(1)
    expect((await ask('GET', `/runs/${done.id}/nodes?cursor=x`)).status).toBe(422)
  })

  it('shows the definition that ran, whatever became of the workflow', async () => {
    await ask('DELETE', `/workflows/${done.workflow_id}`)
    expect((await ask('GET', `/runs/${done.id}/definition`)).body).toMatchObject({
      workflow_id: done.workflow_id,
      definition: sum(),
    })
    expect((await ask('GET', `/runs/${done.id}`)).body.output).toBe(42)
    expect((await start(done.workflow_id, { input: { a: 1 } })).status).toBe(404)
  })

  it('keeps a large value apart and gives it whole on demand', async () => {
    const expression = '$pad("", 300000, "é")'
    const definition = draw(['start>transform', 'transform>end'], {
      transform: { config: { expression } },
      end: { config: { output: '{{ nodes.transform.output }}' } },
    })
    const { body } = await start(await publish(definition))
    expect(body).toMatchObject({ status: 'completed', output: null, output_ref: { bytes: expect.any(Number) } })
    const nodes = (await ask('GET', `/runs/${body.id}/nodes?node_key=transform`)).body
    expect(nodes.items[0].output).toEqual({ blob_id: expect.any(String), bytes: body.output_ref.bytes })
    const blob = await ask('GET', `/runs/${body.id}/blobs/${body.output_ref.blob_id}`)
    expect(blob.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(Number(blob.headers.get('content-length'))).toBe(body.output_ref.bytes)
    expect(blob.body).toHaveLength(300_000)
    expect((await ask('GET', `/runs/${done.id}/blobs/${body.output_ref.blob_id}`)).status).toBe(404)
  })

  it('answers the same 404 for another team’s run and for none, in every operation', async () => {
    const operations: [string, string, unknown?][] = [
      ['GET', ''],
      ['GET', '/definition'],
      ['GET', '/nodes'],
      ['GET', '/events'],
      ['GET', `/blobs/${newId()}`],
      ['POST', '/commands', { command: 'stop' }],
      ['POST', '/nodes/x/approve', {}],
      ['POST', '/nodes/x/reject', {}],
    ]
    for (const [method, path, json] of operations) {
      const asked = (runId: string) =>
        api.ask(method, `/v1/runs/${runId}${path}`, { key: strangerKey, json, headers: { 'x-request-id': 'same' } })
      const [theirs, none] = [await asked(done.id), await asked(newId())]
      expect([method, path, theirs.status]).toEqual([method, path, 404])
      expect(theirs.body).toEqual(none.body)
    }
    const stream = await api.ask('GET', `/v1/runs/${done.id}/events`, {
      key: strangerKey,
      headers: { accept: 'text/event-stream' },
    })
    expect(stream.status).toBe(404)
  })
})

describe('listing', () => {
  it('filters and pages, newest first, within the team', async () => {
    const tenant = await makeTenant()
    const list = async (query: string, asKey = tenant.key) =>
      (await api.ask('GET', `/v1/runs?${query}`, { key: asKey })).body
    const workflowId = await publish(sum(), tenant.key)
    const begin = async (json: unknown) =>
      (await api.ask('POST', `/v1/workflows/${workflowId}/runs`, { key: tenant.key, json })).body.id
    const ids: string[] = []
    for (const run_by of ['a', 'b', 'a', 'b', 'a']) ids.unshift(await begin({ input: { a: 1 }, run_by, wait: 10 }))
    const idsOf = (body: { items: { id: string }[] }) => body.items.map((item) => item.id)
    expect(idsOf(await list(''))).toEqual(ids)
    const first = await list('limit=3')
    const rest = await list(`limit=3&cursor=${first.next_cursor}`)
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(ids)
    expect(rest.next_cursor).toBeNull()
    expect(idsOf(await list('run_by=b'))).toHaveLength(2)
    expect(idsOf(await list(`workflow_id=${workflowId}&status=completed,failed&trigger=api`))).toEqual(ids)
    expect(idsOf(await list('status=failed'))).toEqual([])
    expect(idsOf(await list(`created_after=${first.items[2].created_at}`))).toEqual(ids.slice(0, 3))
    expect(idsOf(await list(`created_before=${first.items[2].created_at}`))).toEqual(ids.slice(3))
    expect(idsOf(await list('', strangerKey))).not.toContain(ids[0])
    expect(idsOf(await list(`workflow_id=${workflowId}`, strangerKey))).toEqual([])
    expect(idsOf(await list(`cursor=${first.next_cursor}`, strangerKey)).filter((id) => ids.includes(id))).toEqual([])
  })

  it.each([
    ['status=nonsense', 'query.status'],
    ['created_after=yesterday', 'query.created_after'],
    ['cursor=zzz', 'query.cursor'],
    ['limit=201', 'query.limit'],
    ['workflow_id=1', 'query.workflow_id'],
  ])('refuses %s, naming it', async (query, path) => {
    const { body } = await ask('GET', `/runs?${query}`)
    expect([400, 422]).toContain(body.status)
    expect(body.errors[0].path).toBe(path)
  })

  it('shows the newest runs of a workflow beside it', async () => {
    const workflowId = await publish(sum())
    for (let n = 0; n < 3; n++) await start(workflowId, { input: { a: n }, wait: 10 })
    const { body } = await ask('GET', `/workflows/${workflowId}`)
    expect(body.run_count).toBe(3)
    expect(body.recent_runs.map((run: { status: string }) => run.status)).toEqual([
      'completed',
      'completed',
      'completed',
    ])
    expect(body.recent_runs[0].duration_ms).toBeGreaterThanOrEqual(0)
  })
})

describe('commands', () => {
  it('answers an open input and goes on', async () => {
    const { body } = await start(await publish(asking()))
    expect(body).toMatchObject({ status: 'waiting_for_user_input', waiting_for: 'input' })
    expect(body.waits).toMatchObject([
      { kind: 'input', node_id: 'input', thread: '0', title: 'Which size?', schema: { required: ['size'] } },
    ])
    const wrong = await ask('POST', `/runs/${body.id}/commands`, { command: 'data', data: { size: 'XL' } })
    expect([wrong.status, wrong.body.errors[0].path]).toEqual([422, 'data.size'])
    const right = await ask('POST', `/runs/${body.id}/commands`, { command: 'data', data: { size: 'L' }, wait: 10 })
    expect(right.body).toMatchObject({ status: 'completed', output: { size: 'L' }, waits: [] })
    expect((await ask('POST', `/runs/${body.id}/commands`, { command: 'data', data: {} })).body).toMatchObject({
      status: 409,
      code: 'run_ended',
    })
  })

  it('stops a waiting run, and stopping again changes nothing', async () => {
    const { body } = await start(await publish(asking()))
    const stop = () => ask('POST', `/runs/${body.id}/commands`, { command: 'stop', wait: 10 })
    expect((await stop()).body).toMatchObject({ status: 'cancelled', waits: [] })
    expect((await stop()).body.status).toBe('cancelled')
  })

  it('needs the scope runs:write', async () => {
    const reader = await keyWith(team, ['runs:read'])
    const { body } = await start(await publish(asking()))
    expect(
      (await api.ask('POST', `/v1/runs/${body.id}/commands`, { key: reader, json: { command: 'stop' } })).body,
    ).toMatchObject({ status: 403, scope: 'runs:write' })
  })
})

describe('approvals', () => {
  const inbox = async (status = 'open', asKey = key) =>
    (await api.ask('GET', `/v1/approvals?status=${status}&limit=200`, { key: asKey })).body.items

  it('wait in the inbox until one decision stands', async () => {
    const { body } = await start(await publish(approving()), { input: { text: 'Hello' }, wait: 10 })
    expect(body.status).toBe('waiting_for_approval')
    const task = (await inbox()).find((item: { run_id: string }) => item.run_id === body.id)
    expect(task).toMatchObject({
      title: 'Publish?',
      node_id: 'approval',
      shown: { text: 'Hello' },
      status: 'open',
      decisions: [],
    })
    expect((await inbox('open', strangerKey)).map((item: { id: string }) => item.id)).not.toContain(task.id)

    const decide = (verb: string, json: unknown) => ask('POST', `/runs/${body.id}/nodes/approval/${verb}`, json)
    expect((await decide('approve', { shown_hash: 'f'.repeat(64) })).body).toMatchObject({
      status: 409,
      code: 'approval_changed',
    })
    const first = await decide('approve', { comment: 'Fine.', shown_hash: task.shown_hash })
    expect(first.body).toMatchObject({ decision: 'approved', comment: 'Fine.', already_decided: false })
    expect((await decide('approve', {})).body).toMatchObject({
      decision: 'approved',
      already_decided: true,
      decided_at: first.body.decided_at,
    })
    expect((await decide('reject', {})).body).toMatchObject({
      status: 409,
      code: 'already_decided',
      decision: { decision: 'approved' },
    })
    expect((await inbox('resolved')).find((item: { id: string }) => item.id === task.id).decisions).toMatchObject([
      { decision: 'approved', comment: 'Fine.' },
    ])
  })

  it('are decided once by fifty people at once', async () => {
    const { body } = await start(await publish(approving()))
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        ask('POST', `/runs/${body.id}/nodes/approval/${n % 2 ? 'approve' : 'reject'}`, {}),
      ),
    )
    const stood = answers.filter(({ status, body: decision }) => status === 200 && !decision.already_decided)
    expect(stood).toHaveLength(1)
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true)
  })

  it('are never decided by reading', async () => {
    const { body } = await start(await publish(approving()))
    for (const method of ['GET', 'HEAD']) {
      expect((await ask(method, `/runs/${body.id}/nodes/approval/approve`)).status).toBe(405)
    }
    expect((await ask('GET', `/runs/${body.id}`)).body.status).toBe('waiting_for_approval')
  })

  it('need the scope approvals:decide', async () => {
    const { body } = await start(await publish(approving()))
    const runner = await keyWith(team, ['workflows:execute', 'runs:read', 'runs:write'])
    expect((await api.ask('POST', `/v1/runs/${body.id}/nodes/approval/approve`, { key: runner })).body).toMatchObject({
      status: 403,
      scope: 'approvals:decide',
    })
  })

  it('of a node that has none answer 404', async () => {
    const { body } = await start(await publish(approving()))
    expect((await ask('POST', `/runs/${body.id}/nodes/start/approve`)).status).toBe(404)
  })
})
