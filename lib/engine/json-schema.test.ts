import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleOf } from './json-sample'
import { checkAgainstSchema, prepareSchema } from './json-schema'

const check = (schema: Record<string, unknown>, value: unknown) => {
  const checked = checkAgainstSchema(schema, value)
  return checked.valid ? checked.value : checked.problems.map(({ path, message }) => `${path}: ${message}`)
}

describe('checking', () => {
  const schema = {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 2, pattern: '^[A-Z]' },
      count: { type: 'integer', minimum: 1, maximum: 3, default: 2 },
      kind: { enum: ['a', 'b'] },
      tags: { type: 'array', items: { type: 'string', pattern: '^#' }, maxItems: 2 },
      where: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
      site: { type: 'string', format: 'uri' },
      note: { type: 'string', format: 'textarea' },
      maybe: { type: ['string', 'null'] },
    },
    required: ['name'],
  }

  test('defaults are filled in', () => {
    expect(check(schema, { name: 'Ada' })).toEqual({ name: 'Ada', count: 2 })
  })

  test('every problem is named by its field, at once', () => {
    const value = {
      name: 'x',
      count: 9,
      kind: 'c',
      tags: ['#a', 'b', 'c'],
      where: { zip: 1 },
      site: 'nope',
      maybe: 1,
      extra: 1,
    }
    expect(check(schema, value)).toEqual([
      'name: must have at least 2 characters',
      'count: must be at most 3',
      'kind: must be "a" or "b"',
      'tags: must have at most 2 items',
      'where.city: is required',
      'where.zip: is not declared; remove it or declare it',
      'site: is not a valid URL',
      'maybe: has none of the forms that are allowed here',
      'extra: is not declared; remove it or declare it',
      'name: does not match the pattern ^[A-Z]',
      'tags.1: does not match the pattern ^#',
      'tags.2: does not match the pattern ^#',
    ])
  })

  test.each([
    [{}, 'name: is required'],
    [{ name: 5 }, 'name: must be text'],
    [{ name: 'Ada', count: 1.5 }, 'count: must be a whole number'],
    [null, ': must be an object'],
    ['text', ': must be an object'],
    [[], ': must be an object'],
  ])('%j', (value, problem) => {
    expect(check(schema, value)).toContain(problem)
  })

  test('more names are allowed where the schema says so', () => {
    const open = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: true }
    expect(check(open, { a: 'x', b: 1 })).toEqual({ a: 'x', b: 1 })
  })

  test('a pattern that backtracks elsewhere ends in linear time here', () => {
    const evil = { type: 'string', pattern: '^(a+)+$' }
    expect(check(evil, `${'a'.repeat(50_000)}!`)).toEqual([': does not match the pattern ^(a+)+$'])
  })

  test('a schema may refer to itself, not to the world', () => {
    const list = { type: 'object', properties: { next: { $ref: '#' } } }
    expect(check(list, { next: { next: {} } })).toEqual({ next: { next: {} } })
    expect(() => prepareSchema({ properties: { a: { $ref: 'https://example.com/s.json' } } })).toThrow(
      'its own parts only',
    )
  })

  test.each([
    { type: 'strin' },
    { pattern: '(?=a)' },
    { properties: { a: { pattern: '(a)\\1' } } },
    { patternProperties: {} },
  ])('a schema that cannot be read says why: %j', (bad) => {
    expect(() => prepareSchema(bad)).toThrow(/^[A-Z].*|^patternProperties/)
  })
})

describe('samples', () => {
  test('required fields and those with defaults, each of its own kind', () => {
    const schema = {
      type: 'object',
      properties: {
        url: { type: 'string', format: 'uri' },
        day: { type: 'string', format: 'date' },
        order_number: { type: 'string', minLength: 3, maxLength: 20 },
        count: { type: 'integer', minimum: 5 },
        kind: { enum: ['a', 'b'] },
        magnitude: { type: 'number', default: 5 },
        optional: { type: 'string' },
      },
      required: ['url', 'day', 'order_number', 'count', 'kind'],
    }
    expect(sampleOf(schema)).toEqual({
      url: 'https://example.com/',
      day: '2030-01-31',
      order_number: 'order number',
      count: 5,
      kind: 'a',
      magnitude: 5,
    })
  })

  test('a sample is accepted by its schema', { timeout: 60_000 }, () => {
    const number = fc.record({ type: fc.constantFrom('integer', 'number'), minimum: fc.integer({ min: -9, max: 9 }) })
    const text = fc.record({
      type: fc.constant('string'),
      minLength: fc.nat(20),
      maxLength: fc.integer({ min: 20, max: 40 }),
    })
    const properties = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(number, text))
    fc.assert(
      fc.property(properties, (members) => {
        const schema = { type: 'object', properties: members, required: Object.keys(members) }
        expect(checkAgainstSchema(schema, sampleOf(schema))).toMatchObject({ valid: true })
      }),
      { numRuns: 50 },
    )
  })
})
