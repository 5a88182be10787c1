import { z } from 'zod'
import type { FieldControl } from '@/lib/nodes/node-type'
import { nodeType } from '@/lib/nodes/registry'

/** One field of a form, read from a node's config schema. The inspector draws these and nothing else. */
export interface Field {
  key: string
  title: string
  description?: string
  placeholder?: string
  control: FieldControl
  required: boolean
  /** What is used when the field is left out. */
  default?: unknown
  options?: { value: string; label: string }[]
  /** Allowed range of a number. */
  min?: number
  max?: number
  integer?: boolean
  /** Fields of one item of a `list`; `undefined` for a list of plain texts. */
  items?: Field[]
  /** Fewest items a `list` may have. */
  minItems?: number
  /** The field keeps its text as it is; placeholders in it mean nothing to the engine. */
  raw: boolean
  examples: unknown[]
}

interface JsonSchema {
  type?: string | string[]
  title?: string
  description?: string
  placeholder?: string
  control?: FieldControl
  raw?: boolean
  default?: unknown
  enum?: unknown[]
  const?: unknown
  examples?: unknown[]
  minimum?: number
  maximum?: number
  minItems?: number
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  additionalProperties?: unknown
}

const cache = new WeakMap<z.ZodType, Field[]>()

/** The fields of a node type's config, in the order of its schema. Empty for an unknown type or one without config. */
export function fieldsOf(type: string): Field[] {
  const schema = nodeType(type)?.config
  return schema === undefined ? [] : fieldsOfSchema(schema)
}

export function fieldsOfSchema(schema: z.ZodType): Field[] {
  const known = cache.get(schema)
  if (known) return known
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema
  const fields = fieldsOfObject(json)
  cache.set(schema, fields)
  return fields
}

function fieldsOfObject(schema: JsonSchema): Field[] {
  const required = new Set(schema.required ?? [])
  return Object.entries(schema.properties ?? {}).map(([key, property]) => field(key, property, required.has(key)))
}

function field(key: string, schema: JsonSchema, required: boolean): Field {
  const types = typesOf(schema)
  const options = optionsOf(schema)
  const control = schema.control ?? guess(schema, types, options !== undefined)
  const range = types.includes('integer') || types.includes('number') ? numeric(schema) : {}
  const isObjectList = control === 'list' && schema.items?.properties !== undefined
  return {
    key,
    title: schema.title ?? humanise(key),
    description: schema.description,
    placeholder: schema.placeholder ?? placeholderFrom(schema.examples),
    control,
    required,
    default: schema.default,
    options,
    ...range,
    items: isObjectList && schema.items ? fieldsOfObject(schema.items) : undefined,
    minItems: schema.minItems,
    raw: schema.raw === true,
    examples: schema.examples ?? [],
  }
}

function typesOf(schema: JsonSchema): string[] {
  if (schema.type !== undefined) return Array.isArray(schema.type) ? schema.type : [schema.type]
  return [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(typesOf)
}

function optionsOf(schema: JsonSchema): Field['options'] {
  const values =
    schema.enum ??
    (schema.anyOf?.every((member) => member.const !== undefined)
      ? schema.anyOf.map((member) => member.const)
      : undefined)
  return values
    ?.filter((value): value is string => typeof value === 'string')
    .map((value) => ({ value, label: humaniseOption(value) }))
}

/** For a field whose schema names no control. */
function guess(schema: JsonSchema, types: string[], hasOptions: boolean): FieldControl {
  if (hasOptions) return 'select'
  if (types.includes('boolean')) return 'switch'
  if (types.includes('number') || types.includes('integer')) return 'number'
  if (types.includes('array')) return 'list'
  if (types.includes('string')) return 'text'
  if (types.includes('object') && schema.properties === undefined) return 'key-values'
  return 'json'
}

/** `z.int()` writes the safe-integer range; it is not a limit anybody set. */
function numeric(schema: JsonSchema): Pick<Field, 'min' | 'max' | 'integer'> {
  const real = (bound: number | undefined) =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined
  const number = [schema, ...(schema.anyOf ?? [])].find((member) =>
    typesOf(member).some((t) => /integer|number/.test(t)),
  )
  return {
    min: real(number?.minimum),
    max: real(number?.maximum),
    integer: typesOf(number ?? schema).includes('integer'),
  }
}

function placeholderFrom(examples: unknown[] | undefined): string | undefined {
  const first = examples?.[0]
  return typeof first === 'string' ? first : undefined
}

/** `dueInSeconds` → `Due in seconds`. */
export function humanise(key: string): string {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase()
    .trim()
  return words === '' ? key : words[0]?.toUpperCase() + words.slice(1)
}

/** Options that are words get a capital; `GET`, `gpt-4o` and the like stay as they are. */
function humaniseOption(value: string): string {
  return /^[a-z]+([A-Z][a-z]+)*$/.test(value) ? humanise(value) : value
}
