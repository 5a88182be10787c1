import { LIMITS } from '../limits'
import type { GraphProblem } from './graph'

/** Containers in containers, at most. */
export const MAX_NESTING = LIMITS.container_nesting.value

export const CONTAINER_TYPES: ReadonlySet<string> = new Set(['forEach', 'while'])

interface ScopeNode {
  id: string
  type: string
  name: string
  parentId?: string | undefined
}

interface ScopeEdge {
  id: string
  source: string
  sourcePort: string
  target: string
}

/** The nodes directly in one container, or at the root. */
export interface Scope {
  /** The container; undefined for the root. */
  id: string | undefined
  entryIds: string[]
  edges: ScopeEdge[]
}

export interface Scopes {
  scopes: Scope[]
  /** Edges whose two ends are in the same scope; the others are problems. */
  edges: ScopeEdge[]
  /** The container of each node that is in one. */
  parentOf: Map<string, string>
  /** The containers around a node, from the outside in. */
  containersOf(id: string): string[]
  problems: GraphProblem[]
}

/** Splits a graph at the borders of its containers. A node whose parent makes no sense counts as being at the root. */
export function findScopes(
  nodes: readonly ScopeNode[],
  edges: readonly ScopeEdge[],
  startIds: readonly string[],
): Scopes {
  const known = new Map(nodes.map((node) => [node.id, node]))
  const problems: GraphProblem[] = []
  const parentOf = new Map<string, string>()
  for (const node of nodes) {
    if (node.parentId === undefined) continue
    const problem = parentProblem(node, known)
    if (problem) problems.push(problem)
    else parentOf.set(node.id, node.parentId)
  }
  const containersOf = (id: string) => {
    const chain: string[] = []
    for (let at = parentOf.get(id); at !== undefined; at = parentOf.get(at)) chain.unshift(at)
    return chain
  }
  for (const node of nodes) {
    if (CONTAINER_TYPES.has(node.type) && containersOf(node.id).length === MAX_NESTING) {
      const message = `${node.name} is nested too deep: at most ${MAX_NESTING} containers can be inside each other.`
      problems.push({ code: 'too_deep', nodeId: node.id, message })
    }
  }

  const inside = edges.filter((edge) => {
    if (parentOf.get(edge.source) === parentOf.get(edge.target)) return true
    const [source, target] = [known.get(edge.source)?.name, known.get(edge.target)?.name]
    const message = `The edge ${source} → ${target} crosses the border of a container. Connect steps that are side by side; to lead into or out of a container, connect the container itself.`
    problems.push({ code: 'crosses_container', edgeId: edge.id, message })
    return false
  })

  const scopes = [undefined, ...nodes.filter((node) => CONTAINER_TYPES.has(node.type)).map((node) => node.id)].map(
    (id): Scope => {
      const own = inside.filter((edge) => parentOf.get(edge.source) === id)
      const targets = new Set(own.map((edge) => edge.target))
      const members = nodes.filter((node) => parentOf.get(node.id) === id)
      const entryIds =
        id === undefined
          ? startIds.filter((start) => !parentOf.has(start))
          : members.filter((node) => !targets.has(node.id)).map((node) => node.id)
      if (id !== undefined && entryIds.length === 0) problems.push(entryProblem(known.get(id), members.length))
      return { id, entryIds, edges: own }
    },
  )
  return { scopes, edges: inside, parentOf, containersOf, problems }
}

function parentProblem(node: ScopeNode, known: ReadonlyMap<string, ScopeNode>): GraphProblem | undefined {
  const at = { code: 'bad_parent', nodeId: node.id } as const
  const parent = known.get(node.parentId ?? '')
  if (!parent) return { ...at, message: `${node.name} is inside "${node.parentId}", which does not exist.` }
  if (!CONTAINER_TYPES.has(parent.type)) {
    return { ...at, message: `${node.name} is inside ${parent.name}, which is not a container.` }
  }
  if (node.type === 'start') {
    return { ...at, message: `${node.name} is inside ${parent.name}: a Start node belongs outside of every container.` }
  }
  const seen = new Set([node.id])
  for (let outer: ScopeNode | undefined = parent; outer; outer = known.get(outer.parentId ?? '')) {
    if (seen.has(outer.id)) return { ...at, message: `${node.name} is inside itself.` }
    seen.add(outer.id)
  }
  return undefined
}

function entryProblem(container: ScopeNode | undefined, size: number): GraphProblem {
  const name = container?.name ?? ''
  const at = container ? { nodeId: container.id } : {}
  if (size === 0)
    return { ...at, code: 'empty_container', message: `${name} is empty: put the steps that it repeats inside it.` }
  return {
    ...at,
    code: 'no_entry',
    message: `${name} does not begin anywhere: every step inside it has an edge that leads to it. Remove one, so that a first step is left.`,
  }
}
