/**
 * JSON with one spelling per value: members sorted by code unit, no white space, and what JSON cannot say left out as
 * `JSON.stringify` does. Two values are equal as JSON exactly when their canonical texts are equal, so it is also what is hashed.
 * Source: RFC 8785 for the order and the numbers.
 */
export function canonicalJson(value: unknown): string {
  return write(value) ?? 'null'
}

function write(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => write(item) ?? 'null').join(',')}]`
  if ('toJSON' in value && typeof value.toJSON === 'function') return write(value.toJSON())
  const members: string[] = []
  const object: Record<string, unknown> = { ...value }
  for (const key of Object.keys(object).sort()) {
    const text = write(object[key])
    if (text !== undefined) members.push(`${JSON.stringify(key)}:${text}`)
  }
  return `{${members.join(',')}}`
}
