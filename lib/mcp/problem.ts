import { z } from 'zod'
import { AppError } from '../errors'
import { log } from '../log'

/** A larger result goes as a reference: read it over REST. */
const MAX_RESULT_BYTES = 256 * 1024

/** Throws `payload_too_large` for a result that no model should be given whole. */
export function refuseTooLarge(json: string): void {
  const bytes = Buffer.byteLength(json)
  if (bytes <= MAX_RESULT_BYTES) return
  throw new AppError(
    'payload_too_large',
    `The result has ${bytes} bytes; a tool or resource answers at most ${MAX_RESULT_BYTES}. Ask for less at a time, or read it over the REST API.`,
  )
}

/** What a refusal says, for a model to act on. Faults of ours say nothing of our insides. `what` failed is for the log. */
export function problemOf(error: unknown, what: string): Record<string, unknown> {
  if (error instanceof AppError) {
    const { code, status, message, errors, extra } = error
    return { code, status, message, ...(errors.length > 0 ? { errors } : {}), ...extra }
  }
  if (error instanceof z.ZodError) {
    const errors = error.issues.flatMap(fieldProblems)
    const [first] = errors
    return {
      code: 'validation_failed',
      status: 422,
      message: `${first?.path || 'arguments'}: ${first?.message}.`,
      errors,
    }
  }
  log.error({ err: error, what }, 'a call of MCP failed in a way it should not')
  return { code: 'internal', status: 500, message: 'Something went wrong; the server log has the details.' }
}

function fieldProblems(issue: z.core.$ZodIssue): { path: string; message: string }[] {
  const path = issue.path.map(String).join('.')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: 'there is no such argument' }))
}
