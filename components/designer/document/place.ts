import type { WorkflowDefinition, WorkflowNode } from '@/lib/workflow/document'
import { connect } from './connect'
import { addNode, makeNode, moveNodes, type Point } from './edit'
import { browserRandom, findNode, type RandomBytes } from './identity'
import { drawnPorts, portsOf, usedPortsByNode } from './ports'
import { HEADER_HEIGHT, NODE_WIDTH, sizeOf, straightTop } from './size'

/** Where a new step goes. */
export type StepPlace =
  /** Its middle lies at the point. */
  | { kind: 'free'; at: Point }
  /** Connected from a port; its left end lies at the point. */
  | { kind: 'after'; nodeId: string; port: string; at: Point }
  /** Connected to a node; its right end lies at the point. */
  | { kind: 'before'; nodeId: string; at: Point }
  /** In the middle of an edge. */
  | { kind: 'edge'; edgeId: string }

export interface Placed {
  definition: WorkflowDefinition
  nodeId: string
}

const GRID_PX = 20
const GAP_PX = 88
const NEARLY_STRAIGHT_PX = 60

/** Adds a step of a type where a person asked for it, and wires it up. Undefined when the type is not known. */
export function placeStep(
  definition: WorkflowDefinition,
  place: StepPlace,
  type: string,
  random: RandomBytes = browserRandom,
): Placed | undefined {
  const node = makeNode(definition, type, { x: 0, y: 0 }, random)
  if (node === undefined) return undefined
  switch (place.kind) {
    case 'free': {
      const at = { x: place.at.x - NODE_WIDTH / 2, y: place.at.y - HEADER_HEIGHT / 2 }
      return put(definition, { ...node, position: freeSpot(definition, node, at) })
    }
    case 'after': {
      const placed = put(definition, { ...node, position: spotAfter(definition, node, place) })
      const wish = { source: place.nodeId, sourcePort: place.port, target: node.id }
      return { ...placed, definition: connect(placed.definition, wish, random) }
    }
    case 'before': {
      const at = { x: place.at.x - NODE_WIDTH, y: place.at.y }
      const placed = put(definition, { ...node, position: freeSpot(definition, node, at) })
      const sourcePort = portsOf(node)[0]?.name
      if (sourcePort === undefined) return placed
      const wish = { source: node.id, sourcePort, target: place.nodeId }
      return { ...placed, definition: connect(placed.definition, wish, random) }
    }
    case 'edge':
      return putOnEdge(definition, place.edgeId, node, random)
  }
}

function put(definition: WorkflowDefinition, node: WorkflowNode): Placed {
  return { definition: addNode(definition, node), nodeId: node.id }
}

/** Near the height of the port the step lies exactly at it, so that the way to it is straight. */
function spotAfter(definition: WorkflowDefinition, node: WorkflowNode, place: StepPlace & { kind: 'after' }): Point {
  const source = findNode(definition, place.nodeId)
  if (source === undefined) return freeSpot(definition, node, place.at)
  const straight = { x: snap(place.at.x), y: straightTop(source, place.port) }
  if (Math.abs(place.at.y - straight.y) > NEARLY_STRAIGHT_PX || isCovered(definition, node, straight)) {
    return freeSpot(definition, node, place.at)
  }
  return straight
}

/** Takes the place of an edge; what follows makes room by moving right, as far as it is needed. */
function putOnEdge(definition: WorkflowDefinition, edgeId: string, node: WorkflowNode, random: RandomBytes) {
  const edge = definition.edges.find((candidate) => candidate.id === edgeId)
  const source = edge && findNode(definition, edge.source)
  const target = edge && findNode(definition, edge.target)
  if (edge === undefined || source === undefined || target === undefined) return put(definition, node)
  const left = source.position.x + NODE_WIDTH + GAP_PX
  const forwards = target.position.x > source.position.x
  const missing = forwards ? Math.max(0, left + NODE_WIDTH + GAP_PX - target.position.x) : 0
  const roomy =
    missing > 0 ? shiftRight(definition, edge.target, edge.source, Math.ceil(missing / GRID_PX) * GRID_PX) : definition
  const position = {
    x: missing > 0 || !forwards ? left : snap((source.position.x + target.position.x) / 2),
    y: forwards ? snap((source.position.y + target.position.y) / 2) : source.position.y,
  }
  const added = addNode({ ...roomy, edges: roomy.edges.filter((other) => other.id !== edgeId) }, { ...node, position })
  const into = connect(added, { source: edge.source, sourcePort: edge.sourcePort, target: node.id }, random)
  const outPort = portsOf(node)[0]?.name
  if (outPort === undefined) return { definition: into, nodeId: node.id }
  return {
    definition: connect(into, { source: node.id, sourcePort: outPort, target: edge.target }, random),
    nodeId: node.id,
  }
}

/** Moves a node and what can be reached from it, but never what lies before `stop` (a loop leads back there). */
function shiftRight(definition: WorkflowDefinition, from: string, stop: string, byPx: number): WorkflowDefinition {
  const start = findNode(definition, from)
  if (start === undefined) return definition
  const seen = new Set([stop])
  const open = [from]
  const positions = new Map<string, Point>()
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const node = findNode(definition, id)
    if (seen.has(id) || node === undefined) continue
    seen.add(id)
    if (node.position.x < start.position.x) continue
    positions.set(id, { x: node.position.x + byPx, y: node.position.y })
    for (const edge of definition.edges) if (edge.source === id) open.push(edge.target)
  }
  return moveNodes(definition, positions)
}

/** The wanted place on the grid, or the nearest one below it where no card is covered. */
function freeSpot(definition: WorkflowDefinition, node: WorkflowNode, wanted: Point): Point {
  const spot = { x: snap(wanted.x), y: snap(wanted.y) }
  while (isCovered(definition, node, spot)) spot.y += GRID_PX
  return spot
}

function isCovered(definition: WorkflowDefinition, node: WorkflowNode, spot: Point): boolean {
  const size = sizeOf(portsOf(node))
  const used = usedPortsByNode(definition)
  return definition.nodes.some((other) => {
    const { width, height } = sizeOf(drawnPorts(other, used.get(other.id) ?? []))
    return (
      spot.x < other.position.x + width + GRID_PX &&
      other.position.x < spot.x + size.width + GRID_PX &&
      spot.y < other.position.y + height + GRID_PX &&
      other.position.y < spot.y + size.height + GRID_PX
    )
  })
}

function snap(value: number): number {
  return Math.round(value / GRID_PX) * GRID_PX
}
