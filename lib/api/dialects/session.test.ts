import { describe, expect, it } from 'vitest'
import { AppError } from '../../errors'
import { newId, toObjectId } from '../../ids'
import { aRun } from '../../testing/run-document'
import { sessionBodySchema } from '../contracts/execute'
import type { OpenWait, Run } from '../contracts/runs'
import { sessionCommand, sessionError, sessionTurn, type Turn } from './session'

const runId = newId()
const command = (body: unknown, version?: number) => sessionCommand(sessionBodySchema.parse(body), version)
const refusal = (work: () => unknown): AppError => {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('a first turn', () => {
  it('starts a run, with the version asked for', () => {
    const body = { run_input: { input: { a: 1 }, dynamic_variables: { b: 2 }, run_by: 'me' } }
    expect(command(body, 3)).toEqual({
      type: 'start',
      input: { a: 1 },
      dynamicVariables: { b: 2 },
      runtimeVariables: undefined,
      miscellaneous: undefined,
      version: 3,
      runBy: 'me',
    })
  })

  it('takes null for absent', () => {
    expect(
      command({ run_id: null, run_input: { command: null, thread_to_node_inputs: null, run_by: null } }),
    ).toMatchObject({
      type: 'start',
      runBy: undefined,
    })
  })

  it('takes an empty list of node inputs for nothing', () => {
    expect(command({ run_input: { thread_to_node_inputs: { '0': { node_run_inputs: [] } } } }).type).toBe('start')
  })

  it('refuses an answer to what cannot be waiting, naming the thread', () => {
    const error = refusal(() => command({ run_input: { thread_to_node_inputs: { '0': 'yes' } } }))
    expect(error.code).toBe('validation_failed')
    expect(error.errors).toEqual([
      { path: 'run_input.thread_to_node_inputs.0', message: 'nothing is waiting at 0: the run has not started' },
    ])
  })

  it.each(['data', 'resume', 'pause', 'stop'] as const)('cannot %s: that needs a run', (name) => {
    expect(refusal(() => command({ run_input: { command: name } })).errors[0]?.path).toBe('run_input.command')
  })
})

describe('a later turn', () => {
  const later = (run_input: unknown) => command({ run_id: toObjectId(runId), run_input }, 7)

  it.each(['start', 'data', 'resume', undefined])('goes on with the input, whether it says %s', (name) => {
    const input = { command: name, thread_to_node_inputs: { '0': { name: 'Ada' }, n2: 'x' } }
    expect(later(input)).toEqual({
      type: 'continue',
      runId,
      inputs: { '0': { name: 'Ada' }, n2: 'x' },
      data: undefined,
    })
  })

  it.each(['pause', 'stop'] as const)('can %s', (name) => {
    expect(later({ command: name })).toEqual({ type: name, runId })
  })

  it('reads node_run_inputs: data, or the last message, for the node named or the thread', () => {
    const list = [
      { node_id: 'ask', data: { a: 1 } },
      {
        messages: [
          { role: 'user', content: 'first' },
          { role: 'user', content: 'last' },
        ],
      },
    ]
    expect(later({ thread_to_node_inputs: { '1': { node_run_inputs: list } } })).toMatchObject({
      inputs: { ask: { a: 1 }, '1': 'last' },
    })
  })

  it.each([
    [{ node_run_inputs: [{}] }, 'run_input.thread_to_node_inputs.0.node_run_inputs.0'],
    [{ node_run_inputs: [{ data: 1 }, { data: 2 }] }, 'run_input.thread_to_node_inputs.0.node_run_inputs.1'],
    [{ node_run_inputs: 'x' }, 'run_input.thread_to_node_inputs.0'],
    [{ node_run_inputs: [], more: 1 }, 'run_input.thread_to_node_inputs.0'],
  ])('refuses %j, naming the place', (value, path) => {
    expect(refusal(() => later({ thread_to_node_inputs: { '0': value } })).errors[0]?.path).toBe(path)
  })

  it('keeps a thread named like a member of every object apart from it', () => {
    expect(later({ thread_to_node_inputs: { constructor: 'x' } })).toMatchObject({ inputs: { constructor: 'x' } })
  })

  it('takes input as the data for the one open input', () => {
    expect(later({ input: { city: 'Rome' } })).toEqual({
      type: 'continue',
      runId,
      inputs: undefined,
      data: { city: 'Rome' },
    })
  })

  it('names the fields of a refusal as the caller wrote them', () => {
    const inner = new AppError('validation_failed', 'no', {
      errors: [{ path: 'inputs.0.name', message: 'is missing' }],
    })
    expect(sessionError(inner)).toMatchObject({
      errors: [{ path: 'run_input.thread_to_node_inputs.0.name', message: 'is missing' }],
    })
  })
})

const at = '2026-02-01T10:00:00.000Z'
const run = aRun({ id: runId })
const wait: OpenWait = {
  id: newId(),
  run_id: runId,
  node_id: 'ask',
  node_name: 'Ask',
  path: [],
  kind: 'input',
  thread: '0',
  title: 'Which size?',
  instructions: '',
  shown: null,
  shown_hash: null,
  schema: { type: 'object', properties: { size: { enum: ['S', 'L'] } } },
  approval: null,
  callback_url: null,
  due_at: null,
  created_at: at,
}
const turn = (change: Partial<Run>, rest: Partial<Turn> = {}) =>
  sessionTurn({ run: { ...run, ...change }, events: [], settled: true, ...rest })

describe('the answer to a turn', () => {
  it('names the run by 24 hex digits and tells that it completed', () => {
    const answer = turn({})
    expect(answer.run_id).toMatch(/^[0-9a-f]{24}$/)
    expect(answer).toMatchObject({
      status: 'completed',
      is_completed: true,
      is_waiting_for_input: false,
      error: null,
      output: { ok: true },
    })
  })

  it.each([
    ['not_started', 'not_started'],
    ['started', 'started'],
    ['running', 'running'],
    ['paused', 'paused'],
    ['waiting_for_user_input', 'waiting_for_user_input'],
    ['waiting_for_approval', 'paused'],
    ['completed', 'completed'],
    ['failed', 'failed'],
    ['timed_out', 'failed'],
    ['cancelled', 'cancelled'],
    ['aborted_looping_risk', 'aborted_looping_risk'],
    ['skipped', 'completed'],
  ] as const)('projects %s to %s and keeps the canonical status beside it', (canonical, status) => {
    expect(turn({ status: canonical })).toMatchObject({ status, canonical_status: canonical })
  })

  it('hints at what is expected next', () => {
    expect(turn({ status: 'waiting_for_user_input', output: null, waits: [wait] })).toMatchObject({
      is_waiting_for_input: true,
      is_completed: false,
      next_input_hint: {
        node_id: 'ask',
        thread_id: '0',
        kind: 'input',
        prompt: 'Which size?',
        schema: wait.schema,
        options: ['S', 'L'],
      },
    })
  })

  it('does not call an open approval an input', () => {
    const approval: OpenWait = { ...wait, kind: 'approval', schema: null }
    expect(turn({ status: 'waiting_for_approval', waits: [approval] })).toMatchObject({
      status: 'paused',
      is_waiting_for_input: false,
      next_input_hint: { kind: 'approval', options: ['approved', 'rejected'] },
    })
  })

  it('is running with both flags false when the time to wait was over first', () => {
    expect(turn({ status: 'waiting_for_user_input', waits: [wait] }, { settled: false })).toMatchObject({
      status: 'running',
      is_waiting_for_input: false,
      is_completed: false,
      next_input_hint: null,
    })
  })

  it('says why a run failed', () => {
    expect(turn({ status: 'failed', error_summary: 'Fetch answered 503.' }).error).toBe('Fetch answered 503.')
    expect(turn({ status: 'timed_out', error_reason: 'timeout' }).error).toBe('timeout')
    expect(turn({ status: 'cancelled', error_summary: 'Stopped by Ada.' }).error).toBeNull()
  })

  it('puts the start of a node in front of the first event that names it', () => {
    const place = { at, node_id: 'say', path: [] }
    const { events } = turn(
      {},
      {
        events: [
          { event: { type: 'message_shown', seq: 3, ...place, text: 'Hello' }, node_name: 'Say', output: null },
          {
            event: {
              type: 'node_succeeded',
              seq: 4,
              ...place,
              attempt: 1,
              port: 'out',
              started_at: at,
              output_bytes: 4,
            },
            node_name: 'Say',
            output: { value: {} },
          },
        ],
      },
    )
    expect(events.map(({ seq, type }) => [seq, type])).toEqual([
      [3, 'node_started'],
      [3, 'message_shown'],
      [4, 'node_succeeded'],
    ])
  })

  it('does not begin again what began in an earlier turn', () => {
    const place = { at, node_id: 'ask', path: [] }
    const actor = { kind: 'api_key', name: 'k' } as const
    const { events } = turn(
      {},
      {
        events: [
          {
            event: { type: 'turn_started', seq: 7, at, turn: 2, actor, command: 'data' },
            node_name: null,
            output: null,
          },
          {
            event: { type: 'input_received', seq: 8, ...place, wait_id: 'w', actor, output_bytes: 2 },
            node_name: 'Ask',
            output: { value: 1 },
          },
        ],
      },
    )
    expect(events.map(({ type }) => type)).toEqual(['turn_started', 'input_received'])
    expect(events[1]).toMatchObject({ node_name: 'Ask', output: 1 })
  })

  it('tells every event, a start for every node that ended, and outputs beside the ends', () => {
    const node = { path: [], attempt: 1, port: 'out', started_at: at, output_bytes: 4 }
    const answer = turn(
      {},
      {
        events: [
          {
            event: {
              type: 'run_started',
              seq: 1,
              at,
              actor: { kind: 'api_key', name: 'k' },
              trigger: 'api',
              version_number: 0,
            },
            node_name: null,
            output: null,
          },
          {
            event: { type: 'node_succeeded', seq: 2, at, node_id: 'start', ...node },
            node_name: 'Start',
            output: { value: { a: 1 } },
          },
          {
            event: { type: 'node_started', seq: 3, at, node_id: 'get', path: [], attempt: 1 },
            node_name: 'Get',
            output: null,
          },
          {
            event: { type: 'node_succeeded', seq: 4, at, node_id: 'get', ...node },
            node_name: 'Get',
            output: { blob_id: 'b', bytes: 300_000 },
          },
          { event: { type: 'run_completed', seq: 5, at, output_bytes: 2 }, node_name: null, output: null },
        ],
      },
    )
    expect(answer.events.map(({ seq, type }) => [seq, type])).toEqual([
      [1, 'run_started'],
      [2, 'node_started'],
      [2, 'node_succeeded'],
      [3, 'node_started'],
      [4, 'node_succeeded'],
      [5, 'run_completed'],
    ])
    expect(answer.events[2]).toMatchObject({ node_name: 'Start', output: { a: 1 } })
    expect(answer.events[4]).toMatchObject({ output_ref: { blob_id: 'b', bytes: 300_000 } })
  })
})
