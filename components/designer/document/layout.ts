import type { WorkflowDefinition } from '@/lib/workflow/document'
import type { Point } from './edit'
import { frameTop, geometryOf } from './geometry'
import { moveTo } from './move'
import { nestingOf, withInsides } from './nesting'
import { FRAME, handlesOf } from './size'
import { readingOrder } from './topology'

/** The graph as the layout library takes and returns it; a subset of its JSON. */
export interface LayoutGraph {
  id: string
  layoutOptions?: Record<string, string>
  children?: LayoutBox[]
  edges?: { id: string; sources: string[]; targets: string[] }[]
}
export interface LayoutBox {
  id: string
  x?: number
  y?: number
  width?: number
  height?: number
  layoutOptions?: Record<string, string>
  ports?: LayoutBox[]
}
export type LayoutEngine = (graph: LayoutGraph) => Promise<LayoutGraph>

/** The order of ports alone decides what lies above what: with the order of nodes too, more edges cross. */
const OPTIONS: Record<string, string> = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.spacing.nodeNode': '44',
  'elk.layered.spacing.nodeNodeBetweenLayers': '88',
  'elk.spacing.componentComponent': '72',
  'elk.spacing.edgeNode': '28',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.nodePlacement.favorStraightEdges': 'true',
  'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
}

/** Above this many nodes the thorough placement takes longer than people wait. */
const QUICK_FROM_NODES = 250

/** What the layout library is asked: nodes of one container in reading order, ports fixed in the order they are drawn. */
export function layoutGraph(definition: WorkflowDefinition, nodeIds: readonly string[]): LayoutGraph {
  const wanted = new Set(nodeIds)
  const { boxes, ports } = geometryOf(definition)
  const nodes = readingOrder(definition).filter((node) => wanted.has(node.id))
  const quick = nodes.length > QUICK_FROM_NODES
  return {
    id: 'root',
    layoutOptions: quick ? { ...OPTIONS, 'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF' } : OPTIONS,
    children: nodes.map((node) => {
      const { width = 0, height = 0 } = boxes.get(node.id) ?? {}
      return {
        id: node.id,
        width,
        height,
        layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
        ports: handlesOf(node, ports.get(node.id) ?? []).map((handle) => ({
          id: portId(node.id, handle.port),
          x: handle.kind === 'source' ? width : 0,
          y: handle.y,
          width: 0,
          height: 0,
          layoutOptions: { 'elk.port.side': handle.kind === 'source' ? 'EAST' : 'WEST' },
        })),
      }
    }),
    edges: definition.edges
      .filter((edge) => wanted.has(edge.source) && wanted.has(edge.target))
      .map((edge) => ({
        id: edge.id,
        sources: [portId(edge.source, edge.sourcePort)],
        targets: [portId(edge.target, undefined)],
      })),
  }
}

function portId(nodeId: string, port: string | undefined): string {
  return port === undefined ? `${nodeId}<` : `${nodeId}>${port}`
}

/**
 * The definition with the given nodes, or all, laid out: containers from the inside out, since a frame is as large as what
 * is in it. The top left corner of what is laid out stays where it was, so that the picture does not jump away and a part
 * can be tidied inside the whole.
 */
export async function layOut(
  definition: WorkflowDefinition,
  nodeIds: readonly string[],
  open: () => OpenEngine = openElk,
): Promise<WorkflowDefinition> {
  const wanted =
    nodeIds.length > 1 ? withInsides(definition, nodeIds) : new Set(definition.nodes.map((node) => node.id))
  const engine = open()
  try {
    return await layOutIn(definition, undefined, wanted, engine.layout)
  } finally {
    engine.close()
  }
}

async function layOutIn(
  definition: WorkflowDefinition,
  containerId: string | undefined,
  wanted: ReadonlySet<string>,
  layout: LayoutEngine,
): Promise<WorkflowDefinition> {
  const nesting = nestingOf(definition)
  const members = nesting.childrenOf(containerId)
  let now = definition
  for (const { id } of members) if (nesting.childrenOf(id).length > 0) now = await layOutIn(now, id, wanted, layout)
  const ids = members.map((node) => node.id).filter((id) => wanted.has(id))
  const wholeFrame = containerId !== undefined && wanted.has(containerId)
  if (ids.length < 2 && !wholeFrame) return now
  const placed = (await layout(layoutGraph(now, ids))).children ?? []
  if (placed.length === 0) return now
  const { boxes } = geometryOf(now)
  const laidOut = cornerOf(placed.map(({ x = 0, y = 0 }) => ({ x, y })))
  const frame = boxes.get(containerId ?? '')
  const corner =
    wholeFrame && frame
      ? { x: frame.x + FRAME.left, y: frame.y + frameTop(now, containerId) }
      : cornerOf(ids.flatMap((id) => boxes.get(id) ?? []))
  return moveTo(
    now,
    new Map(placed.map(({ id, x = 0, y = 0 }) => [id, { x: x - laidOut.x + corner.x, y: y - laidOut.y + corner.y }])),
  )
}

function cornerOf(points: readonly Point[]): Point {
  return { x: Math.min(...points.map((point) => point.x)), y: Math.min(...points.map((point) => point.y)) }
}

export interface OpenEngine {
  layout: LayoutEngine
  close(): void
}

/** Runs in a worker, loaded when it is first asked for: laying out hundreds of nodes takes seconds that the page keeps. */
function openElk(): OpenEngine {
  const load = async () => {
    const { default: Elk } = await import('elkjs/lib/elk-api.js')
    return new Elk({ workerFactory: () => new Worker(new URL('elkjs/lib/elk-worker.min.js', import.meta.url)) })
  }
  let engine: ReturnType<typeof load> | undefined
  return {
    layout: async (graph) => {
      engine ??= load()
      const elk = await engine
      return (await elk.layout(graph as Parameters<typeof elk.layout>[0])) as LayoutGraph
    },
    close: () => void engine?.then((elk) => elk.terminateWorker()),
  }
}
