import { LIMITS } from '../limits'
import { evaluateExpression } from './expression'
import { ExpressionError } from './expression-error'
import type { ExpressionScope } from './expression-scope'
import { hasPlaceholder, parseTemplate } from './template-parse'

/**
 * Text with `{{ expression }}` and `[[runtime variable]]`. What is filled in is never read as a template or expression
 * again, whatever it says. Source: `docs/expressions.md`.
 */

/** Longest text that a template may render to, in characters. */
export const MAX_RENDERED_LENGTH = LIMITS.rendered_text.value

/**
 * Renders every text in a value, lists and objects included; keys stay as they are. A text that is one placeholder alone
 * becomes its value, of whatever type. A part without placeholders is returned as it is, not copied. Throws ExpressionError,
 * its position counted in the text that holds the placeholder.
 */
export async function renderTemplate(value: unknown, scope: ExpressionScope): Promise<unknown> {
  if (typeof value === 'string') return hasPlaceholder(value) ? renderText(value, scope) : value
  if (typeof value !== 'object' || value === null || !holdsPlaceholder(value)) return value
  if (Array.isArray(value)) {
    const rendered: unknown[] = []
    for (const item of value) rendered.push(await renderTemplate(item, scope))
    return rendered
  }
  const rendered: [string, unknown][] = []
  for (const [key, item] of Object.entries(value)) rendered.push([key, await renderTemplate(item, scope)])
  return Object.fromEntries(rendered)
}

async function renderText(text: string, scope: ExpressionScope): Promise<unknown> {
  const { parts, only } = parseTemplate(text)
  if (only) return (await placeholderValue(only, scope)) ?? null
  let rendered = ''
  for (const part of parts) {
    rendered += part.type === 'text' ? part.text : toText(await placeholderValue(part, scope))
    if (rendered.length > MAX_RENDERED_LENGTH) {
      throw new ExpressionError('too_large', `The text becomes longer than ${MAX_RENDERED_LENGTH} characters.`)
    }
  }
  return rendered
}

/** A mistake is placed in the whole text, not only in its placeholder. */
async function placeholderValue(placeholder: { source: string; position: number }, scope: ExpressionScope) {
  try {
    return await evaluateExpression(placeholder.source, scope)
  } catch (error) {
    if (!(error instanceof ExpressionError) || error.position === undefined) throw error
    throw new ExpressionError(error.code, error.message, placeholder.position + error.position)
  }
}

/** How a value looks inside a text: nothing for null, JSON for lists and objects. */
export function toText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Whether rendering a value would change it. */
export function holdsPlaceholder(value: unknown): boolean {
  if (typeof value === 'string') return hasPlaceholder(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsPlaceholder)
}

export interface TemplateReference {
  /** The expression of the placeholder. */
  source: string
  /** Where the text is in the value: `["headers", "accept"]`. */
  path: (string | number)[]
  /** Offset of the expression in its text. */
  position: number
}

/** Every placeholder of a value, and the texts that cannot be parsed. Never throws. */
export function templateReferences(value: unknown): {
  references: TemplateReference[]
  problems: { path: (string | number)[]; error: ExpressionError }[]
} {
  const found: ReturnType<typeof templateReferences> = { references: [], problems: [] }
  const visit = (item: unknown, path: (string | number)[]) => {
    if (typeof item === 'string') {
      if (!hasPlaceholder(item)) return
      try {
        for (const part of parseTemplate(item).parts) {
          if (part.type === 'placeholder') found.references.push({ source: part.source, path, position: part.position })
        }
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error
        found.problems.push({ path, error })
      }
    } else if (Array.isArray(item)) {
      for (const [index, inner] of item.entries()) visit(inner, [...path, index])
    } else if (typeof item === 'object' && item !== null) {
      for (const [key, inner] of Object.entries(item)) visit(inner, [...path, key])
    }
  }
  visit(value, [])
  return found
}
