import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId, toObjectId } from '../../../ids'
import { type Answered, keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import type { TestTeam } from '../../../testing/people'
import { startWorker } from '../../../worker/main'

/** The session dialect, turn by turn. */

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let key: string
let team: TestTeam

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker()
  const tenant = await makeTenant()
  key = tenant.key
  team = tenant.team
})
afterAll(async () => {
  await api.close()
  await worker.stop(1_000)
})

const ask = (method: string, path: string, json?: unknown) => api.ask(method, `/v1${path}`, { key, json })
async function publish(definition: unknown): Promise<string> {
  const { body } = await ask('POST', '/workflows', { name: 'Session', definition })
  const published = await ask('POST', `/workflows/${body.id}/publish`)
  if (published.status !== 201) throw new Error(JSON.stringify(published.body))
  return body.id
}
const execute = (workflowId: string, json?: unknown, query = '') =>
  api.ask('POST', `/v1/workflows/${workflowId}/execute${query}`, { key, json })
const types = (answer: Answered) => answer.body.events.map((event: { type: string }) => event.type)

const question = (prompt: string, name: string) => ({
  config: { prompt, schema: { type: 'object', properties: { [name]: { type: 'string' } }, required: [name] } },
})
/** Asks twice, one after the other. */
const conversation = () =>
  draw(
    ['start>input1', 'input1>message', 'message>input2', 'input2>end'],
    {
      input1: question('Your name?', 'name'),
      message: { config: { text: 'Hello {{ nodes.input1.output.name }}' } },
      input2: question('Your city?', 'city'),
      end: { config: { output: { name: '{{ nodes.input1.output.name }}', city: '{{ nodes.input2.output.city }}' } } },
    },
    { inputs: { type: 'object', properties: { topic: { type: 'string' } } } },
  )
/** Asks two people at the same time. */
const parallel = () =>
  draw(['start>input1', 'start>input2', 'input1>merge', 'input2>merge', 'merge>end'], {
    input1: question('Left?', 'left'),
    input2: question('Right?', 'right'),
    end: { config: { output: { left: '{{ nodes.input1.output.left }}', right: '{{ nodes.input2.output.right }}' } } },
  })
const approving = () => draw(['start>approval', 'approval:approved>end'], { approval: { config: { title: 'Sure?' } } })

describe('a conversation', () => {
  it('goes turn by turn to its end', async () => {
    const workflowId = await publish(conversation())
    const first = await execute(workflowId, { run_input: { command: 'start', input: { topic: 'weather' } } })
    expect(first.status).toBe(200)
    expect(first.body).toMatchObject({
      run_id: expect.stringMatching(/^[0-9a-f]{24}$/),
      status: 'waiting_for_user_input',
      canonical_status: 'waiting_for_user_input',
      turn_number: 1,
      is_waiting_for_input: true,
      is_completed: false,
      error: null,
      next_input_hint: {
        node_id: 'input1',
        node_name: 'input1',
        thread_id: '0',
        kind: 'input',
        prompt: 'Your name?',
        schema: { required: ['name'] },
      },
    })
    expect(first.body.link_url).toMatch(/\/runs\/[0-9a-f-]{36}$/)
    expect(types(first).at(0)).toBe('run_started')
    expect(types(first).at(-1)).toBe('run_waiting')

    const run_id = first.body.run_id
    const second = await execute(workflowId, { run_id, run_input: { thread_to_node_inputs: { '0': { name: 'Ada' } } } })
    expect(second.body).toMatchObject({
      run_id,
      turn_number: 2,
      is_waiting_for_input: true,
      next_input_hint: { prompt: 'Your city?' },
    })
    const shown = second.body.events.find((event: { type: string }) => event.type === 'message_shown')
    expect(shown).toMatchObject({ text: 'Hello Ada', node_name: 'message' })
    expect(types(second)).not.toContain('run_started')
    expect(types(second)).toContain('turn_started')

    const third = await execute(workflowId, {
      run_id,
      run_input: {
        command: 'data',
        thread_to_node_inputs: { input2: { node_run_inputs: [{ data: { city: 'Rome' } }] } },
      },
    })
    expect(third.body).toMatchObject({
      status: 'completed',
      turn_number: 3,
      is_completed: true,
      is_waiting_for_input: false,
      next_input_hint: null,
      output: { name: 'Ada', city: 'Rome' },
    })
    expect(types(third).at(-1)).toBe('run_completed')
  })

  it('tells every node of the turn: its start, and its end with the output', async () => {
    const definition = draw(['start>transform', 'transform>end'], { transform: { config: { expression: '6 * 7' } } })
    const { body } = await execute(await publish(definition), { run_input: {} })
    const of = (node_id: string) => body.events.filter((event: { node_id?: string }) => event.node_id === node_id)
    expect(of('transform')).toMatchObject([
      { type: 'node_started', node_name: 'transform' },
      { type: 'node_succeeded', node_name: 'transform', output: 42 },
    ])
    const seqs = body.events.map((event: { seq: number }) => event.seq)
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
  })

  it('gives every waiting branch a thread of its own', async () => {
    const workflowId = await publish(parallel())
    const first = (await execute(workflowId, { run_input: {} })).body
    const { waits } = (await ask('GET', `/runs/${first.run_id}`)).body
    const threads = Object.fromEntries(
      waits.map((wait: { node_id: string; thread: string }) => [wait.node_id, wait.thread]),
    )
    expect(Object.values(threads).sort()).toEqual(['0', '1'])
    const last = await execute(workflowId, {
      run_id: first.run_id,
      run_input: { thread_to_node_inputs: { [threads.input2]: { right: 'R' }, [threads.input1]: { left: 'L' } } },
    })
    expect(last.body).toMatchObject({ status: 'completed', turn_number: 2, output: { left: 'L', right: 'R' } })
  })

  it('takes the version of the first turn only', async () => {
    const workflowId = await publish(conversation())
    await ask('PATCH', `/workflows/${workflowId}`, { definition: draw(['start>end']) })
    await ask('POST', `/workflows/${workflowId}/publish`)
    expect((await execute(workflowId, { run_input: {} })).body.status).toBe('completed')
    const first = await execute(workflowId, { run_input: {} }, '?version=0')
    expect(first.body.status).toBe('waiting_for_user_input')
    const next = { run_id: first.body.run_id, run_input: { input: { name: 'Ada' } } }
    expect((await execute(workflowId, next, '?version=1')).body).toMatchObject({
      turn_number: 2,
      status: 'waiting_for_user_input',
    })
    expect((await execute(workflowId, { run_input: {} }, '?version=9')).status).toBe(404)
    expect((await execute(workflowId, { run_input: {} }, '?version=-1')).status).toBe(422)
  })

  it('accepts an empty list of node inputs on a start', async () => {
    const { status } = await execute(await publish(approving()), {
      run_input: { command: 'start', thread_to_node_inputs: { '0': { node_run_inputs: [] } } },
    })
    expect(status).toBe(200)
  })
})

