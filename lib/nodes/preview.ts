/** One line of any config value for the canvas: text as it is, anything else as JSON, cut at `maxLength`. */
export function preview(value: unknown, maxLength = 80): string {
  if (value === undefined || value === null || value === '') return ''
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).replace(/\s+/g, ' ').trim()
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`
}
