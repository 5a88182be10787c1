import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkAgainstSchema } from '@/lib/engine/json-schema'
import { sampleWorkflows } from '@/lib/workflow/samples'
import { exampleValue } from './example-value'

const leaf = fc.oneof(
  fc.record({
    type: fc.constant('string'),
    minLength: fc.integer({ min: 0, max: 30 }),
    title: fc.constantFrom('Your name', '', 'A'),
  }),
  fc.constantFrom('email', 'uri', 'date', 'time', 'date-time', 'uuid').map((format) => ({ type: 'string', format })),
  fc.record({ type: fc.constant('integer'), minimum: fc.integer({ min: -50, max: 50 }) }),
  fc.record({ type: fc.constant('number'), exclusiveMaximum: fc.integer({ min: -50, max: 50 }) }),
  fc.record({
    type: fc.constant('integer'),
    exclusiveMinimum: fc.integer({ min: 0, max: 9 }),
    multipleOf: fc.constantFrom(2, 5),
  }),
  fc.constantFrom<Record<string, unknown>>(
    { type: 'boolean' },
    { type: 'null' },
    { enum: ['a', 2] },
    { const: 'fixed' },
    { type: ['string', 'null'] },
    { anyOf: [{ type: 'integer' }, { type: 'string' }] },
    { type: 'string', default: 'as declared' },
    { $ref: '#/$defs/colour' },
  ),
)
const { schema } = fc.letrec<{ schema: Record<string, unknown>; object: Record<string, unknown> }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    leaf,
    tie('object'),
    fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: fc.integer({ min: 0, max: 3 }) }),
  ),
  object: fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie('schema'), { maxKeys: 4 }).chain((properties) =>
    fc.record({
      type: fc.constant('object'),
      properties: fc.constant(properties),
      required: fc.subarray(Object.keys(properties)),
    }),
  ),
}))

describe('the example for a schema', () => {
  test('is a value that the schema accepts', () => {
    fc.assert(
      fc.property(schema, (inner) => {
        const whole = {
          type: 'object',
          properties: { value: inner },
          required: ['value'],
          $defs: { colour: { enum: ['red', 'green'] } },
        }
        expect(checkAgainstSchema(whole, exampleValue(whole))).toMatchObject({ valid: true })
      }),
    )
  })

  test('of each sample starts the sample', () => {
    for (const { definition } of sampleWorkflows) {
      expect(checkAgainstSchema(definition.inputs ?? {}, exampleValue(definition.inputs ?? {}))).toMatchObject({
        valid: true,
      })
    }
  })

  test('leaves out what is optional and cannot be guessed', () => {
    const properties = { code: { type: 'string', pattern: '^[A-Z]{3}-\\d+$' }, size: { type: 'integer' } }
    expect(exampleValue({ type: 'object', properties, required: ['size'] })).toEqual({ size: 1 })
  })
})