describe('a run that fails', () => {
  it('is answered with 200, the status failed and the reason', async () => {
    const definition = draw(['start>fail'], { fail: { config: { message: 'Out of tea' } } })
    const { status, body } = await execute(await publish(definition), { run_input: {} })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'failed',
      is_completed: false,
      is_waiting_for_input: false,
      error: expect.stringContaining('Out of tea'),
    })
    expect(body.events.at(-1).type).toBe('run_failed')
  })
})

describe('stopping and pausing', () => {
  it('cancels a waiting run, and stopping it again answers the same', async () => {
    const workflowId = await publish(conversation())
    const { run_id } = (await execute(workflowId, { run_input: {} })).body
    const stop = () => execute(workflowId, { run_id, run_input: { command: 'stop' } })
    const first = await stop()
    expect(first.body).toMatchObject({
      run_id,
      status: 'cancelled',
      is_completed: false,
      is_waiting_for_input: false,
      next_input_hint: null,
    })
    const again = await stop()
    expect([again.status, again.body]).toEqual([200, first.body])
    expect((await ask('GET', `/runs/${run_id}`)).body).toMatchObject({ status: 'cancelled', waits: [] })
  })

  it('refuses to go on with a run that has ended', async () => {
    const workflowId = await publish(draw(['start>end']))
    const { run_id } = (await execute(workflowId, { run_input: {} })).body
    for (const command of ['start', 'data', 'resume']) {
      const { status, body } = await execute(workflowId, { run_id, run_input: { command } })
      expect([command, status, body.code]).toEqual([command, 409, 'run_ended'])
    }
  })

  it.each(['pause', 'stop'])('answers %s of a run that has ended with the run as it is', async (command) => {
    const workflowId = await publish(draw(['start>end']))
    const first = (await execute(workflowId, { run_input: {} })).body
    const { status, body } = await execute(workflowId, { run_id: first.run_id, run_input: { command } })
    expect([status, body]).toEqual([200, first])
  })

  it('pauses at the next boundary and goes on after resume', async () => {
    const workflowId = await publish(conversation())
    const { run_id } = (await execute(workflowId, { run_input: {} })).body
    const paused = await execute(workflowId, { run_id, run_input: { command: 'pause' } })
    expect(paused.body).toMatchObject({ status: 'paused', is_completed: false })
    const resumed = await execute(workflowId, { run_id, run_input: { command: 'resume' } })
    expect(resumed.body).toMatchObject({ status: 'waiting_for_user_input', is_waiting_for_input: true })
    const answered = await execute(workflowId, {
      run_id,
      run_input: { thread_to_node_inputs: { '0': { name: 'Ada' } } },
    })
    expect(answered.body.next_input_hint.prompt).toBe('Your city?')
  })
})

