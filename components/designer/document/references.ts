import { expressionTokens } from './expression-tokens'

/**
 * Finds and rewrites `nodes.<name>` in expressions (JSONata) and in the `{{ }}` of templates, without evaluating anything.
 * It reads tokens, not text, so a name inside a string, a comment or a regular expression is left alone.
 */

/** One mention of a member of the scope: `name` at `[start, end)` of the source, backticks included. */
export interface Reference {
  name: string
  start: number
  end: number
}

/** Parts of the scope whose members people name and rename. */
export type Root = 'nodes' | 'inputs'

/**
 * Every `nodes.<name>` (or `inputs.<name>`) of an expression, in order; `$nodes.<name>`, `$.nodes.<name>` and `$$.nodes.<name>` mean the same.
 * `order.nodes.x` is a field of `order`, and a `$nodes` that the expression makes itself is its own.
 */
export function referencesIn(expression: string, root: Root = 'nodes'): Reference[] {
  const list = expressionTokens(expression).filter((token) => token.kind !== 'comment')
  const ownVariable = list.some((token, i) => token.text === `$${root}` && /^[:,)]$/.test(list[i + 1]?.text ?? ''))
  const found: Reference[] = []
  list.forEach((token, i) => {
    const variable = token.kind === 'name' && token.text === `$${root}` && !ownVariable
    if (!variable && (token.text !== root || (token.kind !== 'name' && token.kind !== 'quoted'))) return
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

/** Renames nodes, or inputs, in an expression: `renames` maps old names to new ones. */
export function renameInExpression(
  expression: string,
  renames: ReadonlyMap<string, string>,
  root: Root = 'nodes',
): string {
  let out = ''
  let at = 0
  for (const reference of referencesIn(expression, root)) {
    const renamed = renames.get(reference.name)
    if (renamed === undefined) continue
    out += expression.slice(at, reference.start) + referenceName(renamed)
    at = reference.end
  }
  return out + expression.slice(at)
}

/** Renames nodes in the placeholders of a template; text outside `{{ }}` stays as it is. */
export function renameInTemplate(template: string, renames: ReadonlyMap<string, string>, root: Root = 'nodes'): string {
  let out = ''
  let at = 0
  for (const { start, end } of placeholders(template)) {
    out += template.slice(at, start) + renameInExpression(template.slice(start, end), renames, root)
    at = end
  }
  return out + template.slice(at)
}

/** The insides of every `{{ … }}`, as ranges. `\\{{` is text; a `}}` inside a string or an object does not end it. */
export function placeholders(template: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = []
  let at = template.indexOf('{{')
  while (at >= 0) {
    const start = at + 2
    const end = template[at - 1] === '\\' ? start : closing(template, start)
    if (end < 0) break
    if (template[at - 1] !== '\\') found.push({ start, end })
    at = template.indexOf('{{', end)
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
