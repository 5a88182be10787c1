import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pool } from '../../../db/client'
import { newId, toObjectId, toOrchestration, toPrefixed } from '../../../ids'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { startWorker } from '../../../worker/main'
import { recordResponseSchema } from '../../contracts/execute-record'

/** The record dialect on the execute URL, by route and status. */

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let tenant: Awaited<ReturnType<typeof makeTenant>>

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker()
  tenant = await makeTenant()
})
afterAll(async () => {
  await api.close()
  await worker.stop(1_000)
})

const ask = (method: string, path: string, json?: unknown, headers?: Record<string, string>) =>
  api.ask(method, `/v1${path}`, { key: tenant.key, json, headers })
async function make(definition: unknown): Promise<string> {
  return (await ask('POST', '/workflows', { name: 'Record', definition })).body.id
}
async function publish(definition: unknown): Promise<string> {
  const id = await make(definition)
  const published = await ask('POST', `/workflows/${id}/publish`)
  expect(published.body.errors).toBeUndefined()
  return id
}
const execute = (workflowId: string, json?: unknown, query = '', headers?: Record<string, string>) =>
  ask('POST', `/workflows/${workflowId}/execute${query}`, json, headers)

const greeting = () =>
  draw(
    ['start>transform', 'transform>end'],
    {
      transform: { config: { expression: '"Hello " & inputs.name' } },
      end: { config: { output: '{{ nodes.transform.output }}, {{ tone }}, [[suffix]]' } },
    },
    {
      inputs: { type: 'object', properties: { name: { type: 'string' }, age: { type: 'number' } }, required: ['name'] },
    },
  )
const failing = () => draw(['start>fail'], { fail: { config: { message: 'Out of tea' } } })
const question = (name: string) => ({
  config: {
    prompt: `Your ${name}?`,
    schema: { type: 'object', properties: { [name]: { type: 'string' } }, required: [name] },
  },
})
const conversation = () =>
  draw(['start>input1', 'input1>message', 'message>input2', 'input2>end'], {
    input1: question('name'),
    message: { config: { text: 'Hello {{ nodes.input1.output.name }}' } },
    input2: question('city'),
    end: { config: { output: { city: '{{ nodes.input2.output.city }}' } } },
  })

