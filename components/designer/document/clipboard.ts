import { z } from 'zod'
import {
  edgeSchema,
  nodeSchema,
  type WorkflowDefinition,
  type WorkflowEdge,
  type WorkflowNode,
} from '@/lib/workflow/document'
import { type Point, roundPoint } from './edit'
import { frameAt, geometryOf } from './geometry'
import { NOTHING, type Selection } from './history'
import { browserRandom, newEdgeId, newNodeId, type RandomBytes, uniqueName } from './identity'
import { makeRoom, moveTo } from './move'
import { isContainer, withInsides } from './nesting'
import { hasInput } from './ports'
import { rewriteReferences } from './rename'

/** Part of a workflow as JSON text: what copy puts on the clipboard, readable in a chat, an issue or another workflow. */
export interface Clip {
  nodes: WorkflowNode[]
  edges: WorkflowEdge[]
}

const clipSchema = z.object({ nodes: z.array(nodeSchema).min(1).max(1_000), edges: z.array(edgeSchema).default([]) })

/**
 * The selected nodes with what is inside of them, and the edges between them. A node whose container is not in the clip has
 * its place on the whole canvas.
 */
export function clipOf(definition: WorkflowDefinition, nodeIds: readonly string[]): Clip {
  const chosen = withInsides(definition, nodeIds)
  const { boxes } = geometryOf(definition)
  const nodes = definition.nodes.filter((node) => chosen.has(node.id))
  return {
    nodes: nodes.map((node) => {
      const box = boxes.get(node.id)
      if (node.parentId === undefined || chosen.has(node.parentId) || box === undefined) return node
      return { ...node, position: { x: box.x, y: box.y } }
    }),
    edges: definition.edges.filter((edge) => chosen.has(edge.source) && chosen.has(edge.target)),
  }
}

export function clipToText(clip: Clip): string {
  return JSON.stringify({ countersign: 'nodes', ...clip }, null, 2)
}

/** Reads a clip, or a whole definition, from text. Undefined when the text is something else. */
export function clipFromText(text: string): Clip | undefined {
  const start = text.trimStart()[0]
  if (start !== '{') return undefined
  try {
    const value: unknown = JSON.parse(text)
    const inner = typeof value === 'object' && value !== null && 'definition' in value ? value.definition : value
    const parsed = clipSchema.safeParse(inner)
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}

export interface Pasted {
  definition: WorkflowDefinition
  selection: Selection
  /** Nodes left out, because a workflow has only one of them. */
  leftOut: string[]
}

/**
 * Adds a clip: new ids, free names, edges among the copies, and mentions of a copied node lead to its copy.
 * `at` is where the middle of the copies comes to lie, in the container that is there; without it they lie a little beside
 * the originals, in the same container when it still exists.
 */
export function paste(
  definition: WorkflowDefinition,
  clip: Clip,
  at?: Point,
  random: RandomBytes = browserRandom,
): Pasted {
  const hasStart = definition.nodes.some((node) => !hasInput(node))
  const wanted = clip.nodes.filter((node) => !hasStart || hasInput(node))
  const leftOut = clip.nodes.filter((node) => !wanted.includes(node)).map((node) => node.name)
  if (wanted.length === 0) return { definition, selection: NOTHING, leftOut }

  const ids = new Map<string, string>()
  const names = new Map<string, string>()
  const takenIds = new Set(definition.nodes.map((node) => node.id))
  const takenNames = new Set(definition.nodes.map((node) => node.name))
  for (const node of wanted) {
    const id = newNodeId(node.type, takenIds, random)
    const name = uniqueName(node.name, takenNames)
    takenIds.add(id)
    takenNames.add(name)
    ids.set(node.id, id)
    names.set(node.name, name)
  }
  const copied = new Set(wanted.map((node) => node.id))
  const tops = wanted.filter((node) => node.parentId === undefined || !copied.has(node.parentId))
  const shift = at === undefined ? freeOffset(definition, tops) : centreOn(tops, at)
  const target = at === undefined ? undefined : frameAt(definition, at)
  const containers = new Set(definition.nodes.filter(isContainer).map((node) => node.id))
  const parentFor = (node: WorkflowNode) => {
    if (node.parentId !== undefined && copied.has(node.parentId)) return ids.get(node.parentId)
    if (!hasInput(node) || at !== undefined) return hasInput(node) ? target : undefined
    return node.parentId !== undefined && containers.has(node.parentId) ? node.parentId : undefined
  }
  const places = new Map<string, Point>()
  const nodes = wanted.map((node): WorkflowNode => {
    const { parentId: _, ...rest } = rewriteReferences(node, names)
    const parent = parentFor(node)
    const id = ids.get(node.id) ?? node.id
    if (tops.includes(node)) places.set(id, { x: node.position.x + shift.x, y: node.position.y + shift.y })
    return {
      ...structuredClone(rest),
      id,
      name: names.get(node.name) ?? node.name,
      ...(parent === undefined ? {} : { parentId: parent }),
    }
  })
  const takenEdges = new Set(definition.edges.map((edge) => edge.id))
  const edges = clip.edges.flatMap((edge): WorkflowEdge[] => {
    const source = ids.get(edge.source)
    const target = ids.get(edge.target)
    if (source === undefined || target === undefined) return []
    const id = newEdgeId(takenEdges, random)
    takenEdges.add(id)
    return [{ ...edge, id, source, target }]
  })
  const pasted = { ...definition, nodes: [...definition.nodes, ...nodes], edges: [...definition.edges, ...edges] }
  return {
    definition: makeRoom(geometryOf(definition).boxes, moveTo(pasted, places)),
    selection: { nodes: tops.map((node) => ids.get(node.id) ?? node.id), edges: edges.map((edge) => edge.id) },
    leftOut,
  }
}

/** Down and right until no copy lies exactly on an existing node, so that pasting twice does not hide anything. */
function freeOffset(definition: WorkflowDefinition, nodes: readonly WorkflowNode[]): Point {
  const places = new Set(Array.from(geometryOf(definition).boxes.values(), ({ x, y }) => `${x},${y}`))
  let offset = 0
  do offset += 40
  while (nodes.some((node) => places.has(`${node.position.x + offset},${node.position.y + offset}`)))
  return { x: offset, y: offset }
}

function centreOn(nodes: readonly WorkflowNode[], at: Point): Point {
  const xs = nodes.map((node) => node.position.x)
  const ys = nodes.map((node) => node.position.y)
  const middle = { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 }
  return roundPoint({ x: at.x - middle.x, y: at.y - middle.y })
}
