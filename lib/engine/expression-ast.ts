/** The part of JSONata's syntax tree that we read. Its own typings leave out half of it. */
export interface AstNode {
  type: string
  value?: unknown
  position?: number
  steps?: AstNode[]
  stages?: AstNode[]
  predicate?: AstNode[]
  expr?: AstNode
  group?: { lhs: [AstNode, AstNode][] }
  /** Pairs of an object constructor; one node of a binary operator. */
  lhs?: AstNode | [AstNode, AstNode][]
  rhs?: AstNode
  expressions?: AstNode[]
  expression?: AstNode
  arguments?: AstNode[]
  procedure?: AstNode
  body?: AstNode
  condition?: AstNode
  then?: AstNode
  else?: AstNode
  pattern?: AstNode
  update?: AstNode
  delete?: AstNode
  terms?: { descending: boolean; expression: AstNode }[]
  focus?: string
  index?: string
  tuple?: boolean
  ancestor?: unknown
  keepArray?: boolean
  keepSingletonArray?: boolean
  consarray?: boolean
  seekingParent?: unknown
}

/** Direct children, whatever the type of the node. */
export function childrenOf(node: AstNode): AstNode[] {
  const pairs = [...(Array.isArray(node.lhs) ? node.lhs : []), ...(node.group?.lhs ?? [])]
  return [
    ...(node.steps ?? []),
    ...(node.stages ?? []),
    ...(node.predicate ?? []),
    ...pairs.flat(),
    ...(node.expressions ?? []),
    ...(node.arguments ?? []),
    ...(node.terms ?? []).map((term) => term.expression),
    ...[
      node.expr,
      Array.isArray(node.lhs) ? undefined : node.lhs,
      node.rhs,
      node.expression,
      node.procedure,
      node.body,
    ],
    ...[node.condition, node.then, node.else, node.pattern, node.update, node.delete],
  ].filter((child): child is AstNode => child !== undefined)
}

/** Calls `visit` on the node and everything below it, parents first. */
export function walk(node: AstNode, visit: (node: AstNode) => void): void {
  visit(node)
  for (const child of childrenOf(node)) walk(child, visit)
}

/** Names of a path that only steps from member to member (`a.b.c`), `undefined` for anything else. */
export function plainPath(node: AstNode): string[] | undefined {
  if (node.type !== 'path' || node.group || node.predicate || node.keepSingletonArray || node.tuple) return undefined
  const names: string[] = []
  for (const step of node.steps ?? []) {
    if (!isPlainName(step)) return undefined
    names.push(String(step.value))
  }
  return names.length > 0 ? names : undefined
}

export function isPlainName(step: AstNode): boolean {
  return (
    step.type === 'name' &&
    !step.stages &&
    !step.predicate &&
    !step.group &&
    step.focus === undefined &&
    step.index === undefined &&
    !step.tuple &&
    !step.ancestor &&
    !step.keepArray
  )
}
