/**
 * The one error table. Every expected refusal in the product is an `AppError` with a code from here;
 * the HTTP status and title follow from the code, so two doors can never answer the same refusal differently.
 */
export const ERROR_CODES = {
  invalid_request: { status: 400, title: 'The request is malformed' },
  invalid_json: { status: 400, title: 'The body is not valid JSON' },
  invalid_id: { status: 400, title: 'The identifier is malformed' },
  no_agent: { status: 400, title: 'No agent executes this' },
  unauthenticated: { status: 401, title: 'Authentication is required' },
  insufficient_scope: { status: 403, title: 'The key lacks a scope' },
  cross_site: { status: 403, title: 'The request comes from another site' },
  forbidden: { status: 403, title: 'Your role does not allow this' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  conflict: { status: 409, title: 'The state of the object does not allow this' },
  workflow_not_published: { status: 409, title: 'The workflow has no published version' },
  run_ended: { status: 409, title: 'The run has ended' },
  run_executing: { status: 409, title: 'The run is executing' },
  approval_open: { status: 409, title: 'An approval is open' },
  already_decided: { status: 409, title: 'The approval is already decided' },
  not_your_turn: { status: 409, title: 'Somebody else decides first' },
  approval_changed: { status: 409, title: 'What is shown has changed' },
  idempotency_in_progress: { status: 409, title: 'A request with this key is in progress' },
  precondition_failed: { status: 412, title: 'The object has changed since you read it' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported content type' },
  validation_failed: { status: 422, title: 'Some fields are not valid' },
  invalid_inputs: { status: 422, title: 'The inputs do not match what the workflow declares' },
  invalid_definition: { status: 422, title: 'The workflow has problems' },
  idempotency_mismatch: { status: 422, title: 'The key was used with another body' },
  limit_reached: { status: 422, title: 'A limit is reached' },
  rate_limited: { status: 429, title: 'Too many requests' },
  concurrency_limit: { status: 429, title: 'Too many runs at once' },
  queue_full: { status: 429, title: 'Too many runs wait already' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
} as const

export type ErrorCode = keyof typeof ERROR_CODES

/** One problem of one field. `path` is dotted, from the root of the body (`inputs.magnitude`) or `query.limit`. */
export interface FieldProblem {
  path: string
  message: string
}

/** An expected refusal. `message` is one sentence a person can act on; it may be shown to the caller as it is. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly title: string
  readonly errors: FieldProblem[]
  /** Extra members of the problem document, e.g. `{ decision: … }` of an approval that stands. */
  readonly extra: Record<string, unknown>
  /** Seconds after which trying again makes sense; becomes `Retry-After`. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      errors?: FieldProblem[]
      extra?: Record<string, unknown>
      retryAfterSeconds?: number
      cause?: unknown
    } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.status = ERROR_CODES[code].status
    this.title = ERROR_CODES[code].title
    this.errors = options.errors ?? []
    this.extra = options.extra ?? {}
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** For exhaustive switches: a new member of a union makes the compiler point at every place that forgot it. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}
