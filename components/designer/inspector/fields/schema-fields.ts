/** The fields of a JSON Schema of an object, as rows that people edit. What rows cannot say is carried along untouched. */
export type JsonSchema = Record<string, unknown>

export const FIELD_KINDS = {
  text: 'Text',
  long: 'Long text',
  number: 'Number',
  integer: 'Whole number',
  boolean: 'Yes or no',
  choice: 'Choice',
  date: 'Date',
  datetime: 'Date and time',
  email: 'E-mail',
  url: 'URL',
  list: 'List',
  object: 'Object',
  any: 'Anything',
} as const
export type FieldKind = keyof typeof FIELD_KINDS

export interface SchemaField {
  name: string
  kind: FieldKind
  required: boolean
  title: string
  description: string
  default: unknown
  /** Of a choice. */
  choices: string[]
  /** Of a list: what its items are. */
  item: FieldKind
  /** The property as it was read: members that rows do not show survive. */
  source: JsonSchema
}

const KIND_SCHEMAS: Record<FieldKind, JsonSchema> = {
  text: { type: 'string' },
  long: { type: 'string', format: 'textarea' },
  number: { type: 'number' },
  integer: { type: 'integer' },
  boolean: { type: 'boolean' },
  choice: { type: 'string' },
  date: { type: 'string', format: 'date' },
  datetime: { type: 'string', format: 'date-time' },
  email: { type: 'string', format: 'email' },
  url: { type: 'string', format: 'uri' },
  list: { type: 'array' },
  object: { type: 'object' },
  any: {},
}

/** Undefined when the schema is not one of an object with named fields: then only its JSON can be edited. */
export function readSchemaFields(schema: unknown): SchemaField[] | undefined {
  if (schema === undefined) return []
  if (!isRecord(schema)) return undefined
  if (schema.type !== undefined && schema.type !== 'object') return undefined
  if (['oneOf', 'anyOf', 'allOf', '$ref'].some((key) => key in schema)) return undefined
  const properties = schema.properties ?? {}
  if (!isRecord(properties)) return undefined
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(properties).map(([name, property]) => {
    const source = isRecord(property) ? property : {}
    const kind = kindOf(source)
    return {
      name,
      kind,
      required: required.includes(name),
      title: typeof source.title === 'string' ? source.title : '',
      description: typeof source.description === 'string' ? source.description : '',
      default: source.default,
      choices: kind === 'choice' && Array.isArray(source.enum) ? source.enum.map(String) : [],
      item: isRecord(source.items) ? kindOf(source.items) : 'any',
      source,
    }
  })
}

function kindOf(schema: JsonSchema): FieldKind {
  if (Array.isArray(schema.enum) && schema.enum.every((value) => typeof value === 'string')) return 'choice'
  switch (schema.type) {
    case 'string':
      return stringKind(schema.format)
    case 'number':
    case 'integer':
    case 'boolean':
    case 'object':
      return schema.type
    case 'array':
      return 'list'
    default:
      return 'any'
  }
}

function stringKind(format: unknown): FieldKind {
  switch (format) {
    case 'textarea':
    case 'markdown':
      return 'long'
    case 'date':
    case 'email':
      return format
    case 'date-time':
      return 'datetime'
    case 'uri':
    case 'url':
      return 'url'
    default:
      return 'text'
  }
}

/** The schema with these fields; everything else of `base` stays as it was. */
export function writeSchemaFields(fields: readonly SchemaField[], base: unknown): JsonSchema {
  const { properties: _, required: __, ...rest } = isRecord(base) ? base : {}
  const required = fields.filter((field) => field.required).map((field) => field.name)
  return {
    ...rest,
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, propertyOf(field)])),
    ...(required.length > 0 ? { required } : {}),
  }
}

function propertyOf(field: SchemaField): JsonSchema {
  const { type: _, format, enum: __, items, title: ___, description: ____, default: _____, ...rest } = field.source
  const sameKind = kindOf(field.source) === field.kind
  return {
    ...(sameKind || field.kind === 'object' || field.kind === 'list' ? rest : {}),
    ...(sameKind && field.source.type !== undefined ? { type: field.source.type } : KIND_SCHEMAS[field.kind]),
    ...(sameKind && format !== undefined ? { format } : {}),
    ...(field.kind === 'choice' ? { enum: field.choices } : {}),
    ...(field.kind === 'list' ? itemsOf(field, items) : {}),
    ...(field.title === '' ? {} : { title: field.title }),
    ...(field.description === '' ? {} : { description: field.description }),
    ...(field.default === undefined ? {} : { default: field.default }),
  }
}

function itemsOf(field: SchemaField, items: unknown): JsonSchema {
  if (isRecord(items) && kindOf(items) === field.item) return { items }
  return field.item === 'any' ? {} : { items: KIND_SCHEMAS[field.item] }
}

export function newSchemaField(taken: readonly string[]): SchemaField {
  let n = taken.length + 1
  while (taken.includes(`field_${n}`)) n += 1
  return {
    name: `field_${n}`,
    kind: 'text',
    required: false,
    title: '',
    description: '',
    default: undefined,
    choices: [],
    item: 'text',
    source: {},
  }
}

/** A field of another kind: what makes no sense for it is left behind. */
export function withKind(field: SchemaField, kind: FieldKind): SchemaField {
  const choices = kind === 'choice' && field.choices.length === 0 ? ['first', 'second'] : field.choices
  return { ...field, kind, choices, default: undefined }
}

/** Why a field cannot have this name; undefined when it can. */
export function fieldNameRefusal(name: string, others: readonly string[]): string | undefined {
  if (name.trim() === '') return 'Give the field a name.'
  if (others.includes(name)) return `There is another field “${name}”.`
  if (name.includes('`')) return 'A name cannot contain a backtick.'
  return undefined
}

function isRecord(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
