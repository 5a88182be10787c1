import { AppError } from '../../errors'

/** The instant that a query says; undefined when it says none. Throws `validation_failed` naming the parameter. */
export function instantOf(text: string | undefined, name: string): Date | undefined {
  if (text === undefined) return undefined
  const instant = new Date(text)
  // PostgreSQL and ISO 8601 end differently; a year of four digits suits both.
  if (/^\d{4}-/.test(text) && !Number.isNaN(instant.getTime())) return instant
  throw new AppError('validation_failed', `query.${name}: not an instant, e.g. 2026-02-01T10:00:00Z.`, {
    errors: [{ path: `query.${name}`, message: 'not an ISO 8601 instant' }],
  })
}
