import { describe, expect, test } from 'vitest'
import { checkInputs, sampleInput } from './inputs'
import { sampleWorkflows } from './samples'

const schema = {
  type: 'object',
  properties: { feed_url: { type: 'string', default: '/x' }, minimum_magnitude: { type: 'number', minimum: 0 } },
  required: ['minimum_magnitude'],
}

describe('checkInputs', () => {
  test('fills in defaults', () => {
    expect(checkInputs(schema, { minimum_magnitude: 5 })).toEqual({
      value: { feed_url: '/x', minimum_magnitude: 5 },
      problems: [],
    })
  })

  test('names every field that is wrong, and gives the value back as it came', () => {
    const value = { minimum_magnitude: 'five', magnitude: 5 }
    expect(checkInputs(schema, value)).toEqual({
      value,
      problems: [
        { path: 'minimum_magnitude', message: 'must be a number' },
        { path: 'magnitude', message: 'is not declared; remove it or declare it' },
      ],
    })
  })

  test('a workflow without inputs takes none', () => {
    expect(checkInputs({ type: 'object', properties: {} }, {}).problems).toEqual([])
    expect(checkInputs({ type: 'object', properties: {} }, { a: 1 }).problems).toMatchObject([{ path: 'a' }])
  })

  test('a schema that cannot be read is a problem, not a throw', () => {
    const { problems } = checkInputs({ type: 'object', properties: { a: { type: 'strin' } } }, {})
    expect(problems).toMatchObject([
      { path: '', message: expect.stringContaining('the declared schema cannot be read') },
    ])
  })
})

test('a sample of what a workflow declares is accepted by it', () => {
  for (const { definition } of sampleWorkflows) {
    const inputs = definition.inputs ?? {}
    expect(checkInputs(inputs, sampleInput(inputs)).problems).toEqual([])
  }
  expect(sampleInput(schema)).toEqual({ feed_url: '/x', minimum_magnitude: 0 })
  expect(sampleInput({})).toEqual({})
})
