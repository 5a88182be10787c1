import { expressionTokens } from '../../document/expression-tokens'
import { placeholders } from '../../document/references'

/** A stretch of text with a look: the class is `ds-tok-<look>`. */
export interface Highlight {
  from: number
  to: number
  look: 'keyword' | 'string' | 'number' | 'comment' | 'function' | 'root' | 'name' | 'operator' | 'brace' | 'key'
}

export type CodeLanguage = 'expression' | 'template' | 'json' | 'text'

const KEYWORDS = new Set(['and', 'or', 'in', 'true', 'false', 'null', 'function'])
const ROOTS = new Set(['inputs', 'nodes', 'vars', 'runtime', 'item', 'index', 'run', 'team'])

export function highlight(text: string, language: CodeLanguage): Highlight[] {
  switch (language) {
    case 'expression':
      return highlightExpression(text, 0)
    case 'template':
      return highlightTemplate(text, 0)
    case 'json':
      return highlightJson(text)
    case 'text':
      return []
  }
}

function highlightExpression(source: string, offset: number): Highlight[] {
  const tokens = expressionTokens(source)
  return tokens.map(({ kind, text, start, end }, i): Highlight => {
    const place = { from: offset + start, to: offset + end }
    if (kind === 'comment') return { ...place, look: 'comment' }
    if (kind === 'value') return { ...place, look: 'string' }
    if (kind === 'operator') return { ...place, look: 'operator' }
    if (kind === 'quoted') return { ...place, look: 'name' }
    if (/^\d/.test(text)) return { ...place, look: 'number' }
    const before = tokens[i - 1]
    const isStep = before?.kind === 'operator' && before.text === '.'
    if (!isStep && KEYWORDS.has(text)) return { ...place, look: 'keyword' }
    if (!isStep && ROOTS.has(text.replace(/^\$/, ''))) return { ...place, look: 'root' }
    return { ...place, look: text.startsWith('$') ? 'function' : 'name' }
  })
}

function highlightTemplate(text: string, offset: number): Highlight[] {
  const found: Highlight[] = []
  for (const { start, end } of placeholders(text)) {
    found.push({ from: offset + start - 2, to: offset + start, look: 'brace' })
    found.push(...highlightExpression(text.slice(start, end), offset + start))
    found.push({ from: offset + end, to: offset + end + 2, look: 'brace' })
  }
  for (const match of text.matchAll(/\[\[[ \t]*[\p{L}_][\p{L}\p{N}_.-]*[ \t]*\]\]/gu)) {
    found.push({ from: offset + match.index, to: offset + match.index + match[0].length, look: 'brace' })
  }
  return found.sort((a, b) => a.from - b.from)
}

const JSON_TOKEN = /"(?:[^"\\\n]|\\.)*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g

/** JSON, with the placeholders inside of its texts. Text that is no JSON is a template by itself. */
function highlightJson(text: string): Highlight[] {
  if (!looksLikeJson(text)) return highlightTemplate(text, 0)
  const found: Highlight[] = []
  for (const match of text.matchAll(JSON_TOKEN)) {
    const [token] = match
    const from = match.index
    const to = from + token.length
    if (!token.startsWith('"')) {
      found.push({ from, to, look: /^[tfn]/.test(token) ? 'keyword' : 'number' })
    } else if (/^\s*:/.test(text.slice(to))) found.push({ from, to, look: 'key' })
    else found.push(...withGaps(from, to, highlightTemplate(token, from)))
  }
  return found
}

/** The rest of a text around its placeholders looks like text. */
function withGaps(from: number, to: number, inner: Highlight[]): Highlight[] {
  const all: Highlight[] = []
  let at = from
  let inside = false
  for (const part of inner) {
    if (!inside && part.from > at) all.push({ from: at, to: part.from, look: 'string' })
    all.push(part)
    at = part.to
    // `{{` and `}}` have two characters each; `[[name]]` is whole.
    if (part.look === 'brace' && part.to - part.from === 2) inside = !inside
  }
  if (to > at) all.push({ from: at, to, look: 'string' })
  return all
}

/** `{{ … }}` begins like an object but is a placeholder. */
export function looksLikeJson(text: string): boolean {
  const start = text.trimStart()
  return /^[[{"]/.test(start) && !start.startsWith('{{') && !start.startsWith('[[')
}
