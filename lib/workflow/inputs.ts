import { z } from 'zod'
import type { FieldProblem } from '../errors'

/**
 * Checks a value against a JSON Schema of named fields and fills in defaults. `problems` is empty when `value` may be used;
 * their paths are dotted from the root of the value (`""` is the value itself). Names that the schema does not declare are
 * refused unless it says `additionalProperties`. A schema that cannot be read is a problem too, never a throw.
 */
export function checkInputs(
  schema: Record<string, unknown>,
  value: unknown,
): { value: unknown; problems: FieldProblem[] } {
  const reader = readerOf(schema)
  if (!reader)
    return {
      value,
      problems: [{ path: '', message: 'the declared schema cannot be read; correct it in the workflow' }],
    }
  const parsed = reader.safeParse(value)
  if (parsed.success) return { value: parsed.data, problems: [] }
  return { value, problems: parsed.error.issues.flatMap(problemsOf) }
}

const readers = new WeakMap<object, z.ZodType | undefined>()

function readerOf(schema: Record<string, unknown>): z.ZodType | undefined {
  if (!readers.has(schema)) readers.set(schema, makeReader(schema))
  return readers.get(schema)
}

function makeReader(schema: Record<string, unknown>): z.ZodType | undefined {
  const isObject = schema.type === 'object' || 'properties' in schema
  const closed = isObject && !('additionalProperties' in schema) ? { ...schema, additionalProperties: false } : schema
  try {
    return z.fromJSONSchema(closed as Parameters<typeof z.fromJSONSchema>[0]) // any object: what it cannot read it throws at
  } catch {
    return undefined
  }
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  const path = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: path ? `${path}.${key}` : key,
      message: 'is not declared; remove it or declare it',
    }))
  }
  if (issue.code === 'invalid_type') {
    return [
      {
        path,
        message: /received undefined$/.test(issue.message) ? 'is required' : `must be ${nameOf(issue.expected)}`,
      },
    ]
  }
  if (issue.code === 'invalid_value') {
    return [{ path, message: `must be one of ${issue.values.map((each) => JSON.stringify(each)).join(', ')}` }]
  }
  return [{ path, message: issue.message }]
}

function nameOf(type: string): string {
  const names: Record<string, string> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
  }
  return names[type] ?? type
}
