import { nodeType } from '@/lib/nodes/registry'
import type { WorkflowDefinition, WorkflowNode } from '@/lib/workflow/document'
import { hasInput } from './ports'

/** Whether steps can lie inside of it. */
export function isContainer(node: Pick<WorkflowNode, 'type'>): boolean {
  return nodeType(node.type)?.kind === 'container'
}

/** Which step lies in which container. A parent that makes no sense counts as none: nothing is ever undrawn for it. */
export interface Nesting {
  byId: ReadonlyMap<string, WorkflowNode>
  parentOf: ReadonlyMap<string, string>
  /** The steps directly in a container, or at the root for `undefined`; in the order of the document. */
  childrenOf(containerId: string | undefined): readonly WorkflowNode[]
  /** The containers around a step, from the outside in. */
  around(id: string): string[]
}

const NO_NODES: readonly WorkflowNode[] = []
const known = new WeakMap<readonly WorkflowNode[], Nesting>()

export function nestingOf({ nodes }: WorkflowDefinition): Nesting {
  const before = known.get(nodes)
  if (before !== undefined) return before
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parentOf = new Map<string, string>()
  for (const node of nodes) if (hasSoundParent(node, byId)) parentOf.set(node.id, node.parentId)
  const children = new Map<string | undefined, WorkflowNode[]>()
  for (const node of nodes) {
    const list = children.get(parentOf.get(node.id))
    if (list) list.push(node)
    else children.set(parentOf.get(node.id), [node])
  }
  const nesting: Nesting = {
    byId,
    parentOf,
    childrenOf: (id) => children.get(id) ?? NO_NODES,
    around: (id) => {
      const chain: string[] = []
      for (let at = parentOf.get(id); at !== undefined; at = parentOf.get(at)) chain.unshift(at)
      return chain
    },
  }
  known.set(nodes, nesting)
  return nesting
}

function hasSoundParent(
  node: WorkflowNode,
  byId: ReadonlyMap<string, WorkflowNode>,
): node is WorkflowNode & { parentId: string } {
  const parent = byId.get(node.parentId ?? '')
  if (parent === undefined || !isContainer(parent) || !hasInput(node)) return false
  const seen = new Set([node.id])
  for (let at: WorkflowNode | undefined = parent; at !== undefined; at = byId.get(at.parentId ?? '')) {
    if (seen.has(at.id)) return false
    seen.add(at.id)
  }
  return true
}

/** These steps and everything inside of them. */
export function withInsides(definition: WorkflowDefinition, ids: Iterable<string>): Set<string> {
  const nesting = nestingOf(definition)
  const all = new Set<string>()
  const open = [...ids]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (all.has(id)) continue
    all.add(id)
    open.push(...nesting.childrenOf(id).map((node) => node.id))
  }
  return all
}

/** Those of the steps that lie in none of the others: what moves when they are moved together. */
export function outermost(definition: WorkflowDefinition, ids: readonly string[]): string[] {
  const nesting = nestingOf(definition)
  const chosen = new Set(ids)
  return ids.filter((id) => nesting.byId.has(id) && !nesting.around(id).some((outer) => chosen.has(outer)))
}
