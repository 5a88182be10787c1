import { describe, expect, test } from 'vitest'
import { LIMITS } from '../limits'
import { definitionSchema } from './document'
import { validateDefinition } from './validate'

const errors = (definition: unknown) =>
  validateDefinition(definition)
    .problems.filter(({ severity }) => severity === 'error')
    .map(({ code, path }) => `${code} ${path}`)

const node = (index: number, rest: Record<string, unknown> = {}) => ({
  id: `n${index}`,
  type: 'transform',
  name: `N${index}`,
  config: { expression: '1' },
  ...rest,
})
const START = { id: 'start', type: 'start', name: 'Start' }

/** Each of its limits: one less, exactly, one more. */
function around(limit: number): [number, boolean][] {
  return [
    [limit - 1, true],
    [limit, true],
    [limit + 1, false],
  ]
}

describe('a definition may have', () => {
  test.each(around(LIMITS.nodes.value))('%i nodes: %s', (count, fits) => {
    const nodes = [START, ...Array.from({ length: count - 1 }, (_, index) => node(index))]
    expect(errors({ nodes, edges: [] })).toEqual(fits ? [] : ['invalid_shape nodes'])
  })

  test.each(around(LIMITS.edges.value))('%i edges: %s', (count, fits) => {
    const edges = Array.from({ length: count }, (_, index) => ({ id: `e${index}`, source: 'start', target: 'n0' }))
    expect(definitionSchema.safeParse({ nodes: [START, node(0)], edges }).success).toBe(fits)
  })

  test.each(around(LIMITS.definition.value))('%i bytes: %s', (bytes, fits) => {
    const notes = (length: number) =>
      Array.from({ length: 300 }, (_, index) => node(index, { note: 'x'.repeat(index === 0 ? length : 3_395) }))
    const sizeOf = (length: number) =>
      JSON.stringify(definitionSchema.parse({ nodes: [START, ...notes(length)] })).length
    const definition = { nodes: [START, ...notes(bytes - sizeOf(0))] }
    expect(bytes - sizeOf(0)).toBeLessThanOrEqual(LIMITS.note.value)
    expect(errors(definition)).toEqual(fits ? [] : ['too_large '])
  })

  test.each(around(LIMITS.node_name.value))('a name of %i characters: %s', (length, fits) => {
    expect(errors({ nodes: [START, node(0, { name: 'x'.repeat(length) })] })).toEqual(
      fits ? [] : ['invalid_shape nodes.1.name'],
    )
  })

  test.each(around(LIMITS.note.value))('a note of %i characters: %s', (length, fits) => {
    expect(errors({ nodes: [START, node(0, { note: 'x'.repeat(length) })] })).toEqual(
      fits ? [] : ['invalid_shape nodes.1.note'],
    )
  })

  test.each(around(LIMITS.expression.value))('an expression of %i characters: %s', (length, fits) => {
    const expression = `"${'x'.repeat(length - 2)}"`
    expect(errors({ nodes: [START, node(0, { config: { expression } })] }).length).toBe(fits ? 0 : 1)
  })

  test.each([
    ['maxSteps', LIMITS.steps.ceiling],
    ['maxNodeVisits', LIMITS.node_visits.ceiling],
    ['timeoutMs', LIMITS.run_duration.ceiling * 86_400_000],
    ['maxConcurrentRuns', 1_000],
  ])('settings.%s of %i, and no more', (field, most) => {
    for (const [value, fits] of around(most)) {
      expect(errors({ nodes: [START], settings: { [field]: value } })).toEqual(
        fits ? [] : [`invalid_shape settings.${field}`],
      )
    }
  })

  test.each([
    ['timeoutMs', LIMITS.node_time.ceiling],
    ['retry.maxAttempts', LIMITS.attempts.ceiling],
  ])('policy.%s of %i, and no more', (field, most) => {
    for (const [value, fits] of around(most)) {
      const policy = field === 'timeoutMs' ? { timeoutMs: value } : { retry: { maxAttempts: value } }
      expect(errors({ nodes: [START, node(0, { policy })] })).toEqual(
        fits ? [] : [`invalid_shape nodes.1.policy.${field}`],
      )
    }
  })

  test.each([
    ['while', 'maxIterations', LIMITS.loop_turns.ceiling],
    ['forEach', 'concurrency', LIMITS.item_concurrency.ceiling],
    ['http', 'timeoutSeconds', LIMITS.http_time.ceiling / 1_000],
  ])('a %s with %s of %i, and no more', (type, field, most) => {
    const config = { while: { when: 'true' }, forEach: { items: '[1]' }, http: { url: 'https://example.com' } }[type]
    const inside = type === 'http' ? [] : [node(1, { parentId: 'n0' })]
    for (const [value, fits] of around(most)) {
      const nodes = [START, node(0, { type, config: { ...config, [field]: value } }), ...inside]
      expect(errors({ nodes })).toEqual(fits ? [] : [`invalid_config nodes.1.config.${field}`])
    }
  })
})
