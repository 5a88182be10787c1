import { ExpressionError, MAX_ITEMS } from './expression-error'
import { isFunction } from './expression-result'

/** Longest text an expression may build on the way, in characters. */
const MAX_TEXT = 4 * 1024 * 1024
/** Longest list for functions whose work grows with its square. */
const MAX_SQUARE_ITEMS = 10_000
const MAX_PICTURE = 200
const MAX_TIMESTAMP = 64

/** What each of these functions must not be asked, by name: throws ExpressionError. */
export const CHECKS: Record<string, (args: unknown[]) => void> = {
  string: ([value]) => limitSize(value),
  clone: ([value]) => limitSize(value),
  pad: ([text, width, filler]) =>
    limit(lengthOf(text) + Math.abs(Number(width)) * Math.max(1, lengthOf(filler)), MAX_TEXT),
  join: ([list, separator]) => {
    if (!Array.isArray(list)) return
    let length = list.length * lengthOf(separator)
    for (const item of list) length += lengthOf(item)
    limit(length, MAX_TEXT)
  },
  replace: ([text, pattern, replacement, times]) => {
    if (typeof replacement !== 'string') return
    const most = typeof pattern === 'string' && pattern !== '' ? lengthOf(text) / pattern.length : lengthOf(text)
    const count = typeof times === 'number' ? Math.min(times, most) : most
    limit(lengthOf(text) + count * replacement.length, 4 * MAX_TEXT)
  },
  split: ([text, separator]) => {
    if (typeof text !== 'string' || typeof separator !== 'string') return
    let count = separator === '' ? text.length : 0
    for (let at = 0; separator !== '' && count <= MAX_ITEMS; count++) {
      at = text.indexOf(separator, at)
      if (at < 0) break
      at += separator.length
    }
    limit(count, MAX_ITEMS)
  },
  encodeUrl: ([text]) => limit(lengthOf(text) * 3, MAX_TEXT),
  encodeUrlComponent: ([text]) => limit(lengthOf(text) * 3, MAX_TEXT),
  base64encode: ([text]) => limit(lengthOf(text) * 2, MAX_TEXT),
  spread: ([list]) => limit(Array.isArray(list) ? list.length : 0, MAX_SQUARE_ITEMS),
  formatNumber: ([, picture]) => limit(lengthOf(picture), MAX_PICTURE),
  formatInteger: ([, picture]) => limit(lengthOf(picture), MAX_PICTURE),
  parseInteger: ([text, picture]) => limit(Math.max(lengthOf(text), lengthOf(picture)), MAX_PICTURE),
  fromMillis: ([, picture]) => limit(lengthOf(picture), MAX_PICTURE),
  toMillis: ([text, picture]) => {
    limit(lengthOf(text), MAX_TIMESTAMP)
    if (typeof picture === 'string') checkTimePicture(picture)
  },
}

/**
 * JSONata reads timestamps by a backtracking pattern made from the picture. It is quick as long as it is clear where one
 * part ends and the next begins, and takes minutes for a few parts that can share letters.
 */
function checkTimePicture(picture: string): void {
  limit(picture.length, MAX_PICTURE)
  const parts = [...picture.matchAll(/\[([^\]]*)\]/g)]
  let plainLetters = 0
  for (const [index, part] of parts.entries()) {
    const next = parts[index + 1]
    if (!next) break
    const between = picture.slice((part.index ?? 0) + part[0].length, next.index)
    const isWord = [part, next].some((marker) => /[nNwW]/.test((marker[1] ?? '').trim().slice(1)))
    if (between === '' && !isWord) continue
    if (/[^0-9A-Za-z]/.test(between)) continue
    plainLetters += 1
    if (isWord || !/[A-Za-z]/.test(between) || plainLetters > 2) {
      throw new ExpressionError(
        'not_allowed',
        `The picture "${picture}" needs separators between its parts, such as - or :.`,
      )
    }
  }
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length : 0
}

/** Throws `too_large` over the limit. */
export function limit(size: number, most: number): void {
  if (size > most) throw new ExpressionError('too_large', 'The expression makes a value that is too large on the way.')
}

export function limitText(text: string): string {
  limit(text.length, MAX_TEXT)
  return text
}

/** Counts a value as JSON, and stops at the limit: shared parts count as often as they would be written. */
export function limitSize(value: unknown): void {
  let size = 0
  const count = (item: unknown) => {
    size += typeof item === 'string' ? item.length + 2 : 8
    limit(size, MAX_TEXT)
    if (Array.isArray(item)) item.forEach(count)
    else if (typeof item === 'object' && item !== null && !isFunction(item)) {
      for (const [key, member] of Object.entries(item)) {
        size += key.length
        count(member)
      }
    }
  }
  count(value)
}
