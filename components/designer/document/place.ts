import type { WorkflowDefinition, WorkflowNode } from '@/lib/workflow/document'
import { connect } from './connect'
import { freeInside } from './containers'
import { addNode, makeNode, type Point } from './edit'
import { frameAt, geometryOf, overlaps } from './geometry'
import { browserRandom, findNode, type RandomBytes } from './identity'
import { makeRoom, moveTo } from './move'
import { isContainer, nestingOf } from './nesting'
import { hasInput, portsOf } from './ports'
import { FRAME, HEADER_HEIGHT, NODE_WIDTH, type Size, sizeOf, straightDrop } from './size'

/** Where a new step goes. Points are of the whole canvas, however deep in containers the step will be. */
export type StepPlace =
  /** Its middle lies at the point, in the container that is there. */
  | { kind: 'free'; at: Point }
  /** Connected from a port; its left end lies at the point. */
  | { kind: 'after'; nodeId: string; port: string; at: Point }
  /** Connected to a node; its right end lies at the point. */
  | { kind: 'before'; nodeId: string; at: Point }
  /** In a container, right of what is in it. */
  | { kind: 'inside'; containerId: string }
  /** In the middle of an edge. */
  | { kind: 'edge'; edgeId: string }

export interface Placed {
  definition: WorkflowDefinition
  nodeId: string
}

const GRID_PX = 20
const GAP_PX = 88
const NEARLY_STRAIGHT_PX = 60

/** Where the step after a port goes, when nobody says it: to the right, on a straight way. */
export function spotAfterPort(definition: WorkflowDefinition, nodeId: string, port: string): Point {
  const node = findNode(definition, nodeId)
  const box = geometryOf(definition).boxes.get(nodeId)
  if (node === undefined || box === undefined) return { x: 0, y: 0 }
  return { x: box.x + box.width + GAP_PX, y: box.y + straightDrop(node, port) }
}

/** Adds a step of a type where a person asked for it, and wires it up. Undefined when the type is not known. */
export function placeStep(
  definition: WorkflowDefinition,
  place: StepPlace,
  type: string,
  random: RandomBytes = browserRandom,
): Placed | undefined {
  const made = makeNode(definition, type, { x: 0, y: 0 }, random)
  if (made === undefined) return undefined
  const parentId = hasInput(made) ? containerOf(definition, place) : undefined
  const node: WorkflowNode = parentId === undefined ? made : { ...made, parentId }
  const placed = wired(definition, place, node, random)
  return { ...placed, definition: makeRoom(geometryOf(definition).boxes, placed.definition) }
}

function containerOf(definition: WorkflowDefinition, place: StepPlace): string | undefined {
  const { parentOf } = nestingOf(definition)
  switch (place.kind) {
    case 'free':
      return frameAt(definition, place.at)
    case 'inside':
      return place.containerId
    case 'edge':
      return parentOf.get(definition.edges.find((edge) => edge.id === place.edgeId)?.source ?? '')
    default:
      return parentOf.get(place.nodeId)
  }
}

function wired(definition: WorkflowDefinition, place: StepPlace, node: WorkflowNode, random: RandomBytes): Placed {
  const size = newSize(node)
  switch (place.kind) {
    case 'free': {
      const at = { x: place.at.x - NODE_WIDTH / 2, y: place.at.y - HEADER_HEIGHT / 2 }
      return put(definition, node, freeSpot(definition, node, at))
    }
    case 'inside':
      return put(definition, node, freeSpot(definition, node, freeInside(definition, place.containerId)))
    case 'after': {
      const placed = put(definition, node, spotAfter(definition, node, place))
      const wish = { source: place.nodeId, sourcePort: place.port, target: node.id }
      return { ...placed, definition: connect(placed.definition, wish, random) }
    }
    case 'before': {
      const at = { x: place.at.x - size.width, y: place.at.y }
      const placed = put(definition, node, freeSpot(definition, node, at))
      const sourcePort = portsOf(node)[0]?.name
      if (sourcePort === undefined) return placed
      const wish = { source: node.id, sourcePort, target: place.nodeId }
      return { ...placed, definition: connect(placed.definition, wish, random) }
    }
    case 'edge':
      return putOnEdge(definition, place.edgeId, node, random)
  }
}

