import { limitOf } from '../../env'
import { AppError } from '../../errors'

const decoder = new TextDecoder('utf-8', { fatal: true })
/** Only a text with a run of this many digits can hold an integer that a double cannot. */
const LONG_DIGITS = /\d{16}/
/** Every text in valid JSON; what is followed by a colon names a member. */
const TEXT = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g
const STRUCTURE = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}[\],]/g
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/**
 * UTF-8 bytes → JSON value, or `invalid_json` (400) saying what is wrong. A value that comes back is exactly what was
 * sent: integers that a double would round, numbers out of range and `__proto__` are refused rather than changed.
 * Of a member that is given twice nobody can say which was meant, so it is refused too.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decodeUtf8(bytes)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid_json', `The body is not valid JSON: ${reasonOf(cause)}`, { cause })
  }
  if (checkShape(value) !== namesIn(text)) throw givenTwice(text)
  if (LONG_DIGITS.test(text)) checkIntegers(text)
  return value
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new AppError('invalid_json', 'The body is not valid UTF-8.', { cause })
  }
}

/** V8 quotes the text around the mistake; the position alone is enough and repeats nothing of the caller's data. */
function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : ''
  const position = /position (\d+)/.exec(message)?.[1]
  if (position !== undefined) return `unexpected character at position ${position}.`
  return message.includes('end of JSON') ? 'it ends too early.' : 'it cannot be parsed.'
}

/**
 * No honest request nests deeper or has more members; both are checked before any schema sees the value.
 * Gives how many names the objects in it have.
 */
function checkShape(root: unknown): number {
  const [mostLevels, mostMembers] = [limitOf('json_depth'), limitOf('json_members')]
  let members = 0
  let names = 0
  const visit = (value: unknown, depth: number): void => {
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) throw new AppError('invalid_json', 'The body has a number that is out of range.')
      return
    }
    if (typeof value !== 'object' || value === null) return
    if (depth > mostLevels) {
      throw new AppError('invalid_json', `The body nests deeper than ${mostLevels} levels.`)
    }
    const children = Array.isArray(value) ? value : Object.values(value)
    members += children.length
    if (!Array.isArray(value)) names += children.length
    if (members > mostMembers) {
      throw new AppError('invalid_json', `The body has more than ${mostMembers} members.`)
    }
    // An own key of this name is harmless here but turns into a prototype wherever somebody assigns it.
    if (!Array.isArray(value) && Object.hasOwn(value, '__proto__')) {
      throw new AppError('invalid_json', 'The body has a member named __proto__, which is not accepted.')
    }
    for (const child of children) visit(child, depth + 1)
  }
  visit(root, 1)
  return names
}

function namesIn(text: string): number {
  let names = 0
  for (const [, colon] of text.matchAll(TEXT)) if (colon !== undefined) names++
  return names
}

/** The refusal that says where the second of two equal names stands. */
function givenTwice(text: string): AppError {
  const open: { names: Set<string> | undefined; at: string | number }[] = []
  for (const [token, quoted, colon] of text.matchAll(STRUCTURE)) {
    const inside = open.at(-1)
    if (token === '{') open.push({ names: new Set(), at: '' })
    else if (token === '[') open.push({ names: undefined, at: 0 })
    else if (token === '}' || token === ']') open.pop()
    else if (token === ',' && typeof inside?.at === 'number') inside.at++
    else if (quoted !== undefined && colon !== undefined && inside?.names !== undefined) {
      inside.at = JSON.parse(quoted)
      if (inside.names.has(String(inside.at))) break
      inside.names.add(String(inside.at))
    }
  }
  const path = open
    .map(({ at }) => at)
    .join('.')
    .slice(0, 200)
  return new AppError('invalid_json', `The body has the member ${path} twice.`, {
    errors: [{ path, message: 'given twice' }],
  })
}

function checkIntegers(text: string): void {
  for (const [token] of text.matchAll(STRING_OR_NUMBER)) {
    if (token.startsWith('"') || /[.eE]/.test(token)) continue
    if (!Number.isSafeInteger(Number(token))) {
      throw new AppError(
        'invalid_json',
        `The number ${token.slice(0, 40)} is too large to keep exactly: send it as text.`,
      )
    }
  }
}
