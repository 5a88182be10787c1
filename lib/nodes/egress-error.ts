export type EgressErrorCode =
  | 'invalid_url'
  | 'blocked'
  | 'unreachable'
  | 'timeout'
  | 'aborted'
  | 'too_large'
  | 'too_many_redirects'
  | 'invalid_header'

/** A call that did not happen or did not come back. The message may be shown to the author of the call. */
export class EgressError extends Error {
  readonly code: EgressErrorCode

  constructor(code: EgressErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'EgressError'
    this.code = code
  }
}

/**
 * One text for a closed port, a filtered one, a name that does not exist and a name that leads to a private address: the
 * answer must not tell what is behind.
 */
export function unreachable(cause?: unknown): EgressError {
  return new EgressError('unreachable', 'The address could not be reached, or calling it is not allowed here.', cause)
}
