import { sampleOf } from '../engine/json-sample'
import { checkAgainstSchema } from '../engine/json-schema'
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
  try {
    const checked = checkAgainstSchema(schema, value)
    return checked.valid ? { value: checked.value, problems: [] } : { value, problems: checked.problems }
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it is not a JSON Schema'
    return {
      value,
      problems: [{ path: '', message: `the declared schema cannot be read (${why}); correct it in the workflow` }],
    }
  }
}

/** A value that the schema accepts, for prefilled forms and ready curl lines. */
export function sampleInput(schema: Record<string, unknown>): Record<string, unknown> {
  const sample = sampleOf(schema.type === undefined ? { ...schema, type: 'object' } : schema)
  return typeof sample === 'object' && sample !== null && !Array.isArray(sample) ? { ...sample } : {}
}
