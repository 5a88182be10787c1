import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pool } from '../../../db/client'
import { newId, toObjectId, toOrchestration, toPrefixed } from '../../../ids'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { ended, waitForRun } from '../../../testing/runs'
import { startWorker } from '../../../worker/main'
import { executionSchema } from '../../contracts/execute-orchestration'

/** The orchestration dialect on the execute URL, by route and status. */

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let tenant: Awaited<ReturnType<typeof makeTenant>>
let agentId: string
let outside: Server
let url: string
let calls: string[] = []

beforeAll(async () => {
  outside = createServer((request, response) => {
    calls.push(request.url ?? '')
    response.setHeader('content-type', 'application/json')
    response.end('{}')
  })
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve))
  const { port } = outside.address() as AddressInfo // listening on TCP
  url = `http://127.0.0.1:${port}`
  process.env.EGRESS_ALLOW = `127.0.0.1:${port}`
  api = await openApi()
  worker = await startWorker()
  tenant = await makeTenant()
  agentId = (await ask('GET', '/agents')).body.items[0].id
})
afterAll(async () => {
  await api.close()
  await worker.stop(1_000)
  outside.close()
})

const ask = (method: string, path: string, json?: unknown, headers?: Record<string, string>) =>
  api.ask(method, `/v1${path}`, { key: tenant.key, json, headers })
async function publish(definition: unknown, label?: string): Promise<string> {
  const id = (await ask('POST', '/workflows', { name: 'Graph', definition })).body.id
  const published = await ask('POST', `/workflows/${id}/publish`, label === undefined ? {} : { label })
  expect(published.body.errors).toBeUndefined()
  return id
}
const execute = (workflowId: string, json?: unknown, query = '', headers?: Record<string, string>) =>
  ask('POST', `/workflows/${workflowId}/execute${query}`, json, headers)
const statusOf = (workflowId: string, runId: string) => ask('GET', `/workflows/${workflowId}/execute/${runId}`)
type Step = { node_id: string; status: string; result: unknown }
const steps = (body: { steps: Step[] }) => body.steps.map(({ node_id, status }) => [node_id, status])

