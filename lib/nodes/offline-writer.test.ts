import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkAgainstSchema } from '../engine/json-schema'
import { writeOffline } from './offline-writer'

const PROMPT = `You write short bulletins. Write one for the public from these facts.

Headline: A quiet night on the river
Category: weather

Facts:
- the water stands at 4.2 m, e.g. below the first mark
- no rain is expected before Friday
1. the bridge is open

The gauge is read every hour. People near the harbour asked about the bridge.
Source: River office`

describe('text', () => {
  test('the facts become sentences, instructions do not, the source comes last', () => {
    expect(writeOffline({ prompt: PROMPT }).text).toBe(
      [
        'The water stands at 4.2 m, e.g. below the first mark.',
        'No rain is expected before Friday. The bridge is open.',
        'The gauge is read every hour.',
        'Source: River office.',
      ].join('\n\n'),
    )
  })

  test('running text is summed up by half of its own sentences, in their order', () => {
    const sentences = [
      'The river rose.',
      'The river flooded the old town and the harbour.',
      'Someone lost a hat.',
      'The flood left the harbour and the old town under water.',
      'It was a Tuesday.',
    ]
    const { text } = writeOffline({ prompt: `Summarise this.\n${sentences.join(' ')}` })
    expect(text).toBe([sentences[0], sentences[1], sentences[3]].join(' '))
  })

  test('labels alone become sentences; any prompt gets an answer', () => {
    expect(writeOffline({ prompt: 'Name: Ada\nProblem: no light' }).text).toBe('Name: Ada. Problem: no light.')
    expect(writeOffline({ prompt: 'Write a poem' }).text).toBe('Write a poem.')
  })

  test('the same prompt gives the same answer', () => {
    expect(writeOffline({ prompt: PROMPT })).toEqual(writeOffline({ prompt: PROMPT }))
  })
})

describe('data', () => {
  test('fields are filled from labels, facts and the title', () => {
    const schema = {
      type: 'object',
      properties: {
        headline: { type: 'string', maxLength: 60 },
        category: { enum: ['traffic', 'weather'] },
        points: { type: 'array', items: { type: 'string' }, maxItems: 2 },
        text: { type: 'string' },
      },
      required: ['headline', 'category', 'points', 'text'],
    }
    expect(writeOffline({ prompt: PROMPT, schema }).value).toEqual({
      headline: 'A quiet night on the river',
      category: 'weather',
      points: ['the water stands at 4.2 m, e.g. below the first mark', 'no rain is expected before Friday'],
      text: expect.stringContaining('No rain is expected before Friday.'),
    })
  })

  test('whatever the schema, the answer conforms to it', { timeout: 60_000 }, () => {
    const leaf = fc.oneof(
      fc.record({ type: fc.constant('string'), maxLength: fc.integer({ min: 0, max: 30 }) }),
      fc.record({ type: fc.constant('string'), minLength: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ type: fc.constant('string'), format: fc.constantFrom('date', 'email', 'uri', 'date-time', 'uuid') }),
      fc.record({ type: fc.constantFrom('integer', 'number'), minimum: fc.integer({ min: -5, max: 50 }) }),
      fc.record({ type: fc.constantFrom('integer', 'number'), maximum: fc.integer({ min: -5, max: 50 }) }),
      fc.record({ type: fc.constant('boolean') }),
      fc.record({ enum: fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 3 }) }),
      fc.record({
        type: fc.constant('array'),
        items: fc.constant({ type: 'number' }),
        minItems: fc.integer({ min: 0, max: 3 }),
      }),
    )
    const schemas = fc.letrec((tie) => ({
      any: fc.oneof({ maxDepth: 3 }, leaf, tie('object')),
      object: fc
        .dictionary(fc.constantFrom('title', 'text', 'count', 'category', 'x'), tie('any'))
        .map((properties) => ({ type: 'object', properties, required: Object.keys(properties) })),
    })).object
    fc.assert(
      fc.property(schemas, fc.constantFrom(PROMPT, '', 'Write a poem', 'Count: 99\n- x'), (schema, prompt) => {
        const made = schema as Record<string, unknown>
        expect(checkAgainstSchema(made, writeOffline({ prompt, schema: made }).value)).toMatchObject({ valid: true })
      }),
      { numRuns: 100 },
    )
  })
})
