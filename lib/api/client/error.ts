import type { ErrorCode, FieldProblem } from '../../errors'

/** What went wrong, for the client: a code of the error table, or `network` when no answer came at all. */
export type ClientErrorCode = ErrorCode | 'network'

/** A refusal of the API, or a request that never got an answer. `message` may be shown to people as it is. */
export class ApiError extends Error {
  readonly code: ClientErrorCode
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  readonly title: string
  readonly errors: FieldProblem[]
  readonly requestId: string | undefined
  /** The whole problem document: extra members such as the decision that stands are here. */
  readonly problem: Record<string, unknown>

  constructor(init: {
    code: ClientErrorCode
    status: number
    title: string
    message: string
    errors?: FieldProblem[]
    requestId?: string
    problem?: Record<string, unknown>
    cause?: unknown
  }) {
    super(init.message, { cause: init.cause })
    this.name = 'ApiError'
    this.code = init.code
    this.status = init.status
    this.title = init.title
    this.errors = init.errors ?? []
    this.requestId = init.requestId
    this.problem = init.problem ?? {}
  }

  /** The message of one field of the body, by its dotted path. */
  fieldError(path: string): string | undefined {
    return this.errors.find((problem) => problem.path === path)?.message
  }
}

/** The message of anything thrown, fit to be shown. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) return error.message
  if (error instanceof Error && error.message !== '') return error.message
  return 'Something went wrong. Try again.'
}
