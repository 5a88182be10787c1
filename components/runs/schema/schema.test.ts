import { describe, expect, it } from 'vitest'
import { fieldOf, humanise, type JsonSchema } from './field-model'
import { errorsOfProblem, validateValue } from './validate'
import { initialValue, instantOfLocal, localOfInstant, withDefaults, withMember } from './values'

const schema: JsonSchema = {
  type: 'object',
  required: ['feed_url', 'minimum', 'notify', 'place'],
  additionalProperties: false,
  properties: {
    feed_url: { type: 'string', format: 'uri', title: 'Feed', default: '/samples/earthquakes.json' },
    minimum: { type: 'number', minimum: 0, maximum: 10 },
    notify: { type: 'boolean' },
    tone: { enum: ['calm', 'urgent'] },
    note: { type: 'string', maxLength: 2_000 },
    place: { $ref: '#/$defs/place' },
    tags: { type: 'array', items: { type: 'string', minLength: 2 } },
  },
  $defs: { place: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } } },
}
const property = (name: string): JsonSchema => (schema.properties as Record<string, JsonSchema>)[name] ?? {}
const kind = (part: JsonSchema) => fieldOf(part, schema).kind

describe('fields of a schema', () => {
  it('are of the kind that fits', () => {
    expect(kind(property('feed_url'))).toBe('text')
    expect(kind(property('minimum'))).toBe('number')
    expect(kind(property('notify'))).toBe('boolean')
    expect(kind(property('tone'))).toBe('choice')
    expect(kind(property('note'))).toBe('textarea')
    expect(kind(property('place'))).toBe('object')
    expect(kind(property('tags'))).toBe('list')
    expect(kind({ type: 'string', format: 'date' })).toBe('date')
    expect(kind({ type: 'string', format: 'date-time' })).toBe('datetime')
    expect(kind({ type: ['integer', 'null'] })).toBe('number')
    expect(kind({ oneOf: [{ const: 1, title: 'One' }, { const: 2 }] })).toBe('choice')
  })

  it('fall back to JSON for whatever cannot be drawn', () => {
    for (const odd of [
      {},
      { type: 'array' },
      { type: 'object' },
      { anyOf: [{ type: 'string' }, { type: 'number' }] },
    ]) {
      expect(kind(odd)).toBe('json')
    }
    expect(kind({ $ref: '#/$defs/nowhere' })).toBe('json')
  })

  it('have a readable title without one in the schema', () => {
    expect(humanise('min_magnitude')).toBe('Min magnitude')
    expect(humanise('feedUrl')).toBe('Feed url')
    expect(fieldOf(property('feed_url'), schema, 'feed_url').title).toBe('Feed')
  })
})

describe('values of a form', () => {
  it('start with the defaults, required questions at no, and nothing else', () => {
    expect(initialValue(schema)).toEqual({ feed_url: '/samples/earthquakes.json', notify: false, place: {} })
  })

  it('keep what is known over the defaults', () => {
    expect(withDefaults({ a: 1, b: { c: 2, d: 3 } }, { b: { c: 9 }, e: 1 })).toEqual({ a: 1, b: { c: 9, d: 3 }, e: 1 })
  })

  it('lose a member that is emptied', () => {
    expect(withMember({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 })
  })

  it('carry local times as UTC instants and back', () => {
    const instant = instantOfLocal('2026-02-01T10:30')
    expect(localOfInstant(instant)).toBe('2026-02-01T10:30')
    expect(instantOfLocal('')).toBeUndefined()
    expect(localOfInstant('nonsense')).toBe('')
  })
})

describe('problems of a form', () => {
  it('are said at their fields in words', () => {
    const errors = validateValue(schema, { feed_url: '/x', minimum: 'five', notify: false, place: {}, tags: ['a'] })
    expect(errors).toEqual({
      feed_url: 'Enter a full URL, like https://example.com',
      minimum: 'Enter a number',
      'place.city': 'This is required',
      'tags.0': 'Use at least 2 characters',
    })
    expect(validateValue(schema, { feed_url: 'https://a.b', minimum: 11, notify: true, place: { city: 'X' } })).toEqual(
      {
        minimum: 'Must be 10 or less',
      },
    )
  })

  it('name a member that is not known', () => {
    expect(
      validateValue(schema, { feed_url: 'https://a.b', minimum: 1, notify: true, place: { city: 'X' }, z: 1 }),
    ).toEqual({
      z: 'This field is not known here',
    })
  })

  it('are left to the server when the schema cannot be read here', () => {
    expect(validateValue({ not: { type: 'string' } }, 'x')).toEqual({})
  })

  it('of the server land at the same fields', () => {
    expect(errorsOfProblem([{ path: 'input.minimum', message: 'must be ≤ 10' }], ['input'])).toEqual({
      minimum: 'Must be ≤ 10',
    })
    expect(errorsOfProblem([{ path: 'input', message: 'expected an object' }], ['input'])).toEqual({
      '': 'Expected an object',
    })
  })
})
