import { ExpressionError } from './expression-error'

/** A piece of a template. `position`: offset of its content in the text. */
export type TemplatePart =
  | { type: 'text'; text: string }
  /** `source` is an expression; `[[name]]` is the expression that reads the runtime variable. */
  | { type: 'placeholder'; source: string; position: number }

export interface ParsedTemplate {
  parts: TemplatePart[]
  /** The text is one placeholder and nothing else but white space: it keeps its type. */
  only: { source: string; position: number } | undefined
}

const CACHE_SIZE = 1_000
/** Long texts are rarely met twice and would fill the memory. */
const MAX_CACHED_LENGTH = 16_384
const cache = new Map<string, ParsedTemplate>()

/** Texts without any of these have no placeholder and no escape. */
export function hasPlaceholder(text: string): boolean {
  return text.includes('{{') || text.includes('[[')
}

/** Throws ExpressionError `syntax` for a `{{` without its `}}`. */
export function parseTemplate(text: string): ParsedTemplate {
  const known = cache.get(text)
  if (known) return known
  const parts = split(text)
  const filled = parts.filter((part) => part.type === 'placeholder' || part.text.trim() !== '')
  const [first] = filled
  const parsed = { parts, only: filled.length === 1 && first?.type === 'placeholder' ? first : undefined }
  if (text.length <= MAX_CACHED_LENGTH) {
    cache.set(text, parsed)
    const oldest = cache.size > CACHE_SIZE ? cache.keys().next().value : undefined
    if (oldest !== undefined) cache.delete(oldest)
  }
  return parsed
}

/** `\{{` and `\[[` stand for the braces themselves. Anything in `[[ ]]` that is no name stays as it is: it may be a list. */
const OPENING = /\\\{\{|\\\[\[|\{\{|\[\[[ \t]*([\p{L}_][\p{L}\p{N}_.-]*)[ \t]*\]\]/gu

function split(text: string): TemplatePart[] {
  const parts: TemplatePart[] = []
  let plain = ''
  let at = 0
  const flush = () => {
    if (plain !== '') parts.push({ type: 'text', text: plain })
    plain = ''
  }
  for (;;) {
    OPENING.lastIndex = at
    const found = OPENING.exec(text)
    if (!found) break
    plain += text.slice(at, found.index)
    at = found.index + found[0].length
    if (found[0].startsWith('\\')) {
      plain += found[0].slice(1)
    } else if (found[1] !== undefined) {
      flush()
      parts.push({ type: 'placeholder', source: `runtime.\`${found[1]}\``, position: found.index + 2 })
    } else {
      flush()
      const end = endOfExpression(text, at)
      if (end < 0) {
        throw new ExpressionError('syntax', 'A placeholder is not closed: }} is missing after {{.', found.index)
      }
      parts.push({ type: 'placeholder', source: text.slice(at, end).trim(), position: at })
      at = end + 2
    }
  }
  plain += text.slice(at)
  flush()
  return parts
}

const OPENERS = '([{'
const CLOSERS = ')]}'
/** After one of these a slash begins a pattern; after anything else it divides. */
const BEFORE_PATTERN = /(^|[([{,;:=<>!&|?~+\-*/%^.]|\b(and|or|in))\s*$/

/**
 * Offset of the `}}` that closes the placeholder. Braces inside texts, names in backticks, comments, patterns and objects
 * belong to the expression: `{{ {"a": {"b": 1}} }}` is one placeholder.
 */
function endOfExpression(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at)
    if (depth === 0 && text.startsWith('}}', at)) return at
    if (char === '"' || char === "'" || char === '`') at = skipTo(text, at + 1, char)
    else if (text.startsWith('/*', at)) at = Math.max(text.indexOf('*/', at + 2), at) + 1
    else if (char === '/' && BEFORE_PATTERN.test(text.slice(Math.max(from, at - 20), at)))
      at = skipTo(text, at + 1, '/')
    else if (OPENERS.includes(char)) depth += 1
    else if (CLOSERS.includes(char)) depth = Math.max(0, depth - 1)
  }
  return -1
}

/** Offset of the closing character, or of the end of the text. */
function skipTo(text: string, from: number, closing: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at += 1
    else if (text[at] === closing) return at
  }
  return text.length
}
