/** Characters that hide, reorder or fake text: controls, bidi marks, zero-width and tag characters. */
const HIDDEN =
  /[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu

/** Text of a workflow's author on its way to a model: one line, nothing hidden, at most `maxChars`. */
export function cleanText(text: string, maxChars: number): string {
  const visible = text.replace(/\s+/g, ' ').replace(HIDDEN, '').trim()
  return visible.length <= maxChars ? visible : `${visible.slice(0, maxChars - 1)}…`
}
