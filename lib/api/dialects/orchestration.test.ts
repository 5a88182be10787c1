import { describe, expect, it } from 'vitest'
import { RUN_STATUSES } from '../../engine/events'
import { newId, toObjectId } from '../../ids'
import { aRun } from '../../testing/run-document'
import type { DryRun } from '../contracts/plan'
import { execution, orchestrationCommand, plannedExecution, type StepParts, startedExecution } from './orchestration'

const agentId = newId()
const step = (status: NonNullable<StepParts['step']>['status'], rest: object = {}): StepParts => ({
  id: 'a',
  type: 'transform',
  step: { status, output: null, error: null, ...rest },
})
const read = (change: Parameters<typeof aRun>[0], node: StepParts) =>
  execution({ run: aRun(change), nodes: [node] }, 'execution').steps[0]

describe('a request', () => {
  it('takes null for absent, and an agent in any spelling', () => {
    expect(orchestrationCommand({ agent_id: null, parameters: null, dry_run: null })).toEqual({
      agentId: undefined,
      input: undefined,
      parameters: undefined,
      dryRun: false,
    })
    expect(orchestrationCommand({ agent_id: toObjectId(agentId), input: 5, dry_run: true })).toEqual({
      agentId,
      input: 5,
      parameters: undefined,
      dryRun: true,
    })
  })
})

describe('a step', () => {
  it.each([
    ['running', 'running'],
    ['waiting', 'waiting'],
    ['succeeded', 'completed'],
    ['failed', 'failed'],
    ['cancelled', 'cancelled'],
  ] as const)('that is %s is %s', (status, said) => {
    expect(read({ status: 'running' }, step(status))?.status).toBe(said)
  })

  it('shows its output, or where a large one is; what went wrong; nothing before that', () => {
    expect(read({}, step('succeeded', { output: { value: [1] } }))?.result).toEqual([1])
    expect(read({}, step('succeeded', { output: { blob: 'b', bytes: 9 } }))?.result).toEqual({ blob_id: 'b', bytes: 9 })
    const error = { code: 'x', message: 'y' }
    expect(read({}, step('failed', { error }))?.result).toEqual({ error })
    expect(read({ status: 'running' }, step('running', { output: { value: 1 } }))?.result).toBeNull()
  })

  it('that has not begun is pending, and skipped once the run has ended', () => {
    const node: StepParts = { id: 'a', type: 'transform', step: undefined }
    expect(read({ status: 'running' }, node)?.status).toBe('pending')
    expect(read({ status: 'completed' }, node)?.status).toBe('skipped')
  })

  it('of a run that was skipped is skipped, and the run completed without an error', () => {
    const parts = { run: aRun({ status: 'skipped' }), nodes: [step('succeeded', { output: { value: 1 } })] }
    for (const as of ['execute', 'execution'] as const) {
      expect(execution(parts, as)).toMatchObject({ status: 'completed', error: null, steps: [{ status: 'skipped' }] })
    }
  })
})

describe('a start that is not waited for', () => {
  it.each(RUN_STATUSES)('is running, also when the run is %s already', (status) => {
    const parts = { run: aRun({ status }), nodes: [step('succeeded', { output: { value: 1 } })] }
    expect(startedExecution(parts)).toMatchObject({
      status: 'running',
      error: null,
      ended_at: null,
      steps: [{ status: 'pending', result: null }],
    })
  })
})

describe('a dry run', () => {
  it('is pending, its steps are planned, and there is no run', () => {
    const plan = { workflow_id: newId(), version: null, nodes: [], side_effects: [], waits: [], uncertain: [] }
    const estimate = { tokens: null, usd: null, seconds: null, basis: { source: 'none', runs: 0, note: '' } } as const
    const dry: DryRun = { dry_run: true, plan, estimate }
    expect(plannedExecution(agentId, dry)).toMatchObject({
      run_id: null,
      execution_id: null,
      status: 'pending',
      agent_id: agentId,
      plan,
      estimate,
    })
  })
})
