import type { WorkflowDefinition, WorkflowNode } from '@/lib/workflow/document'
import { geometryOf } from './geometry'
import { nestingOf } from './nesting'
import { portsOf } from './ports'

/**
 * Nodes as a person reads the graph: along the edges from the start, branches in the order of their ports, what is inside
 * of a container right after it. Nodes that nothing leads to follow from left to right. This is the tab order of the canvas.
 */
export function readingOrder(definition: WorkflowDefinition): WorkflowNode[] {
  const nesting = nestingOf(definition)
  const next = successors(definition)
  const targets = new Set(definition.edges.map((edge) => edge.target))
  const seen = new Set<string>()
  const order: WorkflowNode[] = []
  const read = (containerId: string | undefined) => {
    const roots = [...nesting.childrenOf(containerId)].sort(
      (a, b) =>
        Number(targets.has(a.id)) - Number(targets.has(b.id)) ||
        a.position.x - b.position.x ||
        a.position.y - b.position.y,
    )
    for (const root of roots) {
      const open = [root.id]
      for (let id = open.pop(); id !== undefined; id = open.pop()) {
        const node = nesting.byId.get(id)
        if (node === undefined || seen.has(id) || nesting.parentOf.get(id) !== containerId) continue
        seen.add(id)
        order.push(node)
        read(id)
        open.push(...(next.get(id) ?? []).toReversed())
      }
    }
  }
  read(undefined)
  return order
}

/** Targets of each node in port order, each once. */
function successors(definition: WorkflowDefinition): Map<string, string[]> {
  const next = new Map<string, string[]>()
  const byId = new Map(definition.nodes.map((node) => [node.id, node]))
  const rank = new Map<string, Map<string, number>>()
  const rankOf = (source: string, port: string) => {
    const node = byId.get(source)
    if (node === undefined) return 0
    let ranks = rank.get(source)
    if (ranks === undefined) {
      ranks = new Map(portsOf(node).map((p, i) => [p.name, i]))
      rank.set(source, ranks)
    }
    return ranks.get(port) ?? ranks.size
  }
  const edges = [...definition.edges].sort((a, b) =>
    a.source === b.source ? rankOf(a.source, a.sourcePort) - rankOf(b.source, b.sourcePort) : 0,
  )
  for (const edge of edges) {
    const list = next.get(edge.source) ?? []
    if (!list.includes(edge.target)) list.push(edge.target)
    next.set(edge.source, list)
  }
  return next
}

export type Direction = 'left' | 'right' | 'up' | 'down'

/** The node to go to from `id` with the arrow keys: along an edge where there is one, else the nearest on that side. */
export function neighbour(definition: WorkflowDefinition, id: string, direction: Direction): string | undefined {
  const { boxes } = geometryOf(definition)
  const from = boxes.get(id)
  if (from === undefined) return undefined
  if (direction === 'right') {
    const along = successors(definition).get(id)?.[0]
    if (along !== undefined) return along
  }
  if (direction === 'left') {
    const back = definition.edges.find((edge) => edge.target === id)?.source
    if (back !== undefined) return back
  }
  let best: { id: string; distance: number } | undefined
  for (const node of boxes.values()) {
    const dx = node.x - from.x
    const dy = node.y - from.y
    const ahead = { left: -dx, right: dx, up: -dy, down: dy }[direction]
    if (node.id === id || ahead <= 0) continue
    const aside = direction === 'left' || direction === 'right' ? Math.abs(dy) : Math.abs(dx)
    const distance = ahead + aside * 2
    if (best === undefined || distance < best.distance) best = { id: node.id, distance }
  }
  return best?.id
}

/**
 * What can have run before a node, and can be read by it: everything that leads to it or to a container around it, but
 * nothing that is inside of another container. Expressions may only read these.
 */
export function ancestors(definition: WorkflowDefinition, id: string): Set<string> {
  const { around, parentOf } = nestingOf(definition)
  const sources = new Map<string, string[]>()
  for (const edge of definition.edges) {
    if (parentOf.get(edge.source) !== parentOf.get(edge.target)) continue
    sources.set(edge.target, [...(sources.get(edge.target) ?? []), edge.source])
  }
  const found = new Set<string>()
  const open = [id, ...around(id)].flatMap((start) => sources.get(start) ?? [])
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (found.has(at)) continue
    found.add(at)
    open.push(...(sources.get(at) ?? []))
  }
  return found
}
