import { RE2JS } from 're2js'
import { ExpressionError } from './expression-error'

/**
 * The regular expressions of expressions run on a linear-time engine: with the engine of the language, a pattern like
 * `(a+)+$` on a text somebody else sent would stop the process. Look-around and back references do not exist here.
 */

const compiled = new WeakMap<RegExp, RE2JS>()

/** Throws an ExpressionError when the pattern cannot run in linear time or is wrong. */
export function compilePattern(pattern: unknown, position?: number): RE2JS {
  if (!(pattern instanceof RegExp)) throw new ExpressionError('regex', 'A pattern cannot stand here.', position)
  const known = compiled.get(pattern)
  if (known) return known
  let flags = 0
  if (pattern.flags.includes('i')) flags |= RE2JS.CASE_INSENSITIVE
  if (pattern.flags.includes('m')) flags |= RE2JS.MULTILINE
  if (pattern.flags.includes('s')) flags |= RE2JS.DOTALL
  try {
    const made = RE2JS.compile(RE2JS.translateRegExp(pattern.source), flags)
    compiled.set(pattern, made)
    return made
  } catch {
    throw new ExpressionError(
      'regex',
      `The pattern /${pattern.source}/ is not supported: look-ahead, look-behind and back references are left out, so that no text can make it hang.`,
      position,
    )
  }
}

/** What JSONata needs of `RegExp`: `new`, `lastIndex`, `exec`. `checkTime` is called once per match. */
export function regexEngine(checkTime: () => void) {
  return class LinearRegExp {
    lastIndex = 0
    private readonly pattern: RE2JS
    private text: string | undefined
    private matcher: ReturnType<RE2JS['matcher']> | undefined

    constructor(pattern: unknown) {
      this.pattern = compilePattern(pattern)
    }

    exec(text: string): (string[] & { index: number }) | null {
      checkTime()
      if (this.matcher === undefined || this.text !== text) {
        this.text = text
        this.matcher = this.pattern.matcher(text)
      }
      const { matcher } = this
      if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
        this.lastIndex = 0
        return null
      }
      this.lastIndex = matcher.end()
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? '')
      return Object.assign(groups, { index: matcher.start() })
    }
  }
}
