/** What of JSON Schema 2020-12 our document uses; the rest narrows values and not their types. */
export interface JsonSchema {
  $ref?: string
  const?: unknown
  enum?: readonly unknown[]
  anyOf?: readonly (JsonSchema | boolean)[]
  oneOf?: readonly (JsonSchema | boolean)[]
  allOf?: readonly (JsonSchema | boolean)[]
  type?: string | readonly string[]
  properties?: Readonly<Record<string, JsonSchema | boolean>>
  required?: readonly string[]
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema | boolean
  prefixItems?: readonly (JsonSchema | boolean)[]
  description?: string
}

/** The TypeScript type of the values that a JSON Schema describes. A reference is the name it ends with. */
export function schemaType(schema: JsonSchema | boolean | undefined): string {
  if (schema === undefined || schema === true) return 'unknown'
  if (schema === false) return 'never'
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'unknown'
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)))
  const options = schema.anyOf ?? schema.oneOf
  if (options !== undefined) return union(options.map(schemaType))
  if (schema.allOf !== undefined) return schema.allOf.map((part) => `(${schemaType(part)})`).join(' & ')
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => schemaType({ ...schema, type })))
  switch (schema.type) {
    case 'object':
      return objectType(schema)
    case 'array':
      return arrayType(schema)
    case 'integer':
      return 'number'
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return schema.type
    default:
      return 'unknown'
  }
}

/** A comment before what it describes, or nothing. */
export function comment(text: string | undefined): string {
  return text ? `/** ${text.replaceAll('*/', '*\\/').replace(/\s*\n\s*/g, ' ')} */\n` : ''
}

function union(types: readonly string[]): string {
  const distinct = [...new Set(types)]
  return distinct.includes('unknown') || distinct.length === 0 ? 'unknown' : distinct.join(' | ')
}

function arrayType({ items, prefixItems }: JsonSchema): string {
  return prefixItems === undefined ? `(${schemaType(items)})[]` : `[${prefixItems.map(schemaType).join(', ')}]`
}

function objectType({ properties = {}, required = [], additionalProperties }: JsonSchema): string {
  const names = Object.entries(properties)
  const isOpen = additionalProperties !== false && additionalProperties !== undefined
  if (names.length === 0) return isOpen || additionalProperties === undefined ? record(additionalProperties) : '{}'
  const members = names.map(([name, schema]) => {
    const about = typeof schema === 'object' ? comment(schema.description) : ''
    return `${about}${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${schemaType(schema)}`
  })
  // Other members are of any type beside the named ones, or TypeScript would ask the named ones to be of theirs.
  return `{\n${members.join('\n')}${isOpen ? '\n[member: string]: unknown' : ''}\n}`
}

function record(values: JsonSchema | boolean | undefined): string {
  return `Record<string, ${schemaType(values)}>`
}
