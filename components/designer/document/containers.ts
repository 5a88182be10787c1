import type { WorkflowDefinition, WorkflowEdge, WorkflowNode } from '@/lib/workflow/document'
import { makeNode, type Point } from './edit'
import { type Box, boundsOf, frameAt, frameTop, geometryOf, overlaps } from './geometry'
import { browserRandom, edgeIds, newEdgeId, type RandomBytes } from './identity'
import { makeRoom, moveTo } from './move'
import { isContainer, nestingOf, outermost, withInsides } from './nesting'
import { hasInput, portsOf } from './ports'
import { FRAME } from './size'

/** Steps in and out of containers. Edges that would cross a border afterwards go; how many is said. */

export interface Moved {
  definition: WorkflowDefinition
  /** The steps that have another container now. */
  moved: string[]
  /** Connections that were lost. */
  cut: number
}

const GAP_PX = 88

/**
 * Puts steps into a container, or out of every one for `undefined`. They stay where they are on the canvas, or come to lie
 * with their upper left corner `at` a point of it, or each at its own. A start, and a container that would lie in itself, stay where they are.
 */
export function moveInto(
  definition: WorkflowDefinition,
  ids: readonly string[],
  containerId: string | undefined,
  at?: Point | ReadonlyMap<string, Point>,
): Moved {
  const nesting = nestingOf(definition)
  const { boxes } = geometryOf(definition)
  const moved = outermost(definition, ids).filter((id) => {
    const node = nesting.byId.get(id)
    if (node === undefined || !hasInput(node) || nesting.parentOf.get(id) === containerId) return false
    return containerId === undefined || (containerId !== id && !nesting.around(containerId).includes(id))
  })
  const chosen = moved.flatMap((id) => boxes.get(id) ?? [])
  if (chosen.length === 0) return { definition, moved: [], cut: 0 }
  const bounds = boundsOf(chosen)
  const place = ({ id, x, y }: Point & { id: string }): Point => {
    if (at === undefined) return { x, y }
    return 'x' in at ? { x: x + at.x - bounds.x, y: y + at.y - bounds.y } : (at.get(id) ?? { x, y })
  }
  const given = reparent(definition, new Set(moved), containerId)
  const places = new Map(chosen.map((box) => [box.id, place(box)]))
  const placed = moveTo(given, places)
  return { definition: makeRoom(boxes, placed), moved, cut: definition.edges.length - given.edges.length }
}

function reparent(definition: WorkflowDefinition, ids: ReadonlySet<string>, containerId: string | undefined) {
  const nodes = definition.nodes.map((node): WorkflowNode => {
    if (!ids.has(node.id)) return node
    const { parentId: _, ...rest } = node
    return containerId === undefined ? rest : { ...rest, parentId: containerId }
  })
  return withoutCrossings({ ...definition, nodes })
}

function withoutCrossings(definition: WorkflowDefinition): WorkflowDefinition {
  const { parentOf } = nestingOf(definition)
  const edges = definition.edges.filter((edge) => parentOf.get(edge.source) === parentOf.get(edge.target))
  return edges.length === definition.edges.length ? definition : { ...definition, edges }
}

/** Moves steps that were dragged to places on the canvas, into a container that they do not lie in yet or out of theirs. */
export function dropInto(
  definition: WorkflowDefinition,
  places: ReadonlyMap<string, Point>,
  containerId: string | undefined,
): Moved {
  const entered = moveInto(definition, [...places.keys()], containerId, places)
  const rest = [...places].filter(([id]) => !entered.moved.includes(id))
  const { boxes } = geometryOf(entered.definition)
  return { ...entered, definition: makeRoom(boxes, moveTo(entered.definition, new Map(rest))) }
}

/**
 * The container that a step belongs to when it is let go at a place: the one under the `pointer` that holds it. It leaves its
 * own only when it no longer touches it, so that moving a step about inside never takes it out.
 */
