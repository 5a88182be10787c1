import { afterEach, describe, expect, test, vi } from 'vitest'
import { runApproval } from './approval.run'
import { runCondition } from './condition.run'
import { runDelay } from './delay.run'
import { runEnd } from './end.run'
import { runFail } from './fail.run'
import { runInput } from './input.run'
import { runMerge } from './merge.run'
import { runMessage } from './message.run'
import { NodeError } from './runner'
import { runStart } from './start.run'
import { runSwitch } from './switch.run'
import { runTemplate } from './template.run'
import { contextFor } from './test/context'
import { runTransform } from './transform.run'

afterEach(() => {
  vi.useRealTimers()
})

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`gave ${JSON.stringify(value)}`)
    },
    (error: unknown) => error,
  )
}

test('start gives the inputs of the run', async () => {
  expect(await runStart(await contextFor('start', {}, { inputs: { a: 1 } }))).toEqual({
    type: 'done',
    output: { a: 1 },
  })
})

describe('end', () => {
  test('gives its output with the types of its placeholders', async () => {
    const context = await contextFor(
      'end',
      { output: { count: '{{ inputs.n }}', text: 'n={{ inputs.n }}' } },
      { inputs: { n: 5 } },
    )
    expect(await runEnd(context)).toEqual({ type: 'done', output: { count: 5, text: 'n=5' } })
  })

  test('gives null when nothing is said', async () => {
    expect(await runEnd(await contextFor('end', {}))).toEqual({ type: 'done', output: null })
  })
})

describe('condition', () => {
  const branches = [
    { name: 'large', when: 'inputs.n > 100' },
    { name: 'medium', when: 'inputs.n > 10' },
  ]
  test.each([
    [500, 'large'],
    [50, 'medium'],
    [5, 'else'],
  ])('%i goes on at %s: the first true branch wins', async (n, port) => {
    const context = await contextFor('condition', { branches }, { inputs: { n } })
    expect(await runCondition(context)).toEqual({ type: 'done', port, output: { branch: port } })
  })

  test.each([
    ['inputs.n', 'the number 5'],
    ['inputs.missing', 'nothing'],
    ['"yes"', 'the text "yes"'],
    ['[1]', 'a list'],
    ['{}', 'an object'],
  ])('%s is neither true nor false, and never quietly false', async (when, described) => {
    const parts = { inputs: { n: 5 }, inputSchema: { properties: { missing: {} } } }
    const error = await failure(runCondition(await contextFor('condition', { branches: [{ name: 'a', when }] }, parts)))
    expect(error).toBeInstanceOf(NodeError)
    expect(error).toMatchObject({ code: 'not_boolean', retryable: false, details: { branch: 'a' } })
    expect(String(error)).toContain(`The branch "a" gave ${described}, and a condition must give true or false.`)
  })
})

describe('switch', () => {
  const cases = [
    { name: 'one', equals: 1 },
    { name: 'text', equals: '1' },
    { name: 'shape', equals: { b: 2, a: [1] } },
    { name: 'mine', equals: '{{ inputs.mine }}' },
  ]
  test.each([
    [1, 'one'],
    ['1', 'text'],
    [{ a: [1], b: 2 }, 'shape'],
    ['m', 'mine'],
    [2, 'default'],
    [null, 'default'],
  ])('%j goes on at %s', async (value, port) => {
    const context = await contextFor('switch', { on: 'inputs.value', cases }, { inputs: { value, mine: 'm' } })
    expect(await runSwitch(context)).toEqual({ type: 'done', port, output: { case: port, value } })
  })
})

test('merge gives what it is told to', async () => {
  const output = '{{ nodes.A.output ?? nodes.B.output }}'
  const context = await contextFor('merge', { output }, { nodeNames: ['A', 'B'], outputs: { B: { x: 1 } } })
  expect(await runMerge(context)).toEqual({ type: 'done', output: { x: 1 } })
  expect(await runMerge(await contextFor('merge', {}))).toEqual({ type: 'done', output: null })
})

