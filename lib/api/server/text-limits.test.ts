import { describe, expect, test } from 'vitest'
import { AppError } from '../../errors'
import { LIMITS } from '../../limits'
import { createKeyBodySchema } from '../contracts/keys'
import { patchWorkflowBodySchema } from '../contracts/workflows'
import { idempotencyKeyOf } from './answer-once'

/** One below a limit, at it, and one above it. */
const around = (most: number) => [
  [most - 1, true],
  [most, true],
  [most + 1, false],
]
const text = (length: number) => 'x'.repeat(length)
const workflow = (given: object) => patchWorkflowBodySchema.safeParse(given).success

/** What it answers, or the code of its refusal. */
function outcomeOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error instanceof AppError ? error.code : error
  }
}

describe('what people and programs write is as long as the table of limits says', () => {
  test.each(around(LIMITS.workflow_name.value))('a name of %i characters: %s', (length, fits) => {
    expect(workflow({ name: text(Number(length)) })).toBe(fits)
  })

  test.each(around(LIMITS.description.value))('a description of %i characters: %s', (length, fits) => {
    expect(workflow({ description: text(Number(length)) })).toBe(fits)
  })

  test.each(around(LIMITS.idempotency_key.value))('an idempotency key of %i characters: %s', (length, fits) => {
    const key = text(Number(length))
    const answer = outcomeOf(() => idempotencyKeyOf(new Request('http://x/', { headers: { 'idempotency-key': key } })))
    expect(answer).toBe(fits ? key : 'invalid_request')
  })

  test.each(around(LIMITS.api_key_life.ceiling))('an API key of %i days: %s', (days, fits) => {
    const parsed = createKeyBodySchema.safeParse({ name: 'x', scopes: ['runs:read'], expires_in_days: days })
    expect(parsed.success).toBe(fits)
  })

  test('an API key lives for ninety days when nobody says otherwise', () => {
    expect(createKeyBodySchema.parse({ name: 'x', scopes: ['runs:read'] }).expires_in_days).toBe(90)
  })
})