describe('what a turn may not do', () => {
  it('cannot pass an open approval: 409 naming the node', async () => {
    const workflowId = await publish(approving())
    const first = await execute(workflowId, { run_input: {} })
    expect(first.body).toMatchObject({
      status: 'paused',
      canonical_status: 'waiting_for_approval',
      is_waiting_for_input: false,
      next_input_hint: { kind: 'approval', node_id: 'approval', prompt: 'Sure?' },
    })
    const { run_id } = first.body
    for (const run_input of [
      { command: 'resume' },
      { command: 'data', thread_to_node_inputs: { '0': 'x' } },
      { input: { yes: true } },
    ]) {
      const { status, body } = await execute(workflowId, { run_id, run_input })
      expect([status, body.code]).toEqual([409, 'approval_open'])
      expect(body.node_id).toBe('approval')
      expect(body.message).toContain('approval')
    }
    await ask('POST', `/runs/${run_id}/nodes/approval/approve`)
  })

  it('cannot answer a thread or node where nothing waits: 422 naming it', async () => {
    const workflowId = await publish(conversation())
    const { run_id } = (await execute(workflowId, { run_input: {} })).body
    const { status, body } = await execute(workflowId, {
      run_id,
      run_input: { thread_to_node_inputs: { '7': { name: 'x' } } },
    })
    expect([status, body.errors[0].path]).toEqual([422, 'run_input.thread_to_node_inputs.7'])
    expect(body.message).toContain('7')
  })

  it('cannot answer with the wrong data: 422 naming the field as it was written', async () => {
    const workflowId = await publish(conversation())
    const { run_id } = (await execute(workflowId, { run_input: {} })).body
    const wrong = (run_input: unknown) => execute(workflowId, { run_id, run_input })
    expect((await wrong({ thread_to_node_inputs: { '0': { name: 5 } } })).body.errors[0].path).toBe(
      'run_input.thread_to_node_inputs.0.name',
    )
    expect((await wrong({ input: { name: 5 } })).body.errors[0].path).toBe('run_input.input.name')
    expect((await wrong({})).body).toMatchObject({
      status: 422,
      errors: [{ path: 'run_input.thread_to_node_inputs.0' }],
    })
  })

  it('cannot start with the wrong input, nor continue nothing', async () => {
    const workflowId = await publish(conversation())
    expect((await execute(workflowId, { run_input: { input: { topic: 5 } } })).body).toMatchObject({
      status: 422,
      errors: [{ path: 'run_input.input.topic' }],
    })
    expect((await execute(workflowId, { run_input: { command: 'data' } })).status).toBe(422)
    expect((await execute(workflowId, { run_id: toObjectId(newId()), run_input: {} })).status).toBe(404)
    expect((await execute(workflowId, { run_id: 'nonsense', run_input: {} })).status).toBe(400)
  })

  it('cannot reach a run by another workflow', async () => {
    const [one, other] = [await publish(conversation()), await publish(conversation())]
    const { run_id } = (await execute(one, { run_input: {} })).body
    expect((await execute(other, { run_id, run_input: { command: 'stop' } })).status).toBe(404)
    expect((await ask('GET', `/runs/${run_id}`)).body.status).toBe('waiting_for_user_input')
  })

  it('cannot send input to a run that is executing: 409', async () => {
    const workflowId = await publish(draw(['start>delay', 'delay>end'], { delay: { config: { seconds: 60 } } }))
    const first = await execute(workflowId, { run_input: {} }, '?timeout=0.3')
    expect(first.body).toMatchObject({
      status: 'running',
      is_waiting_for_input: false,
      is_completed: false,
      next_input_hint: null,
    })
    const { run_id } = first.body
    const { status, body } = await execute(workflowId, { run_id, run_input: { input: { a: 1 } } })
    expect([status, body.code]).toEqual([409, 'run_executing'])
    expect((await execute(workflowId, { run_id, run_input: { command: 'stop' } })).body.status).toBe('cancelled')
  })

  it('cannot widen access by team_id', async () => {
    const workflowId = await publish(draw(['start>end']))
    const other = (await makeTenant()).team
    expect((await execute(workflowId, { run_input: { team_id: other.id } })).status).toBe(404)
    expect((await execute(workflowId, { run_input: { team_id: toObjectId(team.id) } })).status).toBe(200)
  })

  it('needs no more than workflows:execute, for every turn', async () => {
    const workflowId = await publish(conversation())
    const caller = await keyWith(team, ['workflows:execute'], 'runner')
    const turn = (json: unknown) => api.ask('POST', `/v1/workflows/${workflowId}/execute`, { key: caller, json })
    const { run_id } = (await turn({ run_input: {} })).body
    expect((await turn({ run_id, run_input: { input: { name: 'Ada' } } })).body.turn_number).toBe(2)
    expect((await turn({ run_id, run_input: { command: 'stop' } })).body.status).toBe('cancelled')
  })

  it('needs the scope workflows:execute', async () => {
    const reader = await keyWith(team, ['runs:read'])
    const { body } = await api.ask('POST', `/v1/workflows/${newId()}/execute`, { key: reader, json: { run_input: {} } })
    expect(body).toMatchObject({ status: 403, scope: 'workflows:execute' })
  })
})
