/**
 * What a form shows for one place of a JSON Schema. Pure: the renderer draws fields and never reads a schema itself.
 * The subset is the one `z.fromJSONSchema` reads; whatever cannot be drawn becomes a `json` field, so nothing is unreachable.
 */
export type JsonSchema = Record<string, unknown>

interface FieldBase {
  title: string
  description: string
  placeholder: string
  readOnly: boolean
}

export interface Choice {
  label: string
  value: unknown
  description: string
}

export type Field = FieldBase &
  (
    | { kind: 'text'; inputType: 'text' | 'email' | 'url' | 'password'; maxLength: number | undefined }
    | { kind: 'textarea'; maxLength: number | undefined }
    | {
        kind: 'number'
        integer: boolean
        minimum: number | undefined
        maximum: number | undefined
        step: number | undefined
      }
    | { kind: 'boolean' }
    | { kind: 'choice'; choices: Choice[] }
    | { kind: 'date' }
    | { kind: 'datetime' }
    | { kind: 'list'; item: JsonSchema; minItems: number; maxItems: number | undefined }
    | { kind: 'object'; properties: ObjectProperty[] }
    | { kind: 'json' }
  )

export interface ObjectProperty {
  name: string
  schema: JsonSchema
  required: boolean
}

/** Longer texts than this get many lines even when the schema does not ask for them. */
const ONE_LINE_CHARACTERS = 200

/** The field for `schema` under the property `name`; `root` is the whole schema, where local `$ref`s resolve. */
export function fieldOf(schema: JsonSchema, root: JsonSchema, name = ''): Field {
  const resolved = resolve(schema, root)
  const base: FieldBase = {
    title: text(resolved.title) || humanise(name),
    description: text(resolved.description),
    placeholder: placeholderOf(resolved),
    readOnly: resolved.readOnly === true,
  }
  const choices = choicesOf(resolved)
  if (choices) return { ...base, kind: 'choice', choices }
  switch (typeOf(resolved)) {
    case 'string':
      return { ...base, ...stringField(resolved) }
    case 'number':
    case 'integer':
      return {
        ...base,
        kind: 'number',
        integer: typeOf(resolved) === 'integer',
        minimum: number(resolved.minimum) ?? number(resolved.exclusiveMinimum),
        maximum: number(resolved.maximum) ?? number(resolved.exclusiveMaximum),
        step: number(resolved.multipleOf),
      }
    case 'boolean':
      return { ...base, kind: 'boolean' }
    case 'array':
      return isSchema(resolved.items)
        ? {
            ...base,
            kind: 'list',
            item: resolved.items,
            minItems: number(resolved.minItems) ?? 0,
            maxItems: number(resolved.maxItems),
          }
        : { ...base, kind: 'json' }
    case 'object': {
      const properties = propertiesOf(resolved, root)
      return properties.length > 0 ? { ...base, kind: 'object', properties } : { ...base, kind: 'json' }
    }
    default:
      return { ...base, kind: 'json' }
  }
}

/** The properties of an object schema in the order written; empty for anything else. */
export function propertiesOf(schema: JsonSchema, root: JsonSchema): ObjectProperty[] {
  const resolved = resolve(schema, root)
  if (!isSchema(resolved.properties)) return []
  const required = Array.isArray(resolved.required) ? resolved.required : []
  return Object.entries(resolved.properties).flatMap(([name, property]) =>
    isSchema(property) ? [{ name, schema: property, required: required.includes(name) }] : [],
  )
}

/** Follows local references (`#/$defs/x`), a few levels deep; an unknown one is an empty schema, which is a JSON field. */
export function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let current = schema
  for (let depth = 0; typeof current.$ref === 'string' && depth < 16; depth++) {
    let target: unknown = root
    for (const part of current.$ref.replace(/^#\/?/, '').split('/').filter(Boolean)) {
      target = isSchema(target) ? target[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined
    }
    const { $ref: _, ...own } = current
    current = isSchema(target) ? { ...target, ...own } : own
  }
  return current
}

/** `min_magnitude` → `Min magnitude`, `feedUrl` → `Feed url`. */
export function humanise(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .trim()
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The one type of a schema; `["string", "null"]` reads as `string`, because an empty field already means "nothing". */
function typeOf(schema: JsonSchema): string | undefined {
  if (typeof schema.type === 'string') return schema.type
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== 'null')
    return types.length === 1 && typeof types[0] === 'string' ? types[0] : undefined
  }
  if (isSchema(schema.properties)) return 'object'
  return schema.items === undefined ? undefined : 'array'
}

function stringField(schema: JsonSchema) {
  const maxLength = number(schema.maxLength)
  if (schema.format === 'date') return { kind: 'date' as const }
  if (schema.format === 'date-time') return { kind: 'datetime' as const }
  const long =
    schema.format === 'textarea' ||
    schema.format === 'markdown' ||
    typeof schema.contentMediaType === 'string' ||
    (maxLength ?? 0) > ONE_LINE_CHARACTERS
  if (long) return { kind: 'textarea' as const, maxLength }
  const inputType =
    schema.format === 'email'
      ? ('email' as const)
      : schema.format === 'uri' || schema.format === 'url'
        ? ('url' as const)
        : schema.format === 'password' || schema.writeOnly === true
          ? ('password' as const)
          : ('text' as const)
  return { kind: 'text' as const, inputType, maxLength }
}

function choicesOf(schema: JsonSchema): Choice[] | undefined {
  if (Array.isArray(schema.enum)) {
    return schema.enum.map((value) => ({ label: label(value), value, description: '' }))
  }
  const variants = Array.isArray(schema.oneOf) ? schema.oneOf : Array.isArray(schema.anyOf) ? schema.anyOf : []
  if (variants.length === 0 || !variants.every((variant) => isSchema(variant) && 'const' in variant)) return undefined
  return variants.filter(isSchema).map((variant) => ({
    label: text(variant.title) || label(variant.const),
    value: variant.const,
    description: text(variant.description),
  }))
}

function placeholderOf(schema: JsonSchema): string {
  const example = Array.isArray(schema.examples) ? schema.examples[0] : undefined
  // Emptied, a field with a default gets it back from the server: it shows through.
  const shown = example ?? schema.default
  return typeof shown === 'string' || typeof shown === 'number' ? String(shown) : ''
}

const label = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
const text = (value: unknown) => (typeof value === 'string' ? value : '')
const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