function put(definition: WorkflowDefinition, node: WorkflowNode, at: Point): Placed {
  return { definition: moveTo(addNode(definition, node), new Map([[node.id, at]])), nodeId: node.id }
}

/** Near the height of the port the step lies exactly at it, so that the way to it is straight. */
function spotAfter(definition: WorkflowDefinition, node: WorkflowNode, place: StepPlace & { kind: 'after' }): Point {
  const box = geometryOf(definition).boxes.get(place.nodeId)
  const source = findNode(definition, place.nodeId)
  if (source === undefined || box === undefined) return freeSpot(definition, node, place.at)
  const straight = { x: snap(place.at.x), y: box.y + straightDrop(source, place.port) }
  if (Math.abs(place.at.y - straight.y) > NEARLY_STRAIGHT_PX || isCovered(definition, node, straight)) {
    return freeSpot(definition, node, place.at)
  }
  return straight
}

/** Takes the place of an edge; what follows makes room by moving right, as far as it is needed. */
function putOnEdge(definition: WorkflowDefinition, edgeId: string, node: WorkflowNode, random: RandomBytes): Placed {
  const edge = definition.edges.find((candidate) => candidate.id === edgeId)
  const { boxes } = geometryOf(definition)
  const source = edge && boxes.get(edge.source)
  const target = edge && boxes.get(edge.target)
  if (edge === undefined || source === undefined || target === undefined) return put(definition, node, { x: 0, y: 0 })
  const size = newSize(node)
  const left = source.x + source.width + GAP_PX
  const forwards = target.x > source.x
  const missing = forwards ? Math.max(0, left + size.width + GAP_PX - target.x) : 0
  const roomy =
    missing > 0 ? shiftRight(definition, edge.target, edge.source, Math.ceil(missing / GRID_PX) * GRID_PX) : definition
  const at = {
    x: missing > 0 || !forwards ? left : snap((source.x + target.x) / 2),
    y: forwards ? snap((source.y + target.y) / 2) : source.y,
  }
  const added = put({ ...roomy, edges: roomy.edges.filter((other) => other.id !== edgeId) }, node, at).definition
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
  const { boxes } = geometryOf(definition)
  const start = boxes.get(from)
  if (start === undefined) return definition
  const seen = new Set([stop])
  const open = [from]
  const places = new Map<string, Point>()
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const box = boxes.get(id)
    if (seen.has(id) || box === undefined) continue
    seen.add(id)
    if (box.x < start.x) continue
    places.set(id, { x: box.x + byPx, y: box.y })
    for (const edge of definition.edges) if (edge.source === id) open.push(edge.target)
  }
  return moveTo(definition, places)
}

/** The wanted place on the grid, or the nearest one below it where no neighbour is covered. */
function freeSpot(definition: WorkflowDefinition, node: WorkflowNode, wanted: Point): Point {
  const spot = { x: snap(wanted.x), y: snap(wanted.y) }
  while (isCovered(definition, node, spot)) spot.y += GRID_PX
  return spot
}

function isCovered(definition: WorkflowDefinition, node: WorkflowNode, spot: Point): boolean {
  const { boxes } = geometryOf(definition)
  const size = newSize(node)
  return nestingOf(definition)
    .childrenOf(node.parentId)
    .some((other) => {
      const box = boxes.get(other.id)
      return box !== undefined && overlaps({ ...spot, ...size }, box, GRID_PX)
    })
}

/** The size of a step that is not in the document yet. */
function newSize(node: WorkflowNode): Size {
  const size = sizeOf(portsOf(node))
  return isContainer(node) ? { width: FRAME.minWidth, height: size.height + FRAME.minBody } : size
}

function snap(value: number): number {
  return Math.round(value / GRID_PX) * GRID_PX
}
