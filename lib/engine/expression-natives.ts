import jsonata from 'jsonata'
import { canonicalJson } from './canonical-json'
import { CHECKS, limit, limitSize, limitText } from './expression-bounds'
import { ExpressionError } from './expression-error'
import { isFunction } from './expression-result'
import { orderBy } from './expression-sort'

/** Functions of ours that stand for some of JSONata's: the same results within bounds that keep one step short and small. */

/** Names that only rewritten trees use: no source text can be read as them. */
export const CONCAT = ' concat'
export const EQUALS = ' equals'
export const NOT_EQUALS = ' not equals'
export const NOT_FUNCTIONS = ' not functions'
export const ORDER_BY = ' order by'

const MAX_COMPARISONS = 200_000

type Implementation = (this: unknown, ...args: unknown[]) => unknown
export interface FunctionObject {
  _jsonata_function: true
  implementation: Implementation
  signature?: unknown
}

let ready: Promise<ReadonlyMap<string, FunctionObject>> | undefined

/** Our functions by name, to be assigned to every expression. Made once; the first call reads JSONata's own. */
export function guardedFunctions(): Promise<ReadonlyMap<string, FunctionObject>> {
  ready ??= make()
  return ready
}

async function make(): Promise<ReadonlyMap<string, FunctionObject>> {
  const natives = new Map<string, FunctionObject>()
  const names = [...Object.keys(CHECKS), 'sort', 'distinct']
  for (const name of names) natives.set(name, await jsonata(`$${name}`).evaluate({}))
  const native = (name: string): FunctionObject => {
    const found = natives.get(name)
    if (!found) throw new Error(`JSONata has no function ${name}`)
    return found
  }
  const made = new Map<string, FunctionObject>()
  for (const [name, check] of Object.entries(CHECKS)) {
    made.set(
      name,
      guarded(native(name), (args) => check(args)),
    )
  }
  const string = (value: unknown) => String(made.get('string')?.implementation.call(undefined, value) ?? '')
  made.set(
    'sort',
    replaced(native('sort'), (original, [list, comparator]) => sort(list, comparator) ?? original()),
  )
  made.set(
    'distinct',
    replaced(native('distinct'), (original, [list]) => distinct(list) ?? original()),
  )
  made.set(
    CONCAT,
    own((a, b) => limitText(string(a) + string(b))),
  )
  made.set(
    EQUALS,
    own((a, b) => a !== undefined && b !== undefined && isEqual(a, b)),
  )
  made.set(
    NOT_EQUALS,
    own((a, b) => a !== undefined && b !== undefined && !isEqual(a, b)),
  )
  made.set(NOT_FUNCTIONS, own(refuseFunctions))
  made.set(
    ORDER_BY,
    own((items, terms) => orderBy(items, Array.isArray(terms) ? terms : [])),
  )
  return made
}

function own(implementation: (a: unknown, b: unknown) => unknown): FunctionObject {
  return { _jsonata_function: true, implementation: (...args) => implementation(args[0], args[1]) }
}

function guarded(native: FunctionObject, check: (args: unknown[]) => void): FunctionObject {
  return replaced(native, (original, args) => {
    check(args)
    return original()
  })
}

/** Keeps what JSONata reads off a function: its signature, the number of its arguments, and their names in its text. */
function replaced(native: FunctionObject, run: (original: () => unknown, args: unknown[]) => unknown): FunctionObject {
  const { implementation: original, signature } = native
  const implementation: Implementation = function (this: unknown, ...args) {
    return run(() => original.apply(this, args), args)
  }
  Object.defineProperty(implementation, 'length', { value: original.length })
  Object.defineProperty(implementation, 'toString', { value: () => original.toString() })
  return { _jsonata_function: true, implementation, signature }
}

/** The default order of numbers and texts; `undefined` when JSONata must do it: its comparator, or its error. */
function sort(list: unknown, comparator: unknown): unknown {
  if (comparator !== undefined || !Array.isArray(list) || list.length < 2) return undefined
  const type = typeof list[0]
  if ((type !== 'number' && type !== 'string') || list.some((item) => typeof item !== type)) return undefined
  return [...list].sort((a, b) => (a > b ? 1 : b > a ? -1 : 0))
}

/** Equal items have one canonical text, so one pass finds them; comparing all pairs takes minutes for a long list. */
function distinct(list: unknown): unknown {
  if (!Array.isArray(list) || list.length < 2) return undefined
  limitSize(list)
  const seen = new Set<string>()
  const kept = list.filter((item) => {
    const text = canonicalJson(item)
    const isNew = !seen.has(text)
    seen.add(text)
    return isNew
  })
  return 'sequence' in list ? Object.assign(kept, { sequence: true }) : kept
}

function isEqual(left: unknown, right: unknown): boolean {
  let comparisons = 0
  const equal = (a: unknown, b: unknown): boolean => {
    comparisons += 1
    limit(comparisons, MAX_COMPARISONS)
    if (a === b) return true
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
    if (Array.isArray(a) || Array.isArray(b)) {
      return (
        Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]))
      )
    }
    const keys = Object.keys(a)
    const others: Record<string, unknown> = Object.assign(Object.create(null), b)
    return (
      keys.length === Object.keys(b).length &&
      Object.entries(a).every(([key, item]) => key in others && equal(item, others[key]))
    )
  }
  return equal(left, right)
}

function refuseFunctions(matches: unknown): unknown {
  for (const match of Array.isArray(matches) ? matches : [matches]) {
    if (isFunction(match)) throw new ExpressionError('not_allowed', 'Only data can be changed by | … |, not functions.')
  }
  return matches
}
