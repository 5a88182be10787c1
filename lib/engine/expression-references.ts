import { type AstNode, childrenOf, walk } from './expression-ast'

/** What an expression reads of its scope: `nodes.Fetch.output` is root `nodes`, keys `["Fetch", "output"]`. */
export interface ExpressionReference {
  root: string
  /** Names that follow, as far as they are fixed in the text. */
  keys: string[]
  /** Offset of the first name in the source. */
  position: number
  /** The author allows for its absence: inside `$exists( )`, left of `??`, or behind such a test. */
  optional: boolean
}

/** Names that mean the scope everywhere when they are written with a dollar sign: `$inputs`, also inside a filter. */
export const SCOPE_NAMES = ['inputs', 'nodes', 'vars', 'runtime', 'item', 'index', 'run', 'team', 'callbacks'] as const
export type ScopeName = (typeof SCOPE_NAMES)[number]

export function isScopeName(name: string): name is ScopeName {
  return (SCOPE_NAMES as readonly string[]).includes(name)
}

/** A scope name where it means something else: in `items[price > inputs.limit]` it is looked up in each item. */
export interface Suspect {
  name: string
  position: number
}

export interface References {
  references: ExpressionReference[]
  suspects: Suspect[]
  /** The scope as a whole is read (`$`, `*`, `$lookup(nodes, …)`): anything may be needed. */
  everything: boolean
}

/**
 * Finds every reference to the scope. Only names at the root of the scope count: in `items[price > 3]` the name `price` is
 * looked up in each item, so nothing can be said about it before the expression runs.
 */
export function findReferences(ast: AstNode, source: string): References {
  const found: References = { references: [], suspects: [], everything: false }
  visit(ast, { atRoot: true, optional: false, bound: boundNames(ast) }, found, source)
  return found
}

/** Variables that the expression itself makes: `$item` of `function($item)` is not the item of the scope. */
export function boundNames(ast: AstNode): Set<string> {
  const names = new Set<string>()
  walk(ast, (node) => {
    if (node.type === 'lambda') for (const parameter of node.arguments ?? []) names.add(String(parameter.value))
    if (node.type === 'bind' && node.lhs && !Array.isArray(node.lhs)) names.add(String(node.lhs.value))
    if (node.focus !== undefined) names.add(node.focus)
    if (node.index !== undefined) names.add(node.index)
    for (const stage of node.stages ?? []) if (stage.type === 'index') names.add(String(stage.value))
  })
  return names
}

interface Place {
  bound: ReadonlySet<string>
  /** Names here are looked up in the scope itself. */
  atRoot: boolean
  optional: boolean
}

function visit(node: AstNode, place: Place, found: References, source: string): void {
  const elsewhere = { ...place, atRoot: false }
  if (node.type === 'path') {
    visitPath(node, place, found, source)
  } else if (node.type === 'variable') {
    visitPath({ type: 'path', steps: [node] }, place, found, source)
  } else if (node.type === 'wildcard' || node.type === 'descendant') {
    if (place.atRoot) found.everything = true
  } else if (node.type === 'condition') {
    const isTested = isTest(node.condition) || samePath(node.condition, node.then)
    const tested = isTested ? { ...place, optional: true } : place
    visitAll([node.condition, node.then], tested, found, source)
    visitAll([node.else], place, found, source)
  } else if (node.type === 'transform') {
    visitAll(childrenOf(node), elsewhere, found, source)
  } else {
    const inItems = new Set<AstNode>([...(node.predicate ?? []), ...(node.group?.lhs.flat() ?? [])])
    const here = isTest(node) ? { ...place, optional: true } : place
    for (const child of childrenOf(node)) visit(child, inItems.has(child) ? elsewhere : here, found, source)
  }
}

function visitAll(nodes: (AstNode | undefined)[], place: Place, found: References, source: string): void {
  for (const node of nodes) if (node) visit(node, place, found, source)
}

function visitPath(path: AstNode, place: Place, found: References, source: string): void {
  const steps = path.steps ?? []
  const elsewhere = { ...place, atRoot: false }
  const [first, ...rest] = steps
  if (!first) return
  const keysFrom = rootOf(first, place)
  if (keysFrom === 'scope' || keysFrom === 'name') {
    const names = namesOf(keysFrom === 'scope' ? rest : steps, first)
    const [root, ...keys] = names
    if (root === undefined) found.everything = true
    else
      found.references.push({
        root: root.name,
        keys: keys.map((key) => key.name),
        position: start(root, source),
        optional: place.optional,
      })
    if (root?.name === 'nodes' && keys.length === 0) found.everything = true
    // `@` keeps the context and `%` climbs: the names after them may belong to the scope again.
    if (steps.some((step) => step.focus !== undefined || step.type === 'parent')) found.everything = true
  } else if (first.type !== 'name' && first.type !== 'variable') {
    visit(first, place, found, source)
  }
  if (first.type === 'name' && !place.atRoot && ['inputs', 'nodes', 'vars', 'runtime'].includes(String(first.value))) {
    const name = String(first.value)
    found.suspects.push({ name, position: start({ name, position: first.position ?? 0 }, source) })
  }
  for (const child of first.type === 'name' || first.type === 'variable' ? childrenOf(first) : []) {
    visit(child, elsewhere, found, source)
  }
  for (const step of rest) {
    if (step.type === 'name' || step.type === 'sort') visitAll(childrenOf(step), elsewhere, found, source)
    else visit(step, elsewhere, found, source)
  }
  visitAll([...(path.group?.lhs.flat() ?? []), ...(path.predicate ?? [])], elsewhere, found, source)
}

function rootOf(first: AstNode, place: Place): 'scope' | 'name' | undefined {
  if (first.type === 'name') return place.atRoot ? 'name' : undefined
  if (first.type !== 'variable') return undefined
  if (first.value === '$') return 'scope'
  if (first.value === '') return place.atRoot ? 'scope' : undefined
  const name = String(first.value)
  return isScopeName(name) && !place.bound.has(name) ? 'name' : undefined
}

interface Named {
  name: string
  position: number
}

/** Leading names; the one with a filter is the last that is certain. */
function namesOf(steps: AstNode[], first: AstNode): Named[] {
  const names: Named[] = []
  if (first.stages && !steps.includes(first)) return names
  for (const step of steps) {
    if (step.type !== 'name' && !(step === first && step.type === 'variable')) break
    names.push({ name: String(step.value), position: step.position ?? 0 })
    if (step.stages || step.predicate) break
  }
  return names
}

/** JSONata gives the offset behind a token; people count from where it begins. */
function start(named: Named, source: string): number {
  for (const extra of [0, 1, 2]) {
    const from = named.position - named.name.length - extra
    if (from >= 0 && source.slice(from, named.position).includes(named.name)) return from
  }
  return Math.max(0, named.position - named.name.length)
}

function isTest(node: AstNode | undefined): boolean {
  return node?.type === 'function' && node.procedure?.type === 'variable' && node.procedure.value === 'exists'
}

/** `a ?: b` is parsed as `a ? a : b`. */
function samePath(condition: AstNode | undefined, then: AstNode | undefined): boolean {
  return (
    condition?.type === 'path' && then?.type === 'path' && condition.steps?.[0]?.position === then.steps?.[0]?.position
  )
}