export function dropTarget(
  definition: WorkflowDefinition,
  places: ReadonlyMap<string, Point>,
  id: string,
  pointer: Point,
): string | undefined {
  const nesting = nestingOf(definition)
  const { boxes } = geometryOf(definition)
  const node = nesting.byId.get(id)
  const own = nesting.parentOf.get(id)
  const box = boxes.get(id)
  const place = places.get(id)
  if (node === undefined || box === undefined || place === undefined || !hasInput(node)) return own
  const there = { ...box, ...place }
  const under = frameAt(definition, pointer, withInsides(definition, places.keys()))
  const frame = own === undefined ? undefined : boxes.get(own)
  if (own === undefined || frame === undefined || !overlaps(there, frame)) return under
  return under !== undefined && nesting.around(under).includes(own) ? under : own
}

/** Where steps go that are sent into a container without saying where: right of what is in it. */
export function freeInside(definition: WorkflowDefinition, containerId: string): Point {
  const { boxes } = geometryOf(definition)
  const frame = boxes.get(containerId) ?? { x: 0, y: 0 }
  const inside = nestingOf(definition)
    .childrenOf(containerId)
    .flatMap((node) => boxes.get(node.id) ?? [])
  if (inside.length === 0) return { x: frame.x + FRAME.left, y: frame.y + frameTop(definition, containerId) }
  const bounds = boundsOf(inside)
  return { x: bounds.x + bounds.width + GAP_PX, y: bounds.y }
}

/** Takes steps out of their container, into the one around it; they come to lie below it. */
export function takeOut(definition: WorkflowDefinition, ids: readonly string[]): Moved {
  const nesting = nestingOf(definition)
  const groups = new Map<string, string[]>()
  for (const id of outermost(definition, ids)) {
    const parent = nesting.parentOf.get(id)
    if (parent !== undefined) groups.set(parent, [...(groups.get(parent) ?? []), id])
  }
  const all: Moved = { definition, moved: [], cut: 0 }
  for (const [containerId, members] of groups) {
    const { boxes } = geometryOf(all.definition)
    const frame = boxes.get(containerId)
    const left = Math.min(...members.map((id) => boxes.get(id)?.x ?? 0))
    const at = frame && { x: left, y: frame.y + frame.height + FRAME.bottom }
    const one = moveInto(all.definition, members, nesting.parentOf.get(containerId), at)
    all.definition = one.definition
    all.moved.push(...one.moved)
    all.cut += one.cut
  }
  return all
}

export type Wrapped = { definition: WorkflowDefinition; containerId: string } | { refusal: string }

/** Puts a new container around steps that lie side by side. What led to them leads to it, and where they led it leads. */
export function wrap(
  definition: WorkflowDefinition,
  ids: readonly string[],
  type: string,
  random: RandomBytes = browserRandom,
): Wrapped {
  const nesting = nestingOf(definition)
  const members = outermost(definition, ids).filter((id) => {
    const node = nesting.byId.get(id)
    return node !== undefined && hasInput(node)
  })
  const parents = new Set(members.map((id) => nesting.parentOf.get(id)))
  if (members.length === 0) return { refusal: 'A Start step stays outside of every container.' }
  if (parents.size > 1) return { refusal: 'Choose steps that lie side by side in one container.' }
  const [parentId] = parents
  const { boxes } = geometryOf(definition)
  const bounds = boundsOf(members.flatMap((id) => boxes.get(id) ?? []))
  const made = makeNode(definition, type, { x: 0, y: 0 }, random)
  if (made === undefined) return { refusal: `There is no step type “${type}”.` }
  const container: WorkflowNode = parentId === undefined ? made : { ...made, parentId }
  const withFrame = { ...definition, nodes: [...definition.nodes, container] }
  const top = frameTop(withFrame, container.id)
  const framed = moveTo(withFrame, new Map([[container.id, bounds]]))

  const inside = new Set(members)
  const given = framed.nodes.map((node): WorkflowNode => {
    return inside.has(node.id) ? { ...node, parentId: container.id } : node
  })
  const edges = rewire(definition, random, (edge): Ends[] => {
    const [from, to] = [inside.has(edge.source), inside.has(edge.target)]
    if (from === to) return [edge]
    if (to) return [{ ...edge, target: container.id }]
    return [{ ...edge, source: container.id, sourcePort: 'out' }]
  })
  // The frame begins where the steps began, so that the way to them stays as long and as straight; what follows makes room.
  const places = shifted(boxes, members, { x: FRAME.left, y: top })
  const placed = moveTo({ ...framed, nodes: given, edges }, places)
  const room = new Map(boxes).set(container.id, { id: container.id, ...bounds })
  return { definition: makeRoom(room, placed), containerId: container.id }
}

