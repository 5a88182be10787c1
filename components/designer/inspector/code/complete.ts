import { expressionTokens } from '../../document/expression-tokens'
import { placeholders } from '../../document/references'
import type { CodeLanguage } from './highlight'
import { FUNCTIONS, type Word } from './vocabulary'

export interface Completion {
  /** Where what is replaced begins; it ends at the cursor. */
  from: number
  words: readonly Word[]
}

/** What can be written at `cursor`. Undefined where nothing is known, or outside of the placeholders of a template. */
export function completionsAt(
  text: string,
  cursor: number,
  language: CodeLanguage,
  vocabulary: readonly Word[],
): Completion | undefined {
  if (language === 'text') return undefined
  if (language === 'expression') return inExpression(text.slice(0, cursor), 0, vocabulary)
  const open = openPlaceholder(text, cursor)
  return open === undefined ? undefined : inExpression(text.slice(open, cursor), open, vocabulary)
}

/** Where the placeholder begins that the cursor stands in, closed or not yet. */
function openPlaceholder(text: string, cursor: number): number | undefined {
  const closed = placeholders(text).find(({ start, end }) => start <= cursor && cursor <= end)
  if (closed !== undefined) return closed.start
  const start = text.lastIndexOf('{{', cursor - 1)
  if (start < 0 || text.slice(start, cursor).includes('}}')) return undefined
  return start + 2
}

/** `before` ends at the cursor; `offset` is where it begins in the whole text. */
function inExpression(before: string, offset: number, vocabulary: readonly Word[]): Completion | undefined {
  const tokens = expressionTokens(before)
  const last = tokens.at(-1)
  if (last?.kind === 'comment') return undefined
  if (last?.kind === 'value' && last.end === before.length) return undefined
  const partial = last !== undefined && last.end === before.length && (last.kind === 'name' || last.kind === 'quoted')
  const from = offset + (partial ? last.start : before.length)
  const path = pathBefore(partial ? tokens.slice(0, -1) : tokens)
  if (path === undefined) return undefined
  if (path.length === 0) return { from, words: [...vocabulary, ...FUNCTIONS] }
  let words: readonly Word[] | undefined = vocabulary
  for (const step of path) words = words?.find((word) => word.label === step)?.members
  return words === undefined ? undefined : { from, words }
}

/** The names before a trailing dot: `a.b.` → `['a', 'b']`; empty where a new path begins; undefined after anything else. */
function pathBefore(tokens: ReturnType<typeof expressionTokens>): string[] | undefined {
  const names: string[] = []
  let i = tokens.length - 1
  while (tokens[i]?.kind === 'operator' && tokens[i]?.text === '.') {
    let name = tokens[i - 1]
    let back = 1
    // A filter or an index does not change what the members are called.
    if (name?.text === ']') {
      let depth = 0
      do {
        if (tokens[i - back]?.text === ']') depth += 1
        if (tokens[i - back]?.text === '[') depth -= 1
        back += 1
      } while (depth > 0 && i - back >= 0)
      name = tokens[i - back]
    }
    if (name === undefined || (name.kind !== 'name' && name.kind !== 'quoted')) return undefined
    names.unshift(name.text.replace(/^\$(?=[a-z])/, ''))
    i -= back + 1
  }
  const previous = tokens[i]
  if (names.length === 0 && previous !== undefined && previous.kind !== 'operator' && !isWordOperator(previous.text)) {
    return undefined
  }
  return names
}

function isWordOperator(text: string): boolean {
  return text === 'and' || text === 'or' || text === 'in'
}
