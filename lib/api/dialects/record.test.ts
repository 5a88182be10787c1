import { describe, expect, it } from 'vitest'
import { AppError } from '../../errors'
import { newId, toObjectId } from '../../ids'
import { draw } from '../../testing/definition'
import { aRun } from '../../testing/run-document'
import type { Comment } from '../contracts/comments'
import type { Evaluation } from '../contracts/evaluation'
import type { Segment } from '../contracts/runs'
import { recordCommand, recordError, recordVersion, runRecord } from './record'

const workflowId = newId()
const runId = newId()
const definition = draw(['start>end'])
const at = '2026-02-01T10:00:00.000Z'
const segment: Segment = {
  turn: 1,
  input: { value: { a: 1 }, bytes: 7 },
  output: null,
  messages: [],
  status: null,
  started_at: at,
  ended_at: null,
}
const record = (
  change: Parameters<typeof aRun>[0] = {},
  rest: { segments?: Segment[]; comments?: Comment[]; settled?: boolean } = {},
) => runRecord({ run: aRun(change), segments: [], comments: [], definition, settled: true, ...rest })
const pair = (change: Partial<Segment>) => record({}, { segments: [{ ...segment, ...change }] }).input_output_pairs[0]

describe('which version is meant', () => {
  it.each([
    [undefined, undefined, undefined],
    [undefined, null, undefined],
    [undefined, 0, undefined],
    [undefined, 3, 3],
    [0, undefined, 0],
    [0, 3, 0],
    [2, 0, 2],
    [2, 3, 2],
  ])('query %s and body %s: %s', (query, body, version) => {
    expect(recordVersion(query, body)).toBe(version)
  })
})

describe('a request', () => {
  it('starts, goes on, pauses and stops', () => {
    const command = (body: Parameters<typeof recordCommand>[0]) => recordCommand(body, {}, workflowId)
    expect(command({ dynamic_variables: { a: 1 } })).toMatchObject({ type: 'start', dynamicVariables: { a: 1 } })
    const workflow_run_id = toObjectId(runId)
    expect(command({ workflow_run_id, command: 'start', thread_to_node_inputs: { '0': 'x' } })).toEqual({
      type: 'continue',
      runId,
      inputs: { '0': 'x' },
      data: undefined,
    })
    expect(command({ workflow_run_id, command: 'stop' })).toEqual({ type: 'stop', runId })
    expect(command({ workflow_id: toObjectId(workflowId), workflow_run_id, command: 'pause' })).toEqual({
      type: 'pause',
      runId,
    })
  })

  it('names the fields of a refusal as the caller wrote them', () => {
    const inner = new AppError('validation_failed', 'no', {
      errors: [{ path: 'inputs.0.name', message: 'is missing' }],
    })
    expect(recordError(inner)).toMatchObject({ errors: [{ path: 'thread_to_node_inputs.0.name' }] })
  })
})

describe('a record', () => {
  it('is running while it is not known how the run settles', () => {
    expect(record({ status: 'waiting_for_user_input' }, { settled: false }).status).toBe('running')
    expect(record({ status: 'completed' }, { settled: false }).status).toBe('completed')
  })

  it.each([
    ['completed', null, null],
    ['running', null, null],
    ['skipped', null, 'skipped'],
    ['timed_out', 'timeout', 'timeout'],
    ['failed', 'finally_safety_net', 'finally_safety_net'],
    ['failed', 'stale_run_reaper', 'stale_run_reaper'],
    ['cancelled', 'cancelled', 'cancelled'],
  ] as const)('of a run that is %s (%s) ended by %s', (status, error_reason, source) => {
    expect(record({ status, error_reason }).termination_source).toBe(source)
  })

  it('has pairs with values, references to large ones, and what was shown', () => {
    expect(pair({})).toEqual({
      input: { a: 1 },
      output: null,
      turn: 1,
      started_at: at,
      ended_at: null,
      evaluation: null,
    })
    expect(pair({ output: { blob_id: 'b', bytes: 9 } })?.output).toEqual({ blob_id: 'b', bytes: 9 })
    const messages = [{ text: 'Hello', state: null }]
    expect(pair({ messages })?.output).toEqual({ messages })
    expect(pair({ messages, output: { value: { x: 1 }, bytes: 7 } })?.output).toEqual({ x: 1, messages })
    expect(pair({ messages, output: { value: 'text', bytes: 6 } })?.output).toBe('text')
  })

  it('tells the run it continues', () => {
    const source_run_id = newId()
    expect(record({ source_run_id }).source_workflow_run_id).toBe(toObjectId(source_run_id))
  })

  describe('of a run that is evaluated', () => {
    const [run_id, evaluation_run_id, evaluatorId] = [newId(), newId(), newId()]
    const evaluation: Evaluation = {
      run_id,
      evaluation_run_id,
      workflow_id: evaluatorId,
      workflow_name: 'Judge',
      status: 'completed',
      scores: { tone: 0.5 },
      turns: [{ turn: 2, scores: { tone: 1 } }],
      comment: 'Fine',
      problem: null,
      output: null,
      error: null,
      created_at: at,
      ended_at: at,
    }
    const info = {
      workflow_run_id: toObjectId(evaluation_run_id),
      source_workflow_run_id: toObjectId(run_id),
      workflow_id: toObjectId(evaluatorId),
      status: 'completed',
      scores: { tone: 0.5 },
      comment: 'Fine',
      error: null,
    }
    const scores = (segments: Segment[], change: Partial<Evaluation> = {}) =>
      record({ id: run_id, evaluation: { ...evaluation, ...change } }, { segments }).input_output_pairs.map(
        (each) => each.evaluation?.scores ?? null,
      )

    it('has its scores, and those of each turn with the turn', () => {
      expect(record({ id: run_id, evaluation }).evaluation_run_info).toEqual(info)
      expect(scores([segment, { ...segment, turn: 2 }])).toEqual([null, { tone: 1 }])
      expect(scores([segment])).toEqual([{ tone: 0.5 }])
      expect(scores([segment], { scores: null, turns: [] })).toEqual([null])
    })

    it('and of the run that evaluates it: both name each other', () => {
      const own = record({ id: evaluation_run_id, trigger: 'evaluation', evaluation }, { segments: [segment] })
      expect(own).toMatchObject({ is_evaluation_run: true, source_workflow_run_id: toObjectId(run_id) })
      expect(own.evaluation_run_info).toEqual(info)
      expect(own.input_output_pairs[0]?.evaluation).toBeNull()
    })

    it('says why there are no scores', () => {
      const error = (change: Partial<Evaluation>) =>
        record({ evaluation: { ...evaluation, scores: null, ...change } }).evaluation_run_info?.error
      expect(error({ status: 'pending' })).toBeNull()
      expect(error({ problem: 'No scores.' })).toBe('No scores.')
      expect(error({ status: 'refused', error: { code: 'not_found', message: 'Gone.' } })).toBe('Gone.')
    })
  })

  it('has what people said', () => {
    const comment: Comment = {
      id: newId(),
      run_id: runId,
      author: { kind: 'user', id: newId(), name: 'Ada' },
      is_own: false,
      body: 'Too short.',
      turn: 1,
      event_seq: null,
      node_key: null,
      created_at: at,
      edited_at: null,
    }
    const { comments } = record({}, { comments: [comment] })
    const { turn, event_seq, node_key, created_at, edited_at } = comment
    const said = { comment_id: toObjectId(comment.id), author: 'Ada', text: 'Too short.' }
    expect(comments).toEqual([{ ...said, turn, event_seq, node_key, created_at, edited_at }])
  })
})
