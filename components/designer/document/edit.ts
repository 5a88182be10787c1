import { nodeType } from '@/lib/nodes/registry'
import type { WorkflowDefinition, WorkflowEdge, WorkflowNode } from '@/lib/workflow/document'
import type { Selection } from './history'
import { browserRandom, findNode, newNodeId, nodeIds, nodeNames, type RandomBytes, uniqueName } from './identity'
import { portsOf } from './ports'

/** Pure changes of a definition. Each returns the same object when there is nothing to change. */

export interface Point {
  x: number
  y: number
}

export function roundPoint({ x, y }: Point): Point {
  return { x: Math.round(x), y: Math.round(y) }
}

/** A node of a type with its defaults and a free name. Undefined when the type is not known. */
export function makeNode(
  definition: WorkflowDefinition,
  type: string,
  position: Point,
  random: RandomBytes = browserRandom,
): WorkflowNode | undefined {
  const known = nodeType(type)
  if (known === undefined) return undefined
  return {
    id: newNodeId(type, nodeIds(definition), random),
    type,
    name: uniqueName(known.title, nodeNames(definition)),
    position: roundPoint(position),
    config: structuredClone(known.defaults),
  }
}

export function addNode(definition: WorkflowDefinition, node: WorkflowNode): WorkflowDefinition {
  return { ...definition, nodes: [...definition.nodes, node] }
}

/** Removes nodes with their edges, and edges. Nodes inside a removed container go with it. */
export function remove(definition: WorkflowDefinition, { nodes, edges }: Selection): WorkflowDefinition {
  const gone = new Set(nodes)
  for (let grown = true; grown; ) {
    grown = false
    for (const node of definition.nodes) {
      if (node.parentId !== undefined && gone.has(node.parentId) && !gone.has(node.id)) {
        gone.add(node.id)
        grown = true
      }
    }
  }
  const goneEdges = new Set(edges)
  const keptNodes = definition.nodes.filter((node) => !gone.has(node.id))
  const keptEdges = definition.edges.filter(
    (edge) => !goneEdges.has(edge.id) && !gone.has(edge.source) && !gone.has(edge.target),
  )
  if (keptNodes.length === definition.nodes.length && keptEdges.length === definition.edges.length) return definition
  return { ...definition, nodes: keptNodes, edges: keptEdges }
}

/** Replaces one node. Edges follow its ports, see {@link followPorts}. */
export function updateNode(
  definition: WorkflowDefinition,
  id: string,
  change: (node: WorkflowNode) => WorkflowNode,
): WorkflowDefinition {
  const before = findNode(definition, id)
  if (before === undefined) return definition
  const after = change(before)
  if (after === before) return definition
  const nodes = definition.nodes.map((node) => (node.id === id ? after : node))
  return { ...definition, nodes, edges: followPorts(definition.edges, before, after) }
}

/**
 * Keeps the edges of a node whose ports changed: a renamed port keeps its edges, moved ports keep theirs by name, and
 * the edges of a port that is gone go with it. Without this a branch renamed in the inspector would lose its way.
 */
function followPorts(edges: WorkflowEdge[], before: WorkflowNode, after: WorkflowNode): WorkflowEdge[] {
  const had = portsOf(before).map((port) => port.name)
  const has = portsOf(after).map((port) => port.name)
  if (had.length === has.length && had.every((name, i) => name === has[i])) return edges
  const kept = new Set(has)
  const lost = had.filter((name) => !kept.has(name))
  const gained = has.filter((name) => !had.includes(name))
  const only = lost.length === 1 && gained.length === 1 && had.length === has.length
  const renamed = new Map<string, string>()
  if (only && lost[0] !== undefined && gained[0] !== undefined) renamed.set(lost[0], gained[0])
  const dropped = new Set(lost.filter((name) => !renamed.has(name)))
  const next = edges
    .filter((edge) => edge.source !== after.id || !dropped.has(edge.sourcePort))
    .map((edge) => {
      const port = edge.source === after.id ? renamed.get(edge.sourcePort) : undefined
      return port === undefined ? edge : { ...edge, sourcePort: port }
    })
  return next.length === edges.length && next.every((edge, i) => edge === edges[i]) ? edges : next
}

/** Sets one field of a node's config; `undefined` leaves it out. */
export function setConfigField(
  definition: WorkflowDefinition,
  id: string,
  key: string,
  value: unknown,
): WorkflowDefinition {
  return updateNode(definition, id, (node) => {
    const { [key]: previous, ...rest } = node.config
    if (value === undefined) return previous === undefined && !(key in node.config) ? node : { ...node, config: rest }
    return Object.is(previous, value) ? node : { ...node, config: { ...node.config, [key]: value } }
  })
}

/** Moves nodes; positions are whole pixels so that definitions stay readable and comparable. */
export function moveNodes(definition: WorkflowDefinition, positions: ReadonlyMap<string, Point>): WorkflowDefinition {
  let moved = false
  const nodes = definition.nodes.map((node) => {
    const wanted = positions.get(node.id)
    if (wanted === undefined) return node
    const position = roundPoint(wanted)
    if (position.x === node.position.x && position.y === node.position.y) return node
    moved = true
    return { ...node, position }
  })
  return moved ? { ...definition, nodes } : definition
}

export function setDisabled(definition: WorkflowDefinition, ids: readonly string[], disabled: boolean) {
  const wanted = new Set(ids)
  let changed = false
  const nodes = definition.nodes.map((node) => {
    if (!wanted.has(node.id) || (node.disabled ?? false) === disabled) return node
    changed = true
    const { disabled: _, ...rest } = node
    return disabled ? { ...rest, disabled } : rest
  })
  return changed ? { ...definition, nodes } : definition
}