describe('200: a record', () => {
  it('of a run that completed, with every member of the contract', async () => {
    const workflowId = await publish(greeting())
    const { status, body } = await execute(workflowId, {
      command: 'start',
      dynamic_variables: { name: 'Ada', tone: 'warmly' },
      runtime_variables: { suffix: 'always' },
      miscellaneous: { ticket: 7 },
      run_by: 'CI',
      workflow_id: toObjectId(workflowId),
      version_number: 0,
      team_id: toPrefixed('team', tenant.team.id),
      thread_to_node_inputs: { '0': { node_run_inputs: [] } },
    })
    expect(status).toBe(200)
    expect(recordResponseSchema.parse(body)).toEqual(body)
    const hex = toObjectId(workflowId)
    expect(body).toEqual({
      logical_id: hex,
      workflow_run_id: expect.stringMatching(/^[0-9a-f]{24}$/),
      workflow_id: hex,
      version_number: 0,
      version_name: '0',
      status: 'completed',
      canonical_status: 'completed',
      termination_source: null,
      input_output_pairs: [
        {
          input: { name: 'Ada' },
          output: 'Hello Ada, warmly, always',
          turn: 1,
          started_at: expect.any(String),
          ended_at: expect.any(String),
          evaluation: null,
        },
      ],
      run_by: 'CI',
      comments: [],
      llm_token_usage: {
        input_tokens: 0,
        output_tokens: 0,
        total_tokens: 0,
        call_count: 0,
        by_model: [],
        by_provider: [],
      },
      llm_latency_stats: { call_count: 0, total_ms: 0, average_ms: null, by_model: [] },
      workflow_config_fully_hydrated: expect.objectContaining({ schemaVersion: 1, nodes: expect.any(Array) }),
      is_evaluation_run: false,
      source_workflow_run_id: null,
      evaluation_run_info: null,
      link_url: expect.stringMatching(/\/runs\/[0-9a-f-]{36}$/),
    })
    const run = (await ask('GET', `/runs/${body.workflow_run_id}`)).body
    expect(run).toMatchObject({ runtime_variables: { suffix: 'always' }, input: { name: 'Ada' } })
  })

  it('counts what models used, by model and by provider', async () => {
    const workflowId = await publish(
      draw(['start>llm', 'llm>end'], {
        llm: { type: 'llm', config: { model: 'offline/writer', prompt: 'Say hello' } },
      }),
    )
    const { body } = await execute(workflowId, { command: 'start' })
    const { llm_token_usage: tokens, llm_latency_stats: latency } = body
    expect([tokens.call_count, latency.call_count]).toEqual([1, 1])
    expect(tokens.total_tokens).toBe(tokens.input_tokens + tokens.output_tokens)
    expect(tokens.total_tokens).toBeGreaterThan(0)
    expect(tokens.by_model).toEqual([
      {
        model: expect.any(String),
        provider: 'offline',
        input_tokens: tokens.input_tokens,
        output_tokens: tokens.output_tokens,
        total_tokens: tokens.total_tokens,
        call_count: 1,
      },
    ])
    expect(tokens.by_provider).toMatchObject([{ provider: 'offline', call_count: 1 }])
    expect(latency.average_ms).toBe(latency.total_ms)
    expect(latency.by_model).toMatchObject([{ provider: 'offline', call_count: 1 }])
  })

  it('masks secrets of the definition that ran', async () => {
    const definition = draw(['start>end', 'start>http'], {
      http: {
        config: {
          method: 'GET',
          url: 'https://unreachable.invalid',
          headers: { Authorization: 'Bearer very-secret-value' },
        },
      },
    })
    const workflowId = await publish(definition)
    const { body } = await execute(workflowId, { command: 'start' }, '?timeout=0')
    expect(JSON.stringify(body)).not.toContain('very-secret')
    const node = body.workflow_config_fully_hydrated.nodes.find((each: { id: string }) => each.id === 'http')
    expect(node.config.headers).toEqual({ Authorization: '••••••' })
    await execute(workflowId, { workflow_run_id: body.workflow_run_id, command: 'stop' })
  })

  it('of a run that failed says what ended it', async () => {
    const { status, body } = await execute(await publish(failing()), { command: 'start' })
    expect([status, body.status, body.termination_source]).toEqual([200, 'failed', 'execution_error'])
  })

  it('of a run that timed out is failed by timeout', async () => {
    const definition = draw(['start>delay', 'delay>end'], {}, { settings: { timeoutMs: 300 } })
    const { body } = await execute(await publish(definition), { command: 'start' })
    expect([body.status, body.canonical_status, body.termination_source]).toEqual(['failed', 'timed_out', 'timeout'])
  })

  it('grows by a pair with each answer', async () => {
    const workflowId = await publish(conversation())
    const first = (await execute(workflowId, { command: 'start' })).body
    expect(first).toMatchObject({ status: 'waiting_for_user_input', termination_source: null })
    expect(first.input_output_pairs).toMatchObject([
      { input: {}, output: { waiting_for: [{ node_id: 'input1', title: 'Your name?' }] }, turn: 1 },
    ])
    const { workflow_run_id } = first
    const second = await execute(workflowId, {
      workflow_run_id,
      command: 'data',
      thread_to_node_inputs: { '0': { node_run_inputs: [{ data: { name: 'Ada' } }] } },
    })
    expect(second.body.workflow_run_id).toBe(workflow_run_id)
    expect(second.body.input_output_pairs[1]).toMatchObject({
      input: { name: 'Ada' },
      output: { waiting_for: [{ node_id: 'input2' }], messages: [{ text: 'Hello Ada' }] },
      turn: 2,
    })
    const last = await execute(workflowId, { workflow_run_id, thread_to_node_inputs: { input2: { city: 'Rome' } } })
    expect(last.body).toMatchObject({ status: 'completed', termination_source: null })
    expect(last.body.input_output_pairs.map((pair: { turn: number }) => pair.turn)).toEqual([1, 2, 3])
    expect(last.body.input_output_pairs[2]).toMatchObject({ input: { city: 'Rome' }, output: { city: 'Rome' } })
  })

  it('of a run whose time to wait was over says running', async () => {
    const workflowId = await publish(draw(['start>delay', 'delay>end']))
    const { body } = await execute(workflowId, { command: 'start' }, '?timeout=0.3')
    expect([body.status, body.termination_source]).toEqual(['running', null])
    const stopped = await execute(workflowId, { workflow_run_id: body.workflow_run_id, command: 'stop' })
    expect([stopped.body.status, stopped.body.termination_source]).toEqual(['cancelled', 'cancelled'])
    for (const command of ['stop', 'pause']) {
      const again = await execute(workflowId, { workflow_run_id: body.workflow_run_id, command })
      expect([again.status, again.body]).toEqual([200, stopped.body])
    }
  })

  it('pauses at a boundary and resumes', async () => {
    const workflowId = await publish(conversation())
    const { workflow_run_id } = (await execute(workflowId, { command: 'start' })).body
    expect((await execute(workflowId, { workflow_run_id, command: 'pause' })).body.status).toBe('paused')
    expect((await execute(workflowId, { workflow_run_id, command: 'resume' })).body.status).toBe(
      'waiting_for_user_input',
    )
  })

  it('projects an open approval to paused', async () => {
    const workflowId = await publish(draw(['start>approval', 'approval:approved>end']))
    const { body } = await execute(workflowId, { command: 'start' })
    expect([body.status, body.canonical_status]).toEqual(['paused', 'waiting_for_approval'])
    const { status, body: refused } = await execute(workflowId, {
      workflow_run_id: body.workflow_run_id,
      command: 'resume',
    })
    expect([status, refused.code, refused.node_id]).toEqual([409, 'approval_open', 'approval'])
    await ask('POST', `/runs/${body.workflow_run_id}/nodes/approval/approve`)
  })

  it('names the run that a retry continues', async () => {
    const workflowId = await publish(failing())
    const { workflow_run_id } = (await execute(workflowId, { command: 'start' })).body
    const retried = (await ask('POST', `/runs/${workflow_run_id}/commands`, { command: 'retry', wait: 10 })).body
    const read = await ask('GET', `/workflows/${workflowId}/execute/${toObjectId(retried.id)}`)
    expect(read.body.source_workflow_run_id).toBe(workflow_run_id)
  })

  it('does not wait when the caller prefers so', async () => {
    const workflowId = await publish(draw(['start>delay', 'delay>end']))
    const { status, headers, body } = await execute(workflowId, { command: 'start' }, '', { prefer: 'respond-async' })
    expect([status, headers.get('preference-applied')]).toEqual([200, 'respond-async'])
    await execute(workflowId, { workflow_run_id: body.workflow_run_id, command: 'stop' })
  })
})

