import { AppError } from '../errors'
import { type Id, parseId } from '../ids'

/** A place in a list that is ordered by a time and then by id, newest first. */
export interface Position {
  at: Date
  id: Id
}

/** A position as an opaque text for `next_cursor`. It names a place, not rows: another team's cursor shows nothing of it. */
export function encodeCursor(position: Position): string {
  return Buffer.from(`${position.at.toISOString()} ${position.id}`).toString('base64url')
}

/** The position of a cursor. Throws `validation_failed` for a text that is none of ours. */
export function decodeCursor(cursor: string): Position {
  const [time = '', id = ''] = Buffer.from(cursor, 'base64url').toString('latin1').split(' ')
  const at = new Date(time)
  const parsed = parseId(id)
  if (Number.isNaN(at.getTime()) || parsed === undefined) throw badCursor()
  return { at, id: parsed }
}

export function badCursor(): AppError {
  return new AppError('validation_failed', 'query.cursor: not a cursor; use next_cursor of the page before.', {
    errors: [{ path: 'query.cursor', message: 'not a cursor' }],
  })
}

/** Cuts a list that was read one longer than the page; the extra row only tells that there is a next page. */
export function pageOf<Row>(
  rows: Row[],
  limit: number,
  positionOf: (row: Row) => Position,
): { rows: Row[]; nextCursor: string | null } {
  if (rows.length <= limit) return { rows, nextCursor: null }
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { rows: page, nextCursor: last === undefined ? null : encodeCursor(positionOf(last)) }
}
