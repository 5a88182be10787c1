import { ExpressionError } from './expression-error'
import { type ExpressionReference, isScopeName, SCOPE_NAMES } from './expression-references'
import { didYouMean } from './nearest'

/** What an expression can see. Made once per node by {@link buildScope}; nothing in it is ever changed by an expression. */
export interface ExpressionScope {
  readonly inputs: unknown
  /** Declared inputs: reading one that was not given is allowed and gives nothing. */
  readonly declaredInputs: readonly string[]
  /** Names of all nodes of the workflow, run or not. */
  readonly nodeNames: readonly string[]
  /** Output of a node; `undefined` when it has not run. May be a promise: large outputs are read when they are asked for. */
  output(nodeName: string): unknown
  /** Dynamic variables, also by bare name. */
  readonly vars: Readonly<Record<string, unknown>>
  /** Runtime variables, `[[name]]` in templates. */
  readonly runtime: Readonly<Record<string, unknown>>
  /** Inside a container only. */
  readonly item?: unknown
  readonly index?: number
  readonly run: { id: string; started_at: string; workflow_id: string }
  readonly team: Readonly<Record<string, unknown>>
  /** URLs of callback nodes by the name of the node. */
  readonly callbacks: Readonly<Record<string, string>>
}

export interface ScopeParts {
  inputs: unknown
  /** JSON Schema of the inputs, for the names it declares. */
  inputSchema?: Record<string, unknown>
  nodeNames: readonly string[]
  /** Either outputs by node name, or how to get one. */
  outputs?: Readonly<Record<string, unknown>>
  loadOutput?: (nodeName: string) => unknown
  vars?: Readonly<Record<string, unknown>>
  runtime?: Readonly<Record<string, unknown>>
  item?: unknown
  index?: number
  run: { id: string; started_at: string; workflow_id: string }
  team?: Readonly<Record<string, unknown>>
  callbacks?: Readonly<Record<string, string>> | undefined
}

const NO_CALLBACKS = Object.freeze({})

export function buildScope(parts: ScopeParts): ExpressionScope {
  const { outputs = {}, loadOutput } = parts
  return {
    inputs: parts.inputs ?? {},
    declaredInputs: declaredNames(parts.inputSchema),
    nodeNames: parts.nodeNames,
    output: loadOutput ?? ((name) => (Object.hasOwn(outputs, name) ? outputs[name] : undefined)),
    vars: parts.vars ?? {},
    runtime: parts.runtime ?? {},
    run: parts.run,
    team: parts.team ?? {},
    callbacks: parts.callbacks ?? NO_CALLBACKS,
    ...(parts.index === undefined ? {} : { item: parts.item, index: parts.index }),
  }
}

/** Property names of a JSON Schema object. */
export function declaredNames(schema: Record<string, unknown> | undefined): string[] {
  const properties = schema?.properties
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

/** Throws `missing_name` for the first reference that names nothing, with the nearest name that exists. */
export function checkNames(references: readonly ExpressionReference[], scope: ExpressionScope): void {
  for (const { root, keys, position, optional } of references) {
    const [key] = keys
    if (root === 'nodes') {
      if (key !== undefined && !scope.nodeNames.includes(key)) throw missing('node', key, scope.nodeNames, position)
    } else if (optional) {
    } else if (root === 'inputs') {
      const known = [...scope.declaredInputs, ...keysOf(scope.inputs)]
      if (key !== undefined && !known.includes(key)) throw missing('input', key, known, position)
    } else if (root === 'vars' || root === 'runtime') {
      const what = root === 'vars' ? 'dynamic variable' : 'runtime variable'
      if (key !== undefined && !Object.hasOwn(scope[root], key)) throw missing(what, key, keysOf(scope[root]), position)
    } else if (root === 'item' || root === 'index') {
      if (scope.index === undefined) {
        throw new ExpressionError('missing_name', `"${root}" exists only inside a container such as forEach.`, position)
      }
    } else if (root === 'run' || root === 'team' || root === 'callbacks') {
      const what = root === 'callbacks' ? 'callback step' : `${root} field`
      if (key !== undefined && !Object.hasOwn(scope[root], key)) throw missing(what, key, keysOf(scope[root]), position)
    } else if (!Object.hasOwn(scope.vars, root)) {
      throw missing('name', root, [...SCOPE_NAMES, ...keysOf(scope.vars)], position)
    }
  }
}

function missing(what: string, name: string, known: readonly string[], position: number): ExpressionError {
  const hint = didYouMean(name, known)
  const none = hint === '' && known.length === 0 ? ` There are no ${what}s here.` : ''
  return new ExpressionError('missing_name', `There is no ${what} "${name}".${hint}${none}`, position)
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []
}

/** Members that JSONata takes for marks of its own; a variable of such a name is reached as `vars.<name>` only. */
const MARKS = new Set(['sequence', 'outerWrapper', 'tupleStream', 'keepSingleton', 'cons', 'then', 'next'])

/** The document that JSONata evaluates against, with the outputs it was said to need. */
export function rootDocument(scope: ExpressionScope, outputs: Record<string, unknown>): Record<string, unknown> {
  const root: Record<string, unknown> = Object.create(null)
  for (const name of Object.keys(scope.vars)) if (!isScopeName(name) && !MARKS.has(name)) root[name] = scope.vars[name]
  const nodes: Record<string, unknown> = Object.create(null)
  for (const name of Object.keys(outputs)) nodes[name] = { output: outputs[name] }
  root.inputs = scope.inputs
  root.nodes = nodes
  root.vars = scope.vars
  root.runtime = scope.runtime
  root.run = scope.run
  root.team = scope.team
  root.callbacks = scope.callbacks
  if (scope.index !== undefined) {
    root.item = scope.item
    root.index = scope.index
  }
  return root
}
