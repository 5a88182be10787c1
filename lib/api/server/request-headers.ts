import { AppError } from '../../errors'

const SANE_REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

/** The caller's `X-Request-ID` when it is short and plain, else a new one. It appears in the answer and in the log. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get('x-request-id')
  return given !== null && SANE_REQUEST_ID.test(given) ? given : crypto.randomUUID()
}

export function wantsEventStream(request: Request): boolean {
  return (request.headers.get('accept') ?? '').toLowerCase().includes('text/event-stream')
}

/** The caller would rather not wait for the work to end (RFC 7240). */
export function prefersAsync(request: Request): boolean {
  const prefer = request.headers.get('prefer')
  return prefer !== null && /(?:^|[,;\s])respond-async(?:$|[,;\s])/i.test(prefer)
}

/**
 * The draft revision that `If-Match` demands; undefined when the caller demands none (no header, or `*`).
 * Throws `invalid_request` (400) for anything that is not an ETag of ours.
 */
export function ifMatchRevision(request: Request): number | undefined {
  const header = request.headers.get('if-match')?.trim()
  if (header === undefined || header === '*') return undefined
  const digits = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header)?.[1]
  if (digits === undefined) {
    throw new AppError('invalid_request', 'If-Match is not an ETag of a workflow: send the draft_revision in quotes.', {
      errors: [{ path: 'headers.if-match', message: 'expected a revision in quotes, e.g. "3"' }],
    })
  }
  return Number(digits)
}

/** The `ETag` of a workflow. */
export function etagOf(draftRevision: number): string {
  return `"${draftRevision}"`
}
