/** A value that a JSON Schema accepts: for prefilled forms, ready curl lines, and the offline model. Deterministic. */
export function sampleOf(schema: unknown, name = ''): unknown {
  return sample(schema, name, 0)
}

const MAX_DEPTH = 12

function sample(schema: unknown, name: string, depth: number): unknown {
  if (!isObject(schema) || depth > MAX_DEPTH) return null
  if ('default' in schema) return schema.default
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0]
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0]
  const variants = [schema.oneOf, schema.anyOf].find((list) => Array.isArray(list) && list.length > 0)
  if (Array.isArray(variants)) return sample(variants[0], name, depth + 1)
  if (Array.isArray(schema.allOf)) return sample(Object.assign({}, ...schema.allOf), name, depth + 1)
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (type ?? (schema.properties ? 'object' : undefined)) {
    case 'object':
      return sampleObject(schema, depth)
    case 'array': {
      const count = typeof schema.minItems === 'number' ? schema.minItems : 0
      return Array.from({ length: Math.max(count, depth === 0 ? 1 : 0) }, () => sample(schema.items, name, depth + 1))
    }
    case 'integer':
    case 'number':
      return sampleNumber(schema)
    case 'boolean':
      return false
    case 'string':
      return sampleText(schema, name)
    default:
      return null
  }
}

/** Required members and those with a default: what is optional without one is best left out. */
function sampleObject(schema: Record<string, unknown>, depth: number): Record<string, unknown> {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  const members = Object.entries(properties).filter(
    ([name, member]) => required.has(name) || (isObject(member) && 'default' in member),
  )
  return Object.fromEntries(members.map(([name, member]) => [name, sample(member, name, depth + 1)]))
}

function sampleNumber(schema: Record<string, unknown>): number {
  const isInteger = schema.type === 'integer'
  if (typeof schema.minimum === 'number') return isInteger ? Math.ceil(schema.minimum) : schema.minimum
  if (typeof schema.exclusiveMinimum === 'number') return Math.floor(schema.exclusiveMinimum) + 1
  if (typeof schema.maximum === 'number' && schema.maximum < 1)
    return isInteger ? Math.floor(schema.maximum) : schema.maximum
  if (typeof schema.exclusiveMaximum === 'number' && schema.exclusiveMaximum <= 1)
    return Math.ceil(schema.exclusiveMaximum) - 1
  return 1
}

const FORMATS: Record<string, string> = {
  date: '2030-01-31',
  'date-time': '2030-01-31T09:00:00Z',
  time: '09:00:00',
  email: 'ada@example.com',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '192.0.2.1',
}

function sampleText(schema: Record<string, unknown>, name: string): string {
  const formatted = typeof schema.format === 'string' ? FORMATS[schema.format] : undefined
  if (formatted !== undefined) return formatted
  const text = name.replace(/[_-]+/g, ' ').trim() || 'text'
  const least = typeof schema.minLength === 'number' ? schema.minLength : 0
  const most = typeof schema.maxLength === 'number' ? schema.maxLength : Number.POSITIVE_INFINITY
  return text.padEnd(least, '.').slice(0, most)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