/** Takes a container away and leaves what is in it. What led to it leads to the first steps, and the last lead on. */
export function dissolve(
  definition: WorkflowDefinition,
  containerId: string,
  random: RandomBytes = browserRandom,
): { definition: WorkflowDefinition; freed: string[] } {
  const nesting = nestingOf(definition)
  const container = nesting.byId.get(containerId)
  if (container === undefined || !isContainer(container)) return { definition, freed: [] }
  const inside = nesting.childrenOf(containerId)
  const freed = inside.map((node) => node.id)
  const targets = new Set(definition.edges.map((edge) => edge.target))
  const sources = new Set(definition.edges.map((edge) => edge.source))
  const first = inside.filter((node) => !targets.has(node.id))
  const last = inside.flatMap((node) => {
    const port = sources.has(node.id) ? undefined : portsOf(node)[0]?.name
    return port === undefined ? [] : [{ source: node.id, sourcePort: port }]
  })
  const edges = rewire(definition, random, (edge): Ends[] => {
    if (edge.target === containerId) return first.map((node) => ({ ...edge, target: node.id }))
    if (edge.source !== containerId) return [edge]
    return edge.sourcePort === 'out' ? last.map((from) => ({ ...from, target: edge.target })) : []
  })
  const { boxes } = geometryOf(definition)
  const parentId = nesting.parentOf.get(containerId)
  const given = reparent({ ...definition, edges: [] }, new Set(freed), parentId)
  const back = { x: -FRAME.left, y: -frameTop(definition, containerId) }
  const placed = moveTo(given, shifted(boxes, freed, back))
  const nodes = placed.nodes.filter((node) => node.id !== containerId)
  return { definition: { ...placed, nodes, edges }, freed }
}

function shifted(boxes: ReadonlyMap<string, Box>, ids: readonly string[], by: Point): Map<string, Point> {
  return new Map(
    ids.flatMap((id) => {
      const box = boxes.get(id)
      return box === undefined ? [] : [[id, { x: box.x + by.x, y: box.y + by.y }] as const]
    }),
  )
}

type Ends = Pick<WorkflowEdge, 'source' | 'sourcePort' | 'target'>

/** Edges with other ends; an edge that is the same keeps its id, and none is there twice. */
function rewire(
  definition: WorkflowDefinition,
  random: RandomBytes,
  change: (edge: WorkflowEdge) => Ends[],
): WorkflowEdge[] {
  const taken = edgeIds(definition)
  const seen = new Set<string>()
  return definition.edges.flatMap((edge) =>
    change(edge).flatMap(({ source, sourcePort, target }, i): WorkflowEdge[] => {
      const key = JSON.stringify([source, sourcePort, target])
      if (seen.has(key) || source === target) return []
      seen.add(key)
      const id = i === 0 ? edge.id : newEdgeId(taken, random)
      taken.add(id)
      return [{ id, source, sourcePort, target }]
    }),
  )
}

/** Containers that the steps could go into, with the chain of names that tells them apart. */
export function containersFor(definition: WorkflowDefinition, ids: readonly string[]): { id: string; path: string }[] {
  const nesting = nestingOf(definition)
  const gone = withInsides(definition, ids)
  const parents = new Set(outermost(definition, ids).map((id) => nesting.parentOf.get(id)))
  return definition.nodes
    .filter((node) => isContainer(node) && !gone.has(node.id) && !(parents.size === 1 && parents.has(node.id)))
    .map((node) => {
      const names = [...nesting.around(node.id), node.id].map((id) => nesting.byId.get(id)?.name ?? id)
      return { id: node.id, path: names.join(' › ') }
    })
}
