/**
 * Finds and rewrites `nodes.<name>` in expressions (JSONata) and in the `{{ }}` of templates, without evaluating anything.
 * It reads tokens, not text, so a name inside a string, a comment or a regular expression is left alone.
 */

/** One mention of a node: `name` at `[start, end)` of the source, backticks included. */
export interface NodeReference {
  name: string
  start: number
  end: number
}

interface Token {
  kind: 'name' | 'quoted' | 'operator' | 'value'
  text: string
  start: number
  end: number
}

const OPERATOR = /[.[\]{}()@#;:?+\-*/%|=<>^~&,!]/
const BEFORE_REGEX = /^[([{,;:?=<>~&|^+\-*%!]$/

/** Reads an expression. Never throws: what is not closed runs to the end, since it is read while it is being typed. */
function tokens(source: string): Token[] {
  const out: Token[] = []
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
    else if (source.startsWith('/*', at)) at = until('*/', at + 2, false)
    else if (char === '"' || char === "'") {
      at = until(char, at + 1, true)
      out.push({ kind: 'value', text: source.slice(start, at), start, end: at })
    } else if (char === '`') {
      at = until('`', at + 1, false)
      out.push({ kind: 'quoted', text: source.slice(start + 1, source[at - 1] === '`' ? at - 1 : at), start, end: at })
    } else if (char === '/' && regexMayStart(out.at(-1))) {
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

function regexMayStart(previous: Token | undefined): boolean {
  return previous === undefined || (previous.kind === 'operator' && BEFORE_REGEX.test(previous.text))
}

/**
 * Every `nodes.<name>` of an expression, in order; `$nodes.<name>`, `$.nodes.<name>` and `$$.nodes.<name>` mean the same.
 * `order.nodes.x` is a field of `order`, and a `$nodes` that the expression makes itself is its own.
 */
export function referencesIn(expression: string): NodeReference[] {
  const list = tokens(expression)
  const ownVariable = list.some((token, i) => token.text === '$nodes' && /^[:,)]$/.test(list[i + 1]?.text ?? ''))
  const found: NodeReference[] = []
  list.forEach((token, i) => {
    const variable = token.kind === 'name' && token.text === '$nodes' && !ownVariable
    if (!variable && (token.text !== 'nodes' || (token.kind !== 'name' && token.kind !== 'quoted'))) return
    const before = list[i - 1]
    if (before?.text === '.' && before.kind === 'operator' && !/^\$\$?$/.test(list[i - 2]?.text ?? '')) return
    const dot = list[i + 1]
    const name = list[i + 2]
    if (dot?.kind !== 'operator' || dot.text !== '.' || name === undefined) return
    if (name.kind !== 'name' && name.kind !== 'quoted') return
    found.push({ name: name.text, start: name.start, end: name.end })
  })
  return found
}

/** How a node is written after `nodes.`: plain when it reads as one name, in backticks otherwise. */
export function referenceName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !/^(and|or|in|true|false|null|function)$/.test(name)
    ? name
    : `\`${name.replaceAll('`', '')}\``
}

/** Renames nodes in an expression: `renames` maps old names to new ones. */
export function renameInExpression(expression: string, renames: ReadonlyMap<string, string>): string {
  let out = ''
  let at = 0
  for (const reference of referencesIn(expression)) {
    const renamed = renames.get(reference.name)
    if (renamed === undefined) continue
    out += expression.slice(at, reference.start) + referenceName(renamed)
    at = reference.end
  }
  return out + expression.slice(at)
}

/** Renames nodes in the placeholders of a template; text outside `{{ }}` stays as it is. */
export function renameInTemplate(template: string, renames: ReadonlyMap<string, string>): string {
  let out = ''
  let at = 0
  for (const { start, end } of placeholders(template)) {
    out += template.slice(at, start) + renameInExpression(template.slice(start, end), renames)
    at = end
  }
  return out + template.slice(at)
}

/** The insides of every `{{ … }}`, as ranges. A `}}` inside a string or an object constructor does not end it. */
export function placeholders(template: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = []
  let at = template.indexOf('{{')
  while (at >= 0) {
    const start = at + 2
    const end = closing(template, start)
    if (end < 0) break
    found.push({ start, end })
    at = template.indexOf('{{', end + 2)
  }
  return found
}

function closing(template: string, from: number): number {
  let depth = 0
  for (let i = from; i < template.length; i++) {
    const char = template[i]
    if (char === '"' || char === "'" || char === '`') {
      const mark = char
      for (i += 1; i < template.length && template[i] !== mark; i++) if (mark !== '`' && template[i] === '\\') i += 1
    } else if (char === '{') depth += 1
    else if (char === '}') {
      if (depth > 0) depth -= 1
      else if (template[i + 1] === '}') return i
    }
  }
  return -1
}
