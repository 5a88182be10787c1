import { describe, expect, it } from 'vitest'
import { AppError } from '../../errors'
import { newId, toObjectId, toOrchestration, toPrefixed } from '../../ids'
import { familyOf } from './families'

const id = newId()
const hex = toObjectId(id)

function refused(body: unknown): AppError {
  try {
    familyOf(body, id)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('the family of a body is read off its members', () => {
  it.each([
    [{ run_input: {} }, 'session'],
    [{ run_input: {}, run_id: 'x' }, 'session'],
    [{ command: 'start' }, 'record'],
    [{ dynamic_variables: {} }, 'record'],
    [{ runtime_variables: {} }, 'record'],
    [{ miscellaneous: {} }, 'record'],
    [{ version_number: 0 }, 'record'],
    [{ run_by: 'x' }, 'record'],
    [{ workflow_run_id: 'x' }, 'record'],
    [{ thread_to_node_inputs: {} }, 'record'],
    [{ team_id: 'x' }, 'record'],
    [{ workflow_id: 'x' }, 'record'],
    [{ agent_id: 'x' }, 'orchestration'],
    [{ input: null }, 'orchestration'],
    [{ parameters: {} }, 'orchestration'],
    [{ dry_run: false }, 'orchestration'],
  ])('%j is %s, however the path spells its id', (body, family) => {
    expect([familyOf(body, id), familyOf(body, hex)]).toEqual([family, family])
  })

  it('takes an empty body for what the id in the path is spelled like', () => {
    expect(familyOf({}, hex)).toBe('record')
    for (const spelling of [id, toPrefixed('wf', id), toOrchestration(id)]) {
      expect(familyOf({}, spelling)).toBe('orchestration')
    }
  })

  it('leaves a member that nobody knows to the shape it then has', () => {
    expect([familyOf({ comand: 'start' }, hex), familyOf({ comand: 'start' }, id)]).toEqual(['record', 'orchestration'])
  })

  it.each([
    [{ run_input: {}, command: 'start' }, ['run_input', 'command']],
    [{ run_input: {}, dry_run: true, input: {} }, ['run_input', 'input', 'dry_run']],
    [{ command: 'start', agent_id: 'x' }, ['command', 'agent_id']],
    [{ run_input: {}, run_by: 'x', parameters: {} }, ['run_input', 'run_by', 'parameters']],
  ])('refuses %j and names both sets', (body, names) => {
    const { code, message, errors } = refused(body)
    expect(code).toBe('validation_failed')
    expect(errors.map(({ path }) => path)).toEqual(names)
    for (const name of names) expect(message).toContain(name)
    expect(message).toContain('do not go together')
  })

  it.each([
    [{ run_id: 'x' }, 'run_id needs run_input'],
    [{ run_id: 'x', command: 'stop' }, 'send workflow_run_id'],
    [{ run_id: 'x', dry_run: true }, 'run_id needs run_input'],
  ])('refuses %j: %s', (body, message) => {
    expect(refused(body)).toMatchObject({ errors: [{ path: 'run_input' }], message: expect.stringContaining(message) })
  })

  it.each([[[]], [null], ['text'], [5]])('refuses %j, which is no object', (body) => {
    expect(refused(body).message).toContain('must be an object')
  })
})
