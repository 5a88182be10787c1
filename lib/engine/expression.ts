import jsonata from 'jsonata'
import { LIMITS } from '../limits'
import { type AstNode, plainPath } from './expression-ast'
import { type Budget, startBudget } from './expression-budget'
import { ExpressionError, MAX_ITEMS, toExpressionError } from './expression-error'
import { guardTree } from './expression-guards'
import { guardedFunctions } from './expression-natives'
import {
  type ExpressionReference,
  findReferences,
  isScopeName,
  SCOPE_NAMES,
  type Suspect,
} from './expression-references'
import { regexEngine } from './expression-regex'
import { toPlainJson } from './expression-result'
import { checkNames, type ExpressionScope, rootDocument } from './expression-scope'

/**
 * The language of conditions, transforms and `{{ }}`: JSONata, without what could reach beyond the expression, and with a
 * bound on everything it can use up. Source: `docs/expressions.md`.
 */
export interface ExpressionLimits {
  /** Time that the evaluation may compute, see `expression-budget.ts`. */
  timeoutMs: number
  /** Rough size of the result as JSON. */
  maxResultBytes: number
  maxResultDepth: number
}

export const EXPRESSION_LIMITS: ExpressionLimits = {
  timeoutMs: LIMITS.expression_time.value,
  maxResultBytes: LIMITS.expression_result.value,
  maxResultDepth: 100,
}

export const MAX_EXPRESSION_LENGTH = LIMITS.expression.value
/** Counts evaluations in progress, of which grouping has one per group: only a bound on runaways, never on lists. */
const MAX_STACK = 2 * MAX_ITEMS
const CACHE_SIZE = 1_000

export interface CompiledExpression {
  readonly source: string
  readonly references: readonly ExpressionReference[]
  /** The scope is read as a whole: any node may be needed. */
  readonly everything: boolean
  /** Scope names inside a filter or an ordering, where they mean members of the item: nearly always a slip. */
  readonly suspects: readonly Suspect[]
  /** Set for `inputs.a.b` and the like, which need no evaluator. */
  readonly path: readonly string[] | undefined
  /** Set for a text or number standing alone. */
  readonly literal: { value: unknown } | undefined
}

interface Compiled extends CompiledExpression {
  jsonata: jsonata.Expression
  isGuarded: boolean
}

const cache = new Map<string, Compiled>()

/** Parses, guards and remembers an expression. Throws ExpressionError with the position of the mistake. */
export function compileExpression(source: string): CompiledExpression {
  return compiled(source)
}

function compiled(source: string): Compiled {
  const known = cache.get(source)
  if (known) {
    cache.delete(source)
    cache.set(source, known)
    return known
  }
  const made = compileAnew(source)
  cache.set(source, made)
  const oldest = cache.size > CACHE_SIZE ? cache.keys().next().value : undefined
  if (oldest !== undefined) cache.delete(oldest)
  return made
}

function compileAnew(source: string): Compiled {
  if (source.length > MAX_EXPRESSION_LENGTH) {
    const message = `The expression has ${source.length} characters; at most ${MAX_EXPRESSION_LENGTH} are allowed.`
    throw new ExpressionError('too_long', message)
  }
  if (source.trim() === '') throw new ExpressionError('syntax', 'The expression is empty.', 0)
  try {
    const options = {
      // JSONata reads this at every step, to compare it with a clock on the wall: our own budget is asked instead.
      get timeout() {
        budget.check()
        return 0
      },
      stack: MAX_STACK,
      sequence: MAX_ITEMS,
      // Its typings ask for the whole of RegExp; it uses `new`, `lastIndex` and `exec`.
      RegexEngine: regexEngine(() => budget.check()) as unknown as RegExpConstructor,
    }
    const expression = jsonata(source, options)
    const ast = expression.ast() as AstNode
    const { references, everything, suspects } = findReferences(ast, source)
    const path = plainPath(ast)
    const isLiteral = ['string', 'number', 'value'].includes(ast.type) && !ast.predicate && !ast.group
    const literal = isLiteral ? { value: ast.value } : undefined
    guardTree(ast)
    return { source, references, everything, suspects, path, literal, jsonata: expression, isGuarded: false }
  } catch (thrown) {
    throw toExpressionError(thrown)
  }
}

/** Names of the nodes whose output the expression reads; `everything` when that cannot be told from its text. */
export function referencedNodes(source: string): { names: string[]; everything: boolean } {
  const { references, everything } = compiled(source)
  const names = references.flatMap(({ root, keys: [name] }) => (root === 'nodes' && name !== undefined ? [name] : []))
  return { names: [...new Set(names)], everything }
}

/**
 * Evaluates in a scope. Gives plain JSON, `null` for nothing; it may share structure with the scope and must not be changed.
 * Throws ExpressionError.
 */
export async function evaluateExpression(
  source: string,
  scope: ExpressionScope,
  limits: Partial<ExpressionLimits> = {},
): Promise<unknown> {
  const bare = source.trim()
  // A dynamic variable by its bare name, also one that is no name of the language: `{{first-name}}`.
  if (Object.hasOwn(scope.vars, bare) && !isScopeName(bare)) return scope.vars[bare] ?? null
  const expression = compiled(source)
  if (expression.literal) return expression.literal.value
  checkNames(expression.references, scope)
  const outputs = await loadOutputs(expression, scope)
  const root = rootDocument(scope, outputs)
  const direct = expression.path && followPath(root, expression.path)
  if (direct) return direct.value ?? null
  return inTurn(() => evaluateGuarded(expression, root, { ...EXPRESSION_LIMITS, ...limits }))
}

async function loadOutputs(expression: Compiled, scope: ExpressionScope): Promise<Record<string, unknown>> {
  const outputs: Record<string, unknown> = Object.create(null)
  const names = expression.everything ? scope.nodeNames : referencedNodes(expression.source).names
  for (const name of names) {
    const output = scope.output(name)
    outputs[name] = output instanceof Promise ? await output : output
    if (outputs[name] === undefined) delete outputs[name]
  }
  return outputs
}

/** JSONata's own result for a path that meets no list on its way; `undefined` when it must do it itself. */
function followPath(root: object, path: readonly string[]): { value: unknown } | undefined {
  let value: unknown = root
  for (const name of path) {
    if (Array.isArray(value)) return undefined
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return { value: undefined }
    value = (value as Record<string, unknown>)[name] // has this own member, as just seen
  }
  return { value }
}

async function evaluateGuarded(expression: Compiled, root: Record<string, unknown>, limits: ExpressionLimits) {
  if (!expression.isGuarded) {
    for (const [name, guarded] of await guardedFunctions()) expression.jsonata.assign(name, guarded)
    expression.isGuarded = true
  }
  const bindings: Record<string, unknown> = {}
  for (const name of SCOPE_NAMES) if (name in root) bindings[name] = root[name]
  budget = startBudget(limits.timeoutMs)
  try {
    const result: unknown = await expression.jsonata.evaluate(root, bindings)
    return toPlainJson(result, { maxBytes: limits.maxResultBytes, maxDepth: limits.maxResultDepth })
  } catch (thrown) {
    throw toExpressionError(thrown)
  }
}

/** Of the evaluation that runs now: only one does. */
let budget: Budget = startBudget(0)

let last: Promise<unknown> = Promise.resolve()

/**
 * One evaluation at a time: they only compute, so taking turns costs nothing, and the time limit of one never counts the
 * work of another.
 */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work)
  last = result.catch(() => undefined)
  return result
}
