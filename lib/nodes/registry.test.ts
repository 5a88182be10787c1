import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { NodeType } from './node-type'
import { nodeType, nodeTypes } from './registry'
import { runners } from './runners'

const types: [string, NodeType][] = Object.entries(nodeTypes)

test('every type has its effect, and the other way round', () => {
  expect(Object.keys(runners).sort()).toEqual(Object.keys(nodeTypes).sort())
})

test('a type of a document may be anything', () => {
  expect(nodeType('transform')?.title).toBe('Transform')
  for (const name of ['nope', '', 'constructor', '__proto__', 'toString']) expect(nodeType(name)).toBeUndefined()
})

describe.each(types)('%s', (name, type) => {
  test('is known by its own name and says what it is', () => {
    expect(type.type).toBe(name)
    expect(type.title).toMatch(/^[A-Z]/)
    expect(type.description).toMatch(/^[A-Z].*\.$/)
    expect(type.icon).toMatch(/^[a-z0-9-]+$/)
  })

  test('its fields are drawn: each has a title and a control', () => {
    const schema = z.toJSONSchema(type.config, { io: 'input', unrepresentable: 'any', reused: 'inline' })
    for (const [field, about] of Object.entries(schema.properties ?? {})) {
      expect(about, field).toMatchObject({ title: expect.any(String), control: expect.any(String) })
    }
  })

  test('ports and summary bear with whatever a document holds', () => {
    const broken: Record<string, unknown>[] = [
      {},
      type.defaults,
      { branches: 1, cases: null, url: {}, method: [] },
      { branches: [null, 1, {}] },
    ]
    for (const config of broken) {
      expect(new Set(type.ports(config).map((port) => port.name)).size).toBe(type.ports(config).length)
      expect(type.summary(config)).not.toMatch(/\n/)
    }
  })
})

test('names of branches are ports: unique, and none of those the engine gives', () => {
  const branches = (names: string[]) => ({ branches: names.map((name) => ({ name, when: 'true' })) })
  const { config } = nodeTypes.condition
  expect(config.safeParse(branches(['a', 'b'])).success).toBe(true)
  for (const names of [['a', 'a'], ['else'], ['error'], ['out'], ['  '], []]) {
    expect(config.safeParse(branches(names)).success).toBe(false)
  }
})

test('a field says what it makes of a value that a template gives', () => {
  const { config } = nodeTypes.llm
  expect(config.parse({ model: 'm', prompt: { a: [1] }, maxTokens: '50' })).toEqual({
    model: 'm',
    prompt: '{"a":[1]}',
    maxTokens: 50,
  })
  expect(config.safeParse({ model: 'm', prompt: 'p', maxTokens: 'many' }).success).toBe(false)
  expect(config.safeParse({ model: 'm', prompt: null }).success).toBe(false)
})
