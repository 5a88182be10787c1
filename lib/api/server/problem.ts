import type { z } from 'zod'
import { AppError, type FieldProblem } from '../../errors'
import { log } from '../../log'
import { databaseRefusal } from './database-refusal'

const MAX_LISTED_PROBLEMS = 100
const MAX_NAMED_PROBLEMS = 3

export interface Problem {
  status: number
  document: Record<string, unknown>
  headers: Record<string, string>
}

/**
 * The one projection of anything thrown to `application/problem+json` (RFC 9457). An `AppError` is told as it is; anything
 * else is a fault of ours: the caller learns only the request id under which it is logged.
 */
export function problemOf(thrown: unknown, requestId: string): Problem {
  const error = thrown instanceof AppError ? thrown : (databaseRefusal(thrown) ?? unexpected(thrown))
  if (error.status >= 500) log.error({ err: thrown, requestId, code: error.code }, 'a request failed')
  const headers: Record<string, string> = {}
  if (error.retryAfterSeconds !== undefined) headers['Retry-After'] = String(Math.ceil(error.retryAfterSeconds))
  if (error.status === 401) headers['WWW-Authenticate'] = 'Bearer realm="countersign"'
  if (error.code === 'payload_too_large') headers.Connection = 'close' // what the sender still has to say is not read
  return {
    status: error.status,
    headers,
    document: {
      ...error.extra,
      type: `urn:countersign:problem:${error.code}`,
      title: error.title,
      status: error.status,
      code: error.code,
      message: error.message,
      detail: error.message,
      errors: error.errors,
      request_id: requestId,
    },
  }
}

function unexpected(cause: unknown): AppError {
  return new AppError('internal', 'Something went wrong on our side. Quote the request id when you report it.', {
    cause,
  })
}

/** A schema's refusal as `validation_failed` (422): every field by its dotted path, unknown fields by name. */
export function validationError(error: z.ZodError, root: string): AppError {
  const problems = error.issues.flatMap((issue) => problemsOfIssue(issue, root))
  const named = problems.slice(0, MAX_NAMED_PROBLEMS).map(({ path, message }) => `${path || 'body'}: ${message}`)
  const more = problems.length - named.length
  return new AppError('validation_failed', `${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`, {
    errors: problems.slice(0, MAX_LISTED_PROBLEMS),
  })
}

function problemsOfIssue(issue: z.core.$ZodIssue, root: string): FieldProblem[] {
  const at = (path: readonly PropertyKey[]) => [...(root === '' ? [] : [root]), ...path.map(String)].join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: at([...issue.path, key]), message: 'unknown field' }))
  }
  return [{ path: at(issue.path), message: plainMessage(issue.message) }]
}

/** The schema library's sentence without its preamble: "expected string, received number". */
function plainMessage(message: string): string {
  if (message.endsWith('received undefined')) return 'is missing'
  const plain = message.replace(/^Invalid input: /, '')
  return plain.charAt(0).toLowerCase() + plain.slice(1)
}
