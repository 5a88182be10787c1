import { z } from 'zod'
import type { FieldProblem } from '@/lib/errors'
import { isSchema, type JsonSchema } from './field-model'

/** Messages by dotted path from the root of the form (`place.city`, `tags.0`); the root itself is the empty path. */
export type FieldErrors = Record<string, string>

const validators = new WeakMap<JsonSchema, z.ZodType | null>()

/**
 * Checks a value against a JSON Schema. A schema that `z.fromJSONSchema` cannot read is not checked here: the server does,
 * and answers with the same paths.
 */
export function validateValue(schema: JsonSchema, value: unknown): FieldErrors {
  const validator = validatorOf(schema)
  const result = validator?.safeParse(value)
  if (!result || result.success) return {}
  const errors: FieldErrors = {}
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) errors[join([...issue.path, key])] ??= 'This field is not known here'
      continue
    }
    errors[join(issue.path)] ??= messageOf(issue, value)
  }
  return errors
}

/** Problems that the server found, at the fields of this form: `input.magnitude` → `magnitude`. */
export function errorsOfProblem(problems: readonly FieldProblem[], roots: readonly string[]): FieldErrors {
  const errors: FieldErrors = {}
  for (const problem of problems) {
    const root = roots.find((name) => problem.path === name || problem.path.startsWith(`${name}.`))
    const path = root === undefined ? problem.path : problem.path.slice(root.length + 1)
    errors[path] ??= sentence(problem.message)
  }
  return errors
}

function validatorOf(schema: JsonSchema): z.ZodType | null {
  const known = validators.get(schema)
  if (known !== undefined) return known
  let validator: z.ZodType | null = null
  try {
    validator = z.fromJSONSchema(withoutFormHints(schema) as Parameters<typeof z.fromJSONSchema>[0])
  } catch {
    validator = null
  }
  validators.set(schema, validator)
  return validator
}

/** `format: "textarea"` says how to draw a field, not what is valid. */
function withoutFormHints(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutFormHints)
  if (!isSchema(schema)) return schema
  const entries = Object.entries(schema).filter(([key, value]) => !(key === 'format' && value === 'textarea'))
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutFormHints(value)]))
}

function messageOf(issue: z.core.$ZodIssue, root: unknown): string {
  const value = at(root, issue.path)
  if (value === undefined) return 'This is required'
  switch (issue.code) {
    case 'invalid_type':
      return `Enter ${typeNames[issue.expected] ?? `a value of type ${issue.expected}`}`
    case 'invalid_value':
      return `Choose one of ${issue.values.map((option) => JSON.stringify(option)).join(', ')}`
    case 'too_small':
      return smallest(issue)
    case 'too_big':
      return largest(issue)
    case 'not_multiple_of':
      return `Must be a multiple of ${issue.divisor}`
    case 'invalid_format':
      return issue.format === 'regex'
        ? `Must match ${'pattern' in issue ? String(issue.pattern) : 'the pattern'}`
        : `Enter ${formatNames[issue.format] ?? `a valid ${issue.format}`}`
    case 'invalid_union':
      return 'Does not match any of the accepted forms'
    default:
      return sentence(issue.message)
  }
}

const typeNames: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'yes or no',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const formatNames: Record<string, string> = {
  date: 'a date (YYYY-MM-DD)',
  datetime: 'a date and time with its zone',
  email: 'an e-mail address, like name@example.com',
  url: 'a full URL, like https://example.com',
  uuid: 'a UUID',
}

function smallest(issue: z.core.$ZodIssueTooSmall): string {
  const least = Number(issue.minimum)
  if (issue.origin === 'string') return least === 1 ? 'This is required' : `Use at least ${least} characters`
  if (issue.origin === 'array') return `Add at least ${least} ${least === 1 ? 'entry' : 'entries'}`
  return issue.inclusive === false ? `Must be more than ${least}` : `Must be ${least} or more`
}

function largest(issue: z.core.$ZodIssueTooBig): string {
  const most = Number(issue.maximum)
  if (issue.origin === 'string') return `Use at most ${most} characters`
  if (issue.origin === 'array') return `Keep at most ${most} ${most === 1 ? 'entry' : 'entries'}`
  return issue.inclusive === false ? `Must be less than ${most}` : `Must be ${most} or less`
}

function at(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
  return value
}

const join = (path: readonly PropertyKey[]) => path.map(String).join('.')
const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
