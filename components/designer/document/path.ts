/** A value with another value at a dotted path; lists are followed by index. The original stays as it is. */
export function withPath(value: unknown, path: string, next: unknown): unknown {
  return setAt(value, path === '' ? [] : path.split('.'), next)
}

function setAt(value: unknown, keys: readonly string[], next: unknown): unknown {
  const [key, ...rest] = keys
  if (key === undefined) return next
  if (Array.isArray(value)) {
    const copy: unknown[] = [...value]
    copy[Number(key)] = setAt(copy[Number(key)], rest, next)
    return copy
  }
  const record = typeof value === 'object' && value !== null ? value : {}
  const inner: unknown = Object.hasOwn(record, key) ? (record as Record<string, unknown>)[key] : undefined
  return { ...record, [key]: setAt(inner, rest, next) }
}
