import { checkAgainstSchema } from '@/lib/engine/json-schema'

type Schema = Record<string, unknown>

const OF_FORMAT: Record<string, string> = {
  email: 'name@example.com',
  uri: 'https://example.com',
  url: 'https://example.com',
  date: '2026-01-31',
  time: '09:30:00Z',
  'date-time': '2026-01-31T09:30:00Z',
  uuid: '0192f0c1-7c1e-7d3c-8a1b-2c3d4e5f6a7b',
}

/**
 * A value that the schema accepts, for an example to start from: with every declared member, or with the required ones
 * where some cannot be guessed. A required text with a pattern may need a hand.
 */
export function exampleValue(schema: Schema): unknown {
  const full = sampleOf(schema, schema, true)
  return isValid(schema, full) ? full : sampleOf(schema, schema, false)
}

function isValid(schema: Schema, value: unknown): boolean {
  try {
    return checkAgainstSchema(schema, value).valid
  } catch {
    return true // a schema that cannot be read is not checked here: the server says what is wrong with it
  }
}

function sampleOf(schema: Schema, root: Schema, withOptional: boolean, depth = 0): unknown {
  const { $ref } = schema
  if (typeof $ref === 'string' && depth < 8) {
    return sampleOf(referred($ref, root), root, withOptional, depth + 1)
  }
  if ('default' in schema) return schema.default
  if ('const' in schema) return schema.const
  const [given] = [...listOf(schema.examples), ...listOf(schema.enum)]
  if (given !== undefined) return given
  const [option] = [...listOf(schema.anyOf), ...listOf(schema.oneOf), ...listOf(schema.allOf)]
  if (isSchema(option)) return sampleOf(option, root, withOptional, depth + 1)
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'string':
      return textOf(schema)
    case 'integer':
    case 'number':
      return numberOf(schema)
    case 'boolean':
      return true
    case 'array': {
      const items = isSchema(schema.items) ? schema.items : {}
      return Array.from({ length: Math.max(1, Number(schema.minItems ?? 0)) }, () =>
        sampleOf(items, root, withOptional, depth + 1),
      )
    }
    case 'null':
      return null
    default:
      return objectOf(schema, root, withOptional, depth)
  }
}

function objectOf(schema: Schema, root: Schema, withOptional: boolean, depth: number): unknown {
  const required = listOf(schema.required)
  const properties = Object.entries(isSchema(schema.properties) ? schema.properties : {})
  const wanted = properties.filter(([name]) => (withOptional && depth < 8) || required.includes(name))
  return Object.fromEntries(
    wanted.map(([name, inner]) => [name, isSchema(inner) ? sampleOf(inner, root, withOptional, depth + 1) : null]),
  )
}

function textOf({ format, minLength = 0, maxLength = Number.POSITIVE_INFINITY, title }: Schema): string {
  const known = typeof format === 'string' ? OF_FORMAT[format] : undefined
  if (known !== undefined) return known
  const text = typeof title === 'string' && title !== '' ? title : 'text'
  return text.padEnd(Number(minLength), '.').slice(0, Number(maxLength))
}

function numberOf(schema: Schema): number {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  const step = typeof multipleOf === 'number' ? multipleOf : 1
  if (typeof minimum === 'number') return Math.ceil(minimum / step) * step
  if (typeof exclusiveMinimum === 'number') return (Math.floor(exclusiveMinimum / step) + 1) * step
  if (typeof maximum === 'number') return Math.min(step, Math.floor(maximum / step) * step)
  if (typeof exclusiveMaximum === 'number') return Math.min(step, (Math.ceil(exclusiveMaximum / step) - 1) * step)
  return step
}

function referred(ref: string, root: Schema): Schema {
  const path = ref.replace(/^#\/?/, '').split('/').filter(Boolean)
  const found = path.reduce<unknown>((place, name) => (isSchema(place) ? place[name] : undefined), root)
  return isSchema(found) ? found : {}
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