describe('an empty body', () => {
  it('is a record where the id in the path is 24 hex digits', async () => {
    const workflowId = await publish(draw(['start>end']))
    for (const json of [{}, undefined]) {
      const { status, body } = await execute(toObjectId(workflowId), json)
      expect([status, body.logical_id, body.status]).toEqual([200, toObjectId(workflowId), 'completed'])
    }
  })

  it('is answered under /workflows/v1 too, and what is not there is a problem document', async () => {
    const workflowId = toObjectId(await publish(draw(['start>end'])))
    const { status, body } = await api.ask('POST', `/workflows/v1/${workflowId}/execute`, { key: tenant.key, json: {} })
    expect([status, body.status]).toEqual([200, 'completed'])
    const read = await api.ask('GET', `/workflows/v1/${workflowId}/execute/${body.workflow_run_id}`, {
      key: tenant.key,
    })
    expect([read.status, read.body]).toEqual([200, body])
    const lost = await api.ask('POST', `/workflows/v1/${workflowId}/elsewhere`, { key: tenant.key, json: {} })
    expect([lost.status, lost.body.code]).toEqual([404, 'not_found'])
    const wrong = await api.ask('GET', `/workflows/v1/${workflowId}/execute`, { key: tenant.key })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

describe('the version', () => {
  /** Versions 0, 1 and 2 answer their own number; 1 is the active one. */
  let workflowId: string
  beforeAll(async () => {
    const numbered = (number: number) => draw(['start>end'], { end: { config: { output: number } } })
    workflowId = await publish(numbered(0))
    for (const number of [1, 2]) {
      await ask('PATCH', `/workflows/${workflowId}`, { definition: numbered(number) })
      await ask('POST', `/workflows/${workflowId}/publish`, { label: `v${number}` })
    }
    await ask('POST', `/workflows/${workflowId}/versions/1/activate`)
  })

  it.each([
    ['', undefined, 1],
    ['', 0, 1],
    ['', null, 1],
    ['', 2, 2],
    ['?version=0', undefined, 0],
    ['?version=0', 2, 0],
    ['?version=2', 0, 2],
    ['?version=2', 1, 2],
  ])('of query "%s" and body %s is %s', async (query, version_number, ran) => {
    const { body } = await execute(workflowId, { command: 'start', version_number }, query)
    expect([body.version_number, body.input_output_pairs[0].output]).toEqual([ran, ran])
    expect(body.version_name).toBe(ran === 0 ? '0' : `v${ran}`)
  })

  it.each([
    ['?version=9', undefined, 404],
    ['', 9, 404],
    ['?version=-1', undefined, 422],
    ['?version=1.5', undefined, 422],
    ['?version=one', undefined, 422],
    ['', -1, 422],
    ['', '1', 422],
  ])('of query "%s" and body %s answers %s', async (query, version_number, status) => {
    expect((await execute(workflowId, { command: 'start', version_number }, query)).status).toBe(status)
  })

  it('is ignored for a workflow that has none: its draft runs', async () => {
    const id = await make(draw(['start>end'], { end: { config: { output: 'draft' } } }))
    for (const [query, version_number] of [
      ['', undefined],
      ['?version=7', 3],
    ] as const) {
      const { status, body } = await execute(id, { command: 'start', version_number }, query)
      expect([status, body.version_number, body.version_name]).toEqual([200, null, null])
      expect(body.input_output_pairs[0].output).toBe('draft')
    }
  })

  it('keeps the one of the first request', async () => {
    const id = await publish(conversation())
    const { workflow_run_id } = (await execute(id, { command: 'start' })).body
    await ask('PATCH', `/workflows/${id}`, { definition: draw(['start>end']) })
    await ask('POST', `/workflows/${id}/publish`)
    const next = { workflow_run_id, version_number: 1, thread_to_node_inputs: { '0': { name: 'Ada' } } }
    expect((await execute(id, next, '?version=1')).body).toMatchObject({
      version_number: 0,
      status: 'waiting_for_user_input',
    })
  })
})

describe('refusals', () => {
  it.each([
    [{ command: 'data' }, 'command'],
    [{ command: 'resume' }, 'command'],
    [{ command: 'pause' }, 'command'],
    [{ command: 'stop' }, 'command'],
    [{ command: 'fly' }, 'command'],
    [{ command: 'start', thread_to_node_inputs: { '0': 'yes' } }, 'thread_to_node_inputs.0'],
    [{ command: 'start', thread_to_node_inputs: { '0': { node_run_inputs: 'x' } } }, 'thread_to_node_inputs.0'],
    [{ command: 'start', dynamic_variables: [] }, 'dynamic_variables'],
    [{ command: 'start', colour: 'red' }, 'colour'],
    [{ command: 'start', workflow_id: newId() }, 'workflow_id'],
    [{ command: 'start', dynamic_variables: { name: 5 } }, 'dynamic_variables.name'],
    [{ command: 'start' }, 'dynamic_variables.name'],
  ])('422 for %j, naming the field', async (json, path) => {
    const workflowId = await publish(greeting())
    const { status, body } = await execute(workflowId, json)
    expect([status, body.errors[0].path]).toEqual([422, path])
  })

  it.each([
    [{ command: 'start', agent_id: newId() }, ['command', 'agent_id']],
    [{ command: 'start', run_input: {} }, ['run_input', 'command']],
    [{ command: 'start', input: {}, dry_run: true }, ['command', 'input', 'dry_run']],
    [{ run_id: '0'.repeat(24), command: 'stop' }, ['run_input']],
    [{ run_id: '0'.repeat(24) }, ['run_input']],
  ])('422 for %j, which mixes families', async (json, paths) => {
    const { status, body } = await execute(await publish(draw(['start>end'])), json)
    expect([status, body.errors.map((error: { path: string }) => error.path)]).toEqual([422, paths])
  })

  it.each([
    [{ workflow_run_id: 'nonsense' }, 400],
    [{ workflow_id: 'nonsense', command: 'start' }, 400],
    [{ team_id: 'nonsense', command: 'start' }, 400],
    [{ workflow_run_id: newId() }, 404],
    [{ team_id: newId(), command: 'start' }, 404],
  ])('%j answers %s', async (json, status) => {
    expect((await execute(await publish(draw(['start>end'])), json)).status).toBe(status)
  })

  it('400 for a malformed id in the path, 404 for one that is unknown or of another team', async () => {
    const theirs = (await makeTenant()).key
    const workflowId = await publish(draw(['start>end']))
    expect((await execute('nonsense', { command: 'start' })).status).toBe(400)
    for (const spelling of [newId(), toObjectId(newId()), toPrefixed('wf', newId()), toOrchestration(newId())]) {
      expect((await execute(spelling, { command: 'start' })).status).toBe(404)
    }
    const foreign = await api.ask('POST', `/v1/workflows/${workflowId}/execute`, {
      key: theirs,
      json: { command: 'start' },
    })
    const unknown = await execute(newId(), { command: 'start' })
    expect([foreign.status, foreign.body.message]).toEqual([404, unknown.body.message])
  })

  it('404 for a run of another workflow or team, which goes on undisturbed', async () => {
    const [one, other] = [await publish(conversation()), await publish(conversation())]
    const { workflow_run_id } = (await execute(one, { command: 'start' })).body
    expect((await execute(other, { workflow_run_id, command: 'stop' })).status).toBe(404)
    expect((await ask('GET', `/workflows/${other}/execute/${workflow_run_id}`)).status).toBe(404)
    const theirs = (await makeTenant()).key
    const foreign = await api.ask('POST', `/v1/workflows/${one}/execute`, {
      key: theirs,
      json: { workflow_run_id, command: 'stop' },
    })
    expect(foreign.status).toBe(404)
    expect((await ask('GET', `/runs/${workflow_run_id}`)).body.status).toBe('waiting_for_user_input')
  })

  it('409 for input to a run that is executing, 409 for going on with one that has ended', async () => {
    const slow = await publish(draw(['start>delay', 'delay>end']))
    const { workflow_run_id } = (await execute(slow, { command: 'start' }, '?timeout=0.3')).body
    const early = await execute(slow, { workflow_run_id, thread_to_node_inputs: { '0': 'x' } })
    expect([early.status, early.body.code]).toEqual([409, 'run_executing'])
    const go = await execute(slow, { workflow_run_id, command: 'resume' })
    expect([go.status, go.body.code]).toEqual([409, 'run_executing'])
    await execute(slow, { workflow_run_id, command: 'stop' })
    const late = await execute(slow, { workflow_run_id, command: 'data', thread_to_node_inputs: { '0': 'x' } })
    expect([late.status, late.body.code]).toEqual([409, 'run_ended'])
  })

  it('422 for an answer to a thread where nothing waits, or with the wrong data', async () => {
    const workflowId = await publish(conversation())
    const { workflow_run_id } = (await execute(workflowId, { command: 'start' })).body
    for (const [inputs, path] of [
      [{ '7': { name: 'x' } }, 'thread_to_node_inputs.7'],
      [{ '0': { name: 5 } }, 'thread_to_node_inputs.0.name'],
    ] as const) {
      const { status, body } = await execute(workflowId, { workflow_run_id, thread_to_node_inputs: inputs })
      expect([status, body.errors[0].path]).toEqual([422, path])
    }
    const none = await execute(workflowId, { workflow_run_id, command: 'data' })
    expect([none.status, none.body.errors[0].path]).toEqual([422, 'thread_to_node_inputs.0'])
  })

  it('403 for a key without the scope; 401 for none; a key with it needs no other for every turn', async () => {
    const workflowId = await publish(conversation())
    const reader = await keyWith(tenant.team, ['workflows:read', 'runs:read'])
    const turn = (key: string | undefined, json: unknown) =>
      api.ask('POST', `/v1/workflows/${workflowId}/execute`, { key, json })
    expect((await turn(reader, { command: 'start' })).body).toMatchObject({ status: 403, scope: 'workflows:execute' })
    expect((await turn(undefined, { command: 'start' })).status).toBe(401)
    const caller = await keyWith(tenant.team, ['workflows:execute'], 'runner')
    const { workflow_run_id } = (await turn(caller, { command: 'start' })).body
    expect((await turn(caller, { workflow_run_id, command: 'stop' })).body.status).toBe('cancelled')
  })

  it('make no run', async () => {
    const count = async () => (await pool().query('SELECT count(*)::int AS runs FROM runs')).rows[0].runs
    const workflowId = await publish(greeting())
    const before = await count()
    await execute(workflowId, { command: 'start' })
    await execute(workflowId, { command: 'start', input: {} })
    await execute(workflowId, { command: 'stop' })
    expect(await count()).toBe(before)
  })
})
