import type { WorkflowDefinition, WorkflowEdge, WorkflowNode } from '@/lib/workflow/document'
import { browserRandom, edgeIds, findNode, newEdgeId, type RandomBytes } from './identity'
import { nestingOf } from './nesting'
import { hasInput, portsOf } from './ports'

export interface ConnectionWish {
  source: string
  sourcePort: string
  target: string
}

/**
 * Why two nodes cannot be connected, in one line a person understands; undefined when they can.
 * `ignoreEdgeId`: the edge that is being moved, which does not count as a duplicate of itself.
 */
export function connectionRefusal(
  definition: WorkflowDefinition,
  wish: ConnectionWish,
  ignoreEdgeId?: string,
): string | undefined {
  const source = findNode(definition, wish.source)
  const target = findNode(definition, wish.target)
  if (source === undefined || target === undefined) return 'One of the two nodes no longer exists.'
  if (!portsOf(source).some((port) => port.name === wish.sourcePort)) {
    return `“${source.name}” has no port “${wish.sourcePort}”.`
  }
  if (!hasInput(target)) return `“${target.name}” starts the workflow: nothing can lead into it.`
  if (source.id === target.id) return `“${source.name}” cannot lead straight back to itself.`
  const border = borderBetween(definition, source, target)
  if (border !== undefined) return border
  const duplicate = definition.edges.some(
    (edge) =>
      edge.id !== ignoreEdgeId &&
      edge.source === wish.source &&
      edge.sourcePort === wish.sourcePort &&
      edge.target === wish.target,
  )
  if (duplicate) return `“${source.name}” already leads to “${target.name}” from this port.`
  if (definition.kind === 'dag' && reaches(definition, wish.target, wish.source, ignoreEdgeId)) {
    return 'This would close a loop, and this workflow is set to allow none.'
  }
  return undefined
}

/** Connections never cross the border of a container; what to connect instead. */
function borderBetween(definition: WorkflowDefinition, source: WorkflowNode, target: WorkflowNode): string | undefined {
  const { parentOf, byId, around } = nestingOf(definition)
  const [from, to] = [parentOf.get(source.id), parentOf.get(target.id)]
  if (from === to) return undefined
  if (to === source.id)
    return `Steps inside “${source.name}” begin by themselves: those that nothing leads to come first.`
  if (from === target.id) return `“${target.name}” goes on by itself when the steps inside it are done.`
  const [inner, container] = to !== undefined && !around(source.id).includes(to) ? [target, to] : [source, from]
  const name = byId.get(container ?? '')?.name
  return `“${inner.name}” is inside “${name}”. Connect “${name}” itself, or move both steps to the same place.`
}

/** Adds an edge. The same definition when it is refused. */
export function connect(
  definition: WorkflowDefinition,
  wish: ConnectionWish,
  random: RandomBytes = browserRandom,
): WorkflowDefinition {
  if (connectionRefusal(definition, wish) !== undefined) return definition
  const edge: WorkflowEdge = { id: newEdgeId(edgeIds(definition), random), ...wish }
  return { ...definition, edges: [...definition.edges, edge] }
}

/** Moves one end of an edge. The same definition when it is refused. */
export function reconnect(definition: WorkflowDefinition, edgeId: string, wish: ConnectionWish): WorkflowDefinition {
  const edge = definition.edges.find((candidate) => candidate.id === edgeId)
  if (edge === undefined || connectionRefusal(definition, wish, edgeId) !== undefined) return definition
  if (edge.source === wish.source && edge.sourcePort === wish.sourcePort && edge.target === wish.target) {
    return definition
  }
  return { ...definition, edges: definition.edges.map((e) => (e.id === edgeId ? { ...e, ...wish } : e)) }
}

function reaches(definition: WorkflowDefinition, from: string, to: string, ignoreEdgeId?: string): boolean {
  const targets = new Map<string, string[]>()
  for (const edge of definition.edges) {
    if (edge.id === ignoreEdgeId) continue
    targets.set(edge.source, [...(targets.get(edge.source) ?? []), edge.target])
  }
  const seen = new Set<string>()
  const open = [from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true
    if (seen.has(id)) continue
    seen.add(id)
    open.push(...(targets.get(id) ?? []))
  }
  return false
}
