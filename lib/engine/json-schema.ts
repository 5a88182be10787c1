import { RE2JS } from 're2js'
import { z } from 'zod'

/**
 * Checks values against the JSON Schemas that authors write: inputs of a workflow, answers of people and models.
 * `pattern` runs on a linear-time engine, since both the pattern and the text come from outside.
 */

export interface SchemaProblem {
  /** Dotted from the value: `address.street`, `items.0`; empty for the value itself. */
  path: string
  message: string
}

export type SchemaCheck = { valid: true; value: unknown } | { valid: false; problems: SchemaProblem[] }

interface Prepared {
  type: z.ZodType
  patterns: boolean
}

const prepared = new WeakMap<object, Prepared>()
const MAX_DEPTH = 32

/** Throws an Error whose message says what is wrong with the schema itself. */
export function prepareSchema(schema: Record<string, unknown>): z.ZodType {
  return prepare(schema).type
}

/** Fills in defaults. Names that the schema does not declare are a problem unless it says `additionalProperties`. */
export function checkAgainstSchema(schema: Record<string, unknown>, value: unknown): SchemaCheck {
  const { type, patterns } = prepare(schema)
  const problems: SchemaProblem[] = []
  // Before the defaults are filled in and before patterns run, so that every problem of the text that came is named at once.
  const parsed = type.safeParse(value)
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap(toProblems))
  if (patterns) checkPatterns(schema, parsed.success ? parsed.data : value, '', problems)
  return problems.length === 0 && parsed.success ? { valid: true, value: parsed.data } : { valid: false, problems }
}

function prepare(schema: Record<string, unknown>): Prepared {
  const known = prepared.get(schema)
  if (known) return known
  const found = { patterns: false }
  const made = { type: z.fromJSONSchema(closed(schema, found, 0)), patterns: found.patterns }
  prepared.set(schema, made)
  return made
}

/** A copy that is strict about unknown names and has no patterns. */
function closed(schema: Record<string, unknown>, found: { patterns: boolean }, depth: number): Record<string, unknown> {
  if (depth > MAX_DEPTH) throw new Error(`The schema nests deeper than ${MAX_DEPTH} levels.`)
  const copy: Record<string, unknown> = {}
  for (const [key, member] of Object.entries(schema)) {
    if (key === '$ref' && typeof member === 'string' && !member.startsWith('#')) {
      throw new Error('A schema may refer to its own parts only ($ref beginning with #).')
    }
    if (key === 'pattern' && typeof member === 'string') {
      linearPattern(member)
      found.patterns = true
    } else if (key === 'patternProperties') {
      throw new Error('patternProperties is not supported: declare the names in properties.')
    } else if (SCHEMA_MAPS.has(key) && isObject(member)) {
      const entries = Object.entries(member).map(([name, inner]) => [
        name,
        isObject(inner) ? closed(inner, found, depth + 1) : inner,
      ])
      copy[key] = Object.fromEntries(entries)
    } else if (SCHEMAS.has(key) && isObject(member)) {
      copy[key] = closed(member, found, depth + 1)
    } else if (SCHEMA_LISTS.has(key) && Array.isArray(member)) {
      copy[key] = member.map((inner: unknown) => (isObject(inner) ? closed(inner, found, depth + 1) : inner))
    } else {
      copy[key] = member
    }
  }
  if (isObject(schema.properties)) copy.additionalProperties ??= false
  if (copy.type === undefined && isObject(schema.properties)) copy.type = 'object'
  return copy
}

const SCHEMAS = new Set(['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'])
const SCHEMA_LISTS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems', 'items'])
const SCHEMA_MAPS = new Set(['properties', '$defs', 'definitions', 'dependentSchemas'])

const compiledPatterns = new Map<string, RE2JS>()

function linearPattern(pattern: string): RE2JS {
  const known = compiledPatterns.get(pattern)
  if (known) return known
  try {
    const made = RE2JS.compile(RE2JS.translateRegExp(pattern))
    if (compiledPatterns.size > 1_000) compiledPatterns.clear()
    compiledPatterns.set(pattern, made)
    return made
  } catch {
    throw new Error(`The pattern ${pattern} is not supported: look-around and back references are left out.`)
  }
}

/** Patterns where they are looked for in practice: on the value itself, on members, on items. */
function checkPatterns(schema: unknown, value: unknown, path: string, problems: SchemaProblem[]): void {
  if (!isObject(schema)) return
  if (
    typeof schema.pattern === 'string' &&
    typeof value === 'string' &&
    !linearPattern(schema.pattern).matcher(value).find()
  ) {
    problems.push({ path, message: `does not match the pattern ${schema.pattern}` })
  }
  if (isObject(schema.properties) && isObject(value)) {
    for (const [name, inner] of Object.entries(schema.properties)) {
      if (Object.hasOwn(value, name)) checkPatterns(inner, value[name], join(path, name), problems)
    }
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkPatterns(schema.items, item, join(path, String(index)), problems)
  }
  for (const inner of Array.isArray(schema.allOf) ? schema.allOf : []) checkPatterns(inner, value, path, problems)
}

function toProblems(issue: z.core.$ZodIssue): SchemaProblem[] {
  const path = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: join(path, key), message: 'is not declared; remove it or declare it' }))
  }
  return [{ path, message: sentenceOf(issue) }]
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? 'is required'
        : `must be ${TYPES[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${issue.values.map((one) => JSON.stringify(one)).join(' or ')}`
    case 'too_small':
      return `must ${issue.origin in UNITS ? 'have' : 'be'} ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${UNITS[issue.origin] ?? ''}`
    case 'too_big':
      return `must ${issue.origin in UNITS ? 'have' : 'be'} ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${UNITS[issue.origin] ?? ''}`
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_format':
      return `is not a valid ${FORMATS[issue.format] ?? issue.format}`
    default:
      return 'has none of the forms that are allowed here'
  }
}

const TYPES: Record<string, string> = {
  array: 'a list',
  object: 'an object',
  record: 'an object',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'null',
}
const UNITS: Record<string, string> = { string: ' characters', array: ' items', object: ' members' }
const FORMATS: Record<string, string> = {
  url: 'URL',
  uri: 'URL',
  email: 'e-mail address',
  datetime: 'date and time',
  uuid: 'UUID',
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