test('transform gives the value of its expression, null for nothing', async () => {
  const inputs = { items: [{ price: 2 }, { price: 4 }] }
  const context = await contextFor('transform', { expression: '{"total": $sum(inputs.items.price)}' }, { inputs })
  expect(await runTransform(context)).toEqual({ type: 'done', output: { total: 6 } })
  expect(await runTransform(await contextFor('transform', { expression: 'inputs.items.colour' }, { inputs }))).toEqual({
    type: 'done',
    output: null,
  })
})

test('template gives its text; what is filled in is not read again', async () => {
  const inputs = { name: '{{ inputs.secret }}', secret: 's' }
  expect(await runTemplate(await contextFor('template', { text: 'Dear {{ inputs.name }}' }, { inputs }))).toEqual({
    type: 'done',
    output: 'Dear {{ inputs.secret }}',
  })
})

test('message shows its text and state', async () => {
  const context = await contextFor(
    'message',
    { text: '{{ inputs.n }}', state: { n: '{{ inputs.n }}' } },
    { inputs: { n: 5 } },
  )
  const message = { text: '5', state: { n: 5 } }
  expect(await runMessage(context)).toEqual({ type: 'done', output: message, message })
})

test('fail fails for good, with its message', async () => {
  const error = await failure(
    runFail(await contextFor('fail', { message: 'No feed {{ inputs.f }}.' }, { inputs: { f: 'x' } })),
  )
  expect(error).toMatchObject({ code: 'failed_on_purpose', message: 'No feed x.', retryable: false })
})

describe('delay', () => {
  test('seconds from now', async () => {
    vi.useFakeTimers({ now: new Date('2030-01-01T00:00:00Z') })
    const until = '2030-01-01T00:01:30.000Z'
    const wait = { type: 'wait', kind: 'timer', request: { until }, dueAt: until }
    expect(await runDelay(await contextFor('delay', { seconds: 90 }))).toEqual(wait)
    expect(
      await runDelay(await contextFor('delay', { seconds: '{{ inputs.n & "0" }}' }, { inputs: { n: 9 } })),
    ).toEqual(wait)
  })

  test('until an instant with its offset', async () => {
    const until = '2030-01-31T07:00:00.000Z'
    expect(await runDelay(await contextFor('delay', { until: '2030-01-31T09:00:00+02:00' }))).toMatchObject({
      dueAt: until,
    })
  })

  test.each(['tomorrow', '2030-01-31', '2030-01-31T09:00:00', '2030-13-01T00:00:00Z'])(
    '%s is no instant',
    async (until) => {
      expect(await failure(runDelay(await contextFor('delay', { until })))).toMatchObject({
        code: 'invalid_instant',
        retryable: false,
      })
    },
  )
})

describe('approval', () => {
  test('asks with everything resolved, once', async () => {
    vi.useFakeTimers({ now: new Date('2030-01-01T00:00:00Z') })
    const form = { type: 'object', properties: { text: { type: 'string', default: '{{ raw }}' } } }
    const stored = {
      title: 'Publish {{ inputs.draft.text }}?',
      show: '{{ inputs.draft }}',
      approvers: ['role:approver', '{{ inputs.boss }}'],
      form,
      dueInSeconds: 3_600,
    }
    const inputs = { draft: { text: '{{ inputs.boss }}' }, boss: 'boss@example.com' }
    expect(await runApproval(await contextFor('approval', stored, { inputs }))).toEqual({
      type: 'wait',
      kind: 'approval',
      request: {
        title: 'Publish {{ inputs.boss }}?',
        instructions: '',
        shown: { text: '{{ inputs.boss }}' },
        approvers: ['role:approver', 'boss@example.com'],
        policy: { mode: 'any', quorum: 1, rejections: 1, allowSelfApproval: true },
        onDue: { action: 'branch', to: [], seconds: 3_600 },
        form,
      },
      dueAt: '2030-01-01T01:00:00.000Z',
    })
  })

  test('without a due time waits for ever', async () => {
    expect(await runApproval(await contextFor('approval', { title: 'Go?' }))).not.toHaveProperty('dueAt')
  })
})

test('input asks for the fields of its schema', async () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } } }
  expect(
    await runInput(await contextFor('input', { prompt: 'Hi {{ inputs.n }}', schema }, { inputs: { n: 'Ada' } })),
  ).toEqual({
    type: 'wait',
    kind: 'input',
    request: { prompt: 'Hi Ada', schema },
  })
})
