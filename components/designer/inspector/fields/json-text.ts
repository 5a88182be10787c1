import { looksLikeJson } from '../code/highlight'

/** What was written in a JSON field. Empty text means that the value is left out. */
export type JsonText = { ok: true; value: unknown } | { ok: false; error: string }

/**
 * Reads the text of a JSON field. Text that does not begin like JSON is a text by itself, so that a placeholder or a word
 * can be written without quotes.
 */
export function jsonOfText(text: string): JsonText {
  const trimmed = text.trim()
  if (trimmed === '') return { ok: true, value: undefined }
  try {
    return { ok: true, value: JSON.parse(trimmed) }
  } catch (error) {
    if (!looksLikeJson(trimmed)) return { ok: true, value: text }
    const bare = /[:[,]\s*\{\{/.test(trimmed)
    if (bare) return { ok: false, error: 'Put placeholders in quotes: one alone in its quotes keeps its type.' }
    return {
      ok: false,
      error: `This is not valid JSON: ${error instanceof Error ? error.message : 'it cannot be read'}`,
    }
  }
}

/** A value as text for a JSON field; read back it is the same value. */
export function textOfJson(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value !== 'string') return JSON.stringify(value, null, 2)
  const read = jsonOfText(value)
  return read.ok && read.value === value ? value : JSON.stringify(value)
}
