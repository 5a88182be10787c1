import { ExpressionError } from './expression-error'

export interface ResultLimits {
  /** Rough size of the result as JSON text. */
  maxBytes: number
  /** How deep lists and objects may nest. */
  maxDepth: number
}

/**
 * What JSONata gave → plain JSON: no sequence markers, no functions, no objects without a prototype. A value that is plain
 * already is returned as it is, not copied: results share structure with the scope and must not be changed by anybody.
 */
export function toPlainJson(value: unknown, limits: ResultLimits): unknown {
  return inspect(value, 0, { bytes: 0 }, limits) ? value : copy(value)
}

/** True when the value is plain JSON as it stands. Throws when it is too large, too deep, or holds what JSON cannot say. */
function inspect(value: unknown, depth: number, spent: { bytes: number }, limits: ResultLimits): boolean {
  spent.bytes += typeof value === 'string' ? value.length + 2 : 8
  if (spent.bytes > limits.maxBytes) {
    throw new ExpressionError('too_large', `The result is larger than ${Math.round(limits.maxBytes / 1024)} KiB.`)
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (value === undefined) return false
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new ExpressionError('no_json', 'The result holds a number that is not finite.')
    return true
  }
  if (typeof value !== 'object' || isFunction(value)) {
    throw new ExpressionError('no_json', 'The result holds a function: call it, with ( ) behind its name.')
  }
  if (depth >= limits.maxDepth) {
    throw new ExpressionError('too_deep', `The result nests deeper than ${limits.maxDepth} levels.`)
  }
  if (Array.isArray(value)) {
    let isPlain = !isMarked(value)
    for (const item of value) if (!inspect(item, depth + 1, spent, limits)) isPlain = false
    return isPlain
  }
  let isPlain = Object.getPrototypeOf(value) === Object.prototype
  for (const [key, item] of Object.entries(value)) {
    spent.bytes += key.length
    if (!inspect(item, depth + 1, spent, limits)) isPlain = false
  }
  return isPlain
}

function copy(value: unknown): unknown {
  if (value === undefined) return null
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return Array.from(value, copy)
  const made: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue
    // Assigning to the key `__proto__` would set a prototype instead of a member.
    if (key === '__proto__') Object.defineProperty(made, key, { value: copy(item), ...MEMBER })
    else made[key] = copy(item)
  }
  return made
}

const MEMBER = { enumerable: true, writable: true, configurable: true }

/** JSONata marks its lists with properties of their own; JSON has none. */
function isMarked(list: unknown[]): boolean {
  return MARKS.some((mark) => Object.hasOwn(list, mark))
}

const MARKS = ['sequence', 'push', 'keepSingleton', 'cons', 'outerWrapper', 'tupleStream']

/** JSONata's functions: closures, or objects with an implementation or a body. Data that only looks like one has neither. */
export function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true
  if (typeof value !== 'object' || value === null) return false
  if ('implementation' in value && typeof value.implementation === 'function') return true
  return '_jsonata_lambda' in value && 'environment' in value && hasLookup(value.environment)
}

function hasLookup(environment: unknown): boolean {
  return (
    typeof environment === 'object' &&
    environment !== null &&
    'lookup' in environment &&
    typeof environment.lookup === 'function'
  )
}
