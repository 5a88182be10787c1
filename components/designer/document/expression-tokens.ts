/** A piece of an expression at `[start, end)`. `text` of a quoted name is without its backticks. */
export interface ExpressionToken {
  kind: 'name' | 'quoted' | 'operator' | 'value' | 'comment'
  text: string
  start: number
  end: number
}

const OPERATOR = /[.[\]{}()@#;:?+\-*/%|=<>^~&,!]/
const BEFORE_REGEX = /^[([{,;:?=<>~&|^+\-*%!]$/

/** Reads an expression. Never throws: what is not closed runs to the end, since it is read while it is being typed. */
export function expressionTokens(source: string): ExpressionToken[] {
  const out: ExpressionToken[] = []
  let at = 0
  const until = (mark: string, from: number, escapes: boolean) => {
    let end = from
    while (end < source.length && !source.startsWith(mark, end)) end += escapes && source[end] === '\\' ? 2 : 1
    return Math.min(end + mark.length, source.length)
  }
  while (at < source.length) {
    const char = source[at] as string
    const start = at
    if (/\s/.test(char)) at += 1
    else if (source.startsWith('/*', at)) {
      at = until('*/', at + 2, false)
      out.push({ kind: 'comment', text: source.slice(start, at), start, end: at })
    } else if (char === '"' || char === "'") {
      at = until(char, at + 1, true)
      out.push({ kind: 'value', text: source.slice(start, at), start, end: at })
    } else if (char === '`') {
      at = until('`', at + 1, false)
      out.push({ kind: 'quoted', text: source.slice(start + 1, source[at - 1] === '`' ? at - 1 : at), start, end: at })
    } else if (char === '/' && regexMayStart(out.findLast((token) => token.kind !== 'comment'))) {
      at = until('/', at + 1, true)
      out.push({ kind: 'value', text: source.slice(start, at), start, end: at })
    } else if (OPERATOR.test(char)) {
      at += 1
      out.push({ kind: 'operator', text: char, start, end: at })
    } else {
      while (at < source.length && !/[\s"'`]/.test(source[at] as string) && !OPERATOR.test(source[at] as string))
        at += 1
      out.push({ kind: 'name', text: source.slice(start, at), start, end: at })
    }
  }
  return out
}

function regexMayStart(previous: ExpressionToken | undefined): boolean {
  return previous === undefined || (previous.kind === 'operator' && BEFORE_REGEX.test(previous.text))
}