const greeting = () =>
  draw(
    ['start>transform', 'transform>end'],
    {
      transform: { name: 'Greet', config: { expression: '"Hello " & inputs.name' } },
      end: { config: { output: '{{ nodes.Greet.output }}' } },
    },
    { inputs: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
  )

describe('202: a start', () => {
  it('answers at once with every member of the contract, and ends by itself', async () => {
    const workflowId = await publish(greeting(), '1.4.0')
    const { status, body, headers } = await execute(workflowId, { input: { name: 'Ada' } })
    expect(status).toBe(202)
    expect(executionSchema.parse(body)).toEqual(body)
    expect(body).toEqual({
      run_id: expect.stringMatching(/^maip-orch:[0-9A-HJKMNP-TV-Z]{26}$/),
      execution_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      workflow_id: workflowId,
      workflow_version: '1.4.0',
      agent_id: agentId,
      status: 'running',
      steps: [
        { node_id: 'start', action: 'start', agent_id: agentId, status: 'pending', result: null },
        { node_id: 'transform', action: 'transform', agent_id: agentId, status: 'pending', result: null },
        { node_id: 'end', action: 'end', agent_id: agentId, status: 'pending', result: null },
      ],
      error: null,
      created_at: expect.any(String),
      started_at: expect.any(String),
      ended_at: null,
      link_url: expect.stringContaining(`/runs/${body.execution_id}`),
      dry_run: false,
    })
    expect(toOrchestration(body.execution_id)).toBe(body.run_id)
    expect(headers.get('location')).toBe(`/v1/workflows/${workflowId}/execute/${body.run_id}`)
    await waitForRun(body.execution_id, ended)
    const later = await statusOf(workflowId, body.run_id)
    expect(later.status).toBe(200)
    expect(later.body).toMatchObject({
      ...body,
      status: 'completed',
      ended_at: expect.any(String),
      steps: expect.any(Array),
    })
    expect(later.body.steps.map((step: Step) => [step.status, step.result])).toEqual([
      ['completed', expect.anything()],
      ['completed', 'Hello Ada'],
      ['completed', 'Hello Ada'],
    ])
    expect((await ask('GET', `/runs/${body.run_id}`)).body).toMatchObject({ agent_id: agentId, input: { name: 'Ada' } })
  })

  it('waits where a timeout asks for it, and then says how the run ended', async () => {
    const workflowId = await publish(greeting())
    const { status, body } = await execute(workflowId, { input: { name: 'Ada' } }, '?timeout=20')
    expect([status, body.status, body.steps[1].result]).toEqual([202, 'completed', 'Hello Ada'])
  })

  it('has steps in dependency order, those of a branch that was not taken skipped', async () => {
    const definition = draw(
      ['start>condition', 'condition:yes>a', 'condition:else>b', 'a>merge', 'b>merge', 'merge>end'],
      {
        end: {},
        merge: {},
        condition: { config: { branches: [{ name: 'yes', when: 'true' }] } },
      },
    )
    const { body } = await execute(await publish(definition), { input: {} }, '?timeout=20')
    expect(steps(body)).toEqual([
      ['start', 'completed'],
      ['condition', 'completed'],
      ['a', 'completed'],
      ['b', 'skipped'],
      ['merge', 'completed'],
      ['end', 'completed'],
    ])
  })

  it('of a run that fails tells the step, the error and the code', async () => {
    const definition = draw(['start>fail'], { fail: { config: { message: 'Out of tea' } } })
    const workflowId = await publish(definition)
    const { status, body } = await execute(workflowId, { input: {} }, '?timeout=20')
    expect([status, body.status, body.error.code]).toEqual([202, 'failed', 'EXECUTION_ERROR'])
    expect(body.steps[1]).toMatchObject({ status: 'failed', result: { error: { message: 'Out of tea' } } })
    expect((await statusOf(workflowId, body.run_id)).body.status).toBe('failed')
  })

  it('that is stopped is failed + CANCELLED to execute and cancelled to get; that timed out is timeout', async () => {
    const waiting = await publish(draw(['start>delay', 'delay>end']))
    const { run_id } = (await execute(waiting, { input: {} })).body
    await ask('POST', `/runs/${run_id}/commands`, { command: 'stop', wait: 20 })
    const stopped = (await statusOf(waiting, run_id)).body
    expect([stopped.status, stopped.error.code]).toEqual(['cancelled', 'CANCELLED'])
    expect(steps(stopped)).toEqual([
      ['start', 'completed'],
      ['delay', 'cancelled'],
      ['end', 'skipped'],
    ])
    const late = await publish(draw(['start>delay', 'delay>end'], {}, { settings: { timeoutMs: 300 } }))
    const timedOut = (await execute(late, { input: {} }, '?timeout=20')).body
    expect([timedOut.status, timedOut.error.code]).toEqual(['failed', 'TIMEOUT'])
    expect((await statusOf(late, timedOut.run_id)).body.status).toBe('timeout')
  })

  it('is running to both while it waits for a person', async () => {
    const workflowId = await publish(draw(['start>approval', 'approval:approved>end']))
    const { body } = await execute(workflowId, { input: {} }, '?timeout=20')
    expect([body.status, body.error]).toEqual(['running', null])
    const later = (await statusOf(workflowId, body.run_id)).body
    expect([later.status, later.steps[1].status]).toEqual(['running', 'waiting'])
    await ask('POST', `/runs/${body.run_id}/nodes/approval/approve`)
  })

  it('is what an empty body means, but where the id in the path is 24 hex digits', async () => {
    const workflowId = await publish(draw(['start>end']))
    for (const spelling of [workflowId, toPrefixed('wf', workflowId), toOrchestration(workflowId)]) {
      for (const json of [{}, undefined]) {
        const { status, body } = await execute(spelling, json)
        expect([status, body.workflow_id, body.status]).toEqual([202, workflowId, 'running'])
      }
    }
  })

  it('reads each run in the shape of the spelling', async () => {
    const workflowId = await publish(draw(['start>end']))
    const { body } = await execute(workflowId, { input: {} }, '?timeout=20')
    for (const spelling of [body.run_id, body.execution_id, toPrefixed('job', body.execution_id)]) {
      expect((await statusOf(workflowId, spelling)).body.run_id).toBe(body.run_id)
    }
    const hex = toObjectId(body.execution_id)
    expect((await statusOf(workflowId, hex)).body).toMatchObject({ workflow_run_id: hex, status: 'completed' })
  })
})

describe('agents', () => {
  it('are the one that is named, else the workflow’s, else the team’s', async () => {
    const workflowId = await publish(draw(['start>end']))
    const [own, named] = await Promise.all(
      ['Own', 'Named'].map(async (name) => (await ask('POST', '/agents', { name })).body.id as string),
    )
    const ran = async (json: unknown) => (await execute(workflowId, json)).body.agent_id
    expect(await ran({ input: {} })).toBe(agentId)
    await ask('PATCH', `/workflows/${workflowId}`, { agent_id: own })
    expect(await ran({ input: {} })).toBe(own)
    expect(await ran({ agent_id: toObjectId(named ?? '') })).toBe(named)
    expect(await ran({ agent_id: null, input: {} })).toBe(own)
  })

  it('404 for one of another team or unknown, 400 for a malformed one', async () => {
    const workflowId = await publish(draw(['start>end']))
    const other = await makeTenant()
    const foreign = (await api.ask('GET', '/v1/agents', { key: other.key })).body.items[0].id
    for (const [agent_id, status] of [
      [foreign, 404],
      [newId(), 404],
      ['nonsense', 400],
    ]) {
      const { body } = await execute(workflowId, { agent_id })
      expect(body).toMatchObject({ status, errors: [{ path: 'agent_id' }] })
    }
  })

  it('400 when none resolves', async () => {
    const { key } = await makeTenant()
    const { items } = (await api.ask('GET', '/v1/agents', { key })).body
    await api.ask('DELETE', `/v1/agents/${items[0].id}`, { key })
    const made = await api.ask('POST', '/v1/workflows', { key, json: { name: 'W', definition: draw(['start>end']) } })
    await api.ask('POST', `/v1/workflows/${made.body.id}/publish`, { key })
    for (const json of [{ input: {} }, { input: {}, dry_run: true }]) {
      const { body } = await api.ask('POST', `/v1/workflows/${made.body.id}/execute`, { key, json })
      expect(body).toMatchObject({ status: 400, code: 'no_agent', errors: [{ path: 'agent_id' }] })
    }
  })
})

describe('parameters', () => {
  it('replace the config of a node by id or name, for this run only; other keys are variables', async () => {
    const workflowId = await publish(
      draw(['start>transform', 'transform>end'], {
        transform: { name: 'Greet', config: { expression: '"plain"' } },
        end: { config: { output: '{{ nodes.Greet.output }} {{ $exists(tone) ? tone : "as ever" }}' } },
      }),
    )
    const result = async (parameters?: unknown) =>
      (await execute(workflowId, { input: {}, ...(parameters ? { parameters } : {}) }, '?timeout=20')).body.steps[2]
        .result
    expect(await result({ Greet: { expression: '"by name"' }, tone: 'warmly' })).toBe('by name warmly')
    expect(await result({ transform: { expression: '"by id"' }, tone: 'coldly' })).toBe('by id coldly')
    const { definition } = (await ask('GET', `/workflows/${workflowId}`)).body
    expect(definition.nodes.find((node: { id: string }) => node.id === 'transform').config.expression).toBe('"plain"')
  })

  it.each([
    [{ transform: 'x' }, 'parameters.transform'],
    [{ transform: { colour: 1 } }, 'parameters.transform.colour'],
    [{ Greet: { expression: '1 +' } }, 'parameters.Greet.expression'],
    [[], 'parameters'],
    ['x', 'parameters'],
  ])('422 for %j, naming the field', async (parameters, path) => {
    const workflowId = await publish(greeting())
    const { status, body } = await execute(workflowId, { input: { name: 'Ada' }, parameters })
    expect([status, body.errors[0].path]).toEqual([422, path])
  })
})

describe('refusals', () => {
  it('422 for input that the workflow does not declare so', async () => {
    const workflowId = await publish(greeting())
    for (const [input, path] of [
      [{}, 'input.name'],
      [{ name: 5 }, 'input.name'],
      [{ name: 'Ada', more: 1 }, 'input.more'],
      ['text', 'input'],
    ] as const) {
      const { body } = await execute(workflowId, { input })
      expect(body).toMatchObject({ status: 422, code: 'invalid_inputs', errors: [{ path }] })
    }
  })

  it('409 for a workflow that is not published', async () => {
    const { id } = (await ask('POST', '/workflows', { name: 'Draft', definition: draw(['start>end']) })).body
    for (const json of [{ input: {} }, {}, { dry_run: true }]) {
      expect((await execute(id, json)).body).toMatchObject({ status: 409, code: 'workflow_not_published' })
    }
  })

  it('403 for X-Tenant-ID of another team; the own one passes in any spelling', async () => {
    const workflowId = await publish(draw(['start>end']))
    const other = (await makeTenant()).team.id
    for (const given of [other, newId(), 'nonsense', '']) {
      const { status, body } = await execute(workflowId, { input: {} }, '', { 'x-tenant-id': given })
      expect([given, status, body.errors[0].path]).toEqual([given, 403, 'headers.x-tenant-id'])
    }
    const { id } = tenant.team
    for (const given of [id, toObjectId(id), toPrefixed('team', id)]) {
      expect((await execute(workflowId, { input: {} }, '', { 'x-tenant-id': given })).status).toBe(202)
    }
    const { run_id } = (await execute(workflowId, { input: {} })).body
    const read = (tenantId: string) =>
      ask('GET', `/workflows/${workflowId}/execute/${run_id}`, undefined, { 'x-tenant-id': tenantId })
    expect([(await read(other)).status, (await read(id)).status]).toEqual([403, 200])
  })

  it.each([
    [{ dry_run: 'yes' }, 'dry_run'],
    [{ input: {}, colour: 'red' }, 'colour'],
    [{ colour: 'red' }, 'colour'],
    [{ agent_id: 5 }, 'agent_id'],
  ])('422 for %j, naming the field', async (json, path) => {
    const { status, body } = await execute(await publish(draw(['start>end'])), json)
    expect([status, body.errors[0].path]).toEqual([422, path])
  })

  it('404 for another team’s workflow or run; 400 for a malformed id; 403 for a key that may not', async () => {
    const workflowId = await publish(draw(['start>end']))
    const { run_id } = (await execute(workflowId, { input: {} })).body
    const { key } = await makeTenant()
    const foreign = (method: string, path: string, json?: unknown) => api.ask(method, `/v1${path}`, { key, json })
    expect((await foreign('POST', `/workflows/${workflowId}/execute`, { input: {} })).status).toBe(404)
    expect((await foreign('POST', `/workflows/${workflowId}/execute`, { dry_run: true })).status).toBe(404)
    expect((await foreign('GET', `/workflows/${workflowId}/execute/${run_id}`)).status).toBe(404)
    expect((await statusOf(await publish(draw(['start>end'])), run_id)).status).toBe(404)
    expect((await statusOf(workflowId, 'maip-orch:nonsense')).status).toBe(400)
    const executor = await keyWith(tenant.team, ['workflows:execute'])
    const may = (method: string, path: string, json?: unknown) => api.ask(method, `/v1${path}`, { key: executor, json })
    expect((await may('POST', `/workflows/${workflowId}/execute`, { input: {} })).status).toBe(202)
    expect((await may('GET', `/workflows/${workflowId}/execute/${run_id}`)).body).toMatchObject({ scope: 'runs:read' })
  })
})

describe('200: a dry run', () => {
  const TABLES = [
    'runs',
    'run_events',
    'node_runs',
    'waits',
    'run_commands',
    'blobs',
    'definitions',
    'workflow_versions',
    'idempotency_keys',
  ]
  const rows = async () => {
    const counts = TABLES.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`)
    const jobs = '(SELECT count(*)::int FROM graphile_worker._private_jobs) AS jobs'
    return (await pool().query(`SELECT ${[...counts, jobs].join(', ')}`)).rows[0]
  }

  it('plans everything, makes no row and calls nothing, however it is asked for', async () => {
    calls = []
    const definition = draw(
      [
        'start>condition',
        'condition:yes>http',
        'condition:else>approval',
        'approval:approved>forEach',
        'http>end',
        'forEach>end',
      ],
      {
        condition: { config: { branches: [{ name: 'yes', when: 'inputs.n > 1' }] } },
        http: { config: { method: 'POST', url: `${url}/called` } },
        item: { type: 'llm', parentId: 'forEach', config: { model: 'offline/writer', prompt: 'x' } },
      },
      { inputs: { type: 'object', properties: { n: { type: 'number' } } } },
    )
    const workflowId = await publish(definition)
    const before = await rows()
    const { status, body } = await execute(workflowId, { input: { n: 2 }, dry_run: true })
    expect(status).toBe(200)
    expect(executionSchema.parse(body)).toEqual(body)
    expect(body).toMatchObject({
      run_id: null,
      execution_id: null,
      workflow_id: workflowId,
      workflow_version: '0',
      agent_id: agentId,
      status: 'pending',
      dry_run: true,
      error: null,
      created_at: null,
      link_url: null,
      plan: {
        workflow_id: workflowId,
        version: { number: 0, label: '0' },
        side_effects: ['http'],
        waits: ['approval'],
        uncertain: ['http', 'approval', 'forEach', 'item', 'end'],
      },
      estimate: { tokens: null, usd: null, seconds: null, basis: { source: 'none', runs: 0 } },
    })
    expect(steps(body)).toEqual(
      ['start', 'condition', 'http', 'approval', 'forEach', 'item', 'end'].map((node) => [node, 'planned']),
    )
    const planned = Object.fromEntries(body.plan.nodes.map((node: { node_id: string }) => [node.node_id, node]))
    expect(planned.condition).toMatchObject({ branches: ['yes', 'else'], certain: true, depends_on: ['start'] })
    expect(planned.http).toMatchObject({ side_effect: true, certain: false, waits_for: null })
    expect(planned.approval).toMatchObject({ waits_for: 'approval', branches: ['approved', 'rejected', 'timedOut'] })
    expect(planned.forEach).toMatchObject({ container: 'forEach', repeats: false })
    expect(planned.item).toMatchObject({ inside: 'forEach', repeats: true, depends_on: ['forEach'], action: 'llm' })

    const canonical = await ask('POST', `/workflows/${workflowId}/runs`, { input: { n: 2 }, dry_run: true })
    expect([canonical.status, canonical.body]).toEqual([
      200,
      { dry_run: true, plan: body.plan, estimate: body.estimate },
    ])
    const draft = await ask('POST', `/workflows/${workflowId}/runs`, { dry_run: true, draft: true })
    expect([draft.status, draft.body.plan.version]).toEqual([200, null])
    expect(await rows()).toEqual(before)
    expect(calls).toEqual([])
  })

  it('of a draft that was never saved so before stores nothing of it', async () => {
    const { id } = (await ask('POST', '/workflows', { name: 'D', definition: draw(['start>never', 'never>end']) })).body
    const before = await rows()
    expect((await ask('POST', `/workflows/${id}/runs`, { dry_run: true, draft: true })).status).toBe(200)
    expect((await ask('POST', `/workflows/${id}/runs`, { dry_run: true })).body.code).toBe('workflow_not_published')
    expect(await rows()).toEqual(before)
  })

  it('is refused where a start would be', async () => {
    const workflowId = await publish(greeting())
    for (const json of [
      { input: {} },
      { input: { name: 'Ada' }, parameters: { Greet: 'x' } },
      { input: { name: 'Ada' }, agent_id: newId() },
    ]) {
      const [dry, real] = [await execute(workflowId, { ...json, dry_run: true }), await execute(workflowId, json)]
      expect([dry.status, dry.body.code, dry.body.errors]).toEqual([real.status, real.body.code, real.body.errors])
      expect(dry.status).toBeGreaterThanOrEqual(400)
    }
  })

  it('plans with the parameters that are given', async () => {
    const branches = [{ name: 'right', when: 'true' }]
    const workflowId = await publish(
      draw(['start>condition', 'condition:else>end'], { condition: { config: { branches } } }),
    )
    const parameters = { condition: { branches: [{ name: 'left', when: 'true' }] } }
    const { body } = await execute(workflowId, { dry_run: true, parameters })
    expect(body.plan.nodes[1].branches).toEqual(['left', 'else'])
  })

  it('estimates from what completed runs took, and says what it rests on', async () => {
    const workflowId = await publish(
      draw(['start>approval', 'approval:approved>llm', 'llm>end'], {
        llm: { type: 'llm', config: { model: 'offline/writer', prompt: 'Say hello' } },
      }),
    )
    const used: number[] = []
    for (let turn = 0; turn < 3; turn++) {
      const { body } = await execute(workflowId, { input: {} }, '?timeout=20')
      await ask('POST', `/runs/${body.run_id}/nodes/approval/approve`)
      await waitForRun(body.execution_id, ended)
      used.push((await ask('GET', `/runs/${body.run_id}`)).body.tokens)
    }
    // The wait for the approval is made an hour long: it is no work.
    await pool().query(`UPDATE waits SET created_at = created_at - interval '1 hour' WHERE workflow_id = $1`, [
      workflowId,
    ])
    await pool().query(
      `UPDATE node_runs n SET started_at = n.started_at - interval '1 hour' FROM runs r
        WHERE r.id = n.run_id AND r.workflow_id = $1 AND n.node_id = 'approval'`,
      [workflowId],
    )
    const { estimate } = (await execute(workflowId, { dry_run: true })).body
    expect(estimate.basis).toMatchObject({ source: 'this_version', runs: 3 })
    const sorted = used.sort((a, b) => a - b)
    expect(estimate.tokens).toEqual({ p50: sorted[1], p95: sorted[2] })
    expect(sorted[0]).toBeGreaterThan(0)
    expect(estimate.usd).toEqual({ p50: 0, p95: 0 })
    expect(estimate.seconds.p95).toBeGreaterThanOrEqual(estimate.seconds.p50)
    expect(estimate.seconds.p95).toBeLessThan(60)
  })

  it('knows that a workflow without models costs nothing, and nothing else without a run', async () => {
    const { estimate } = (await execute(await publish(draw(['start>end'])), { dry_run: true })).body
    expect(estimate).toMatchObject({
      tokens: { p50: 0, p95: 0 },
      usd: { p50: 0, p95: 0 },
      seconds: null,
      basis: { source: 'none', runs: 0 },
    })
  })
})
