import { describe, expect, it } from 'vitest'
import { checkInputs } from '@/lib/workflow/inputs'
import {
  FIELD_KINDS,
  type FieldKind,
  newSchemaField,
  readSchemaFields,
  withKind,
  writeSchemaFields,
} from './schema-fields'

const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  properties: {
    url: { type: 'string', format: 'uri', title: 'Feed', default: '/samples/feed.json', examples: ['https://x'] },
    magnitude: { type: 'number', minimum: 0, maximum: 10, description: 'Strongest first' },
    level: { type: 'string', enum: ['low', 'high'] },
    tags: { type: 'array', items: { type: 'string', minLength: 2 }, maxItems: 5 },
    nested: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
    odd: { oneOf: [{ const: 1 }, { const: 2 }] },
  },
  required: ['url'],
  additionalProperties: false,
}

function fields() {
  const read = readSchemaFields(schema)
  if (read === undefined) throw new Error('the schema can be read')
  return read
}

describe('schema fields', () => {
  it('reads kinds, and what is required', () => {
    expect(fields().map((field) => [field.name, field.kind, field.required])).toEqual([
      ['url', 'url', true],
      ['magnitude', 'number', false],
      ['level', 'choice', false],
      ['tags', 'list', false],
      ['nested', 'object', false],
      ['odd', 'any', false],
    ])
  })

  it('writes back what it read, member for member', () => {
    expect(writeSchemaFields(fields(), schema)).toEqual(schema)
  })

  it('keeps what rows do not show when they are edited', () => {
    const edited = fields().map((field) => (field.name === 'magnitude' ? { ...field, title: 'Magnitude' } : field))
    expect(writeSchemaFields(edited, schema).properties).toMatchObject({
      magnitude: { type: 'number', minimum: 0, maximum: 10, title: 'Magnitude' },
    })
  })

  it('leaves bounds of one kind behind when the kind changes', () => {
    const edited = fields().map((field) => (field.name === 'magnitude' ? withKind(field, 'text') : field))
    expect(writeSchemaFields(edited, schema).properties).toMatchObject({
      magnitude: { type: 'string', description: 'Strongest first' },
    })
    expect(writeSchemaFields(edited, schema)).not.toHaveProperty('properties.magnitude.minimum')
  })

  it('keeps the order, and says nothing about required when nothing is', () => {
    const reversed = fields()
      .toReversed()
      .map((field) => ({ ...field, required: false }))
    const written = writeSchemaFields(reversed, schema)
    expect(Object.keys(written.properties as object)).toEqual(['odd', 'nested', 'tags', 'level', 'magnitude', 'url'])
    expect(written).not.toHaveProperty('required')
  })

  it.each([{ type: 'string' }, { $ref: '#/x' }, { oneOf: [] }, 'text', []])('leaves %j to the JSON editor', (other) => {
    expect(readSchemaFields(other)).toBeUndefined()
  })

  it('gives new fields free names', () => {
    expect(newSchemaField(['field_1', 'field_3']).name).toBe('field_4')
  })

  it.each(Object.keys(FIELD_KINDS) as FieldKind[])('makes a schema for %s that inputs are checked with', (kind) => {
    const field = { ...withKind(newSchemaField([]), kind), required: true }
    const { problems } = checkInputs(writeSchemaFields([field], undefined), {})
    expect(problems.filter((problem) => problem.path === '')).toEqual([])
  })
})
