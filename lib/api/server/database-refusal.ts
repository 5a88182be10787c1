import { AppError } from '../../errors'

/** SQLSTATE classes and codes, Node's socket errors and Prisma's codes that mean "the database is not there right now". */
const OUTAGE =
  /^(?:08...|57P0[123]|57014|53[0-9A-Z]{3}|55P03|40001|40P01|25P03|25006|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOENT|P1001|P1002|P1008|P1017|P2024|P2034)$/
/** pg throws these without a code when a connection ends under a query or the pool has none left. */
const OUTAGE_MESSAGE =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/
/** Text that PostgreSQL cannot keep: U+0000 in a text column. */
const UNSTORABLE = /^(?:22021|22P05)$/

/**
 * What an error of the database means to a caller: `unavailable` (503, try again) for an outage, `invalid_request` for a text
 * it cannot keep, undefined for anything else, which is a fault of ours.
 */
export function databaseRefusal(thrown: unknown): AppError | undefined {
  const codes = codesOf(thrown)
  if (codes.some((code) => UNSTORABLE.test(code))) {
    return new AppError('invalid_request', 'A text has the character U+0000, which cannot be kept.', { cause: thrown })
  }
  const message = thrown instanceof Error ? thrown.message : ''
  if (codes.some((code) => OUTAGE.test(code)) || OUTAGE_MESSAGE.test(message)) {
    return new AppError('unavailable', 'The database cannot be reached or is too busy. Try again in a moment.', {
      retryAfterSeconds: 2,
      cause: thrown,
    })
  }
  return undefined
}

/** The `code` of an error and of what caused it: Prisma wraps the driver's error several levels deep. */
function codesOf(thrown: unknown): string[] {
  const codes: string[] = []
  let current: unknown = thrown
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    const { code, originalCode, cause } = current as { code?: unknown; originalCode?: unknown; cause?: unknown }
    for (const found of [code, originalCode]) if (typeof found === 'string') codes.push(found)
    current = cause
  }
  return codes
}
