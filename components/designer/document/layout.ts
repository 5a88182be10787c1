import type { WorkflowDefinition } from '@/lib/workflow/document'
import type { Point } from './edit'
import { drawnPorts, usedPortsByNode } from './ports'
import { handlesOf, sizeOf } from './size'
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

/** What the layout library is asked: nodes in reading order, ports fixed in the order they are drawn. */
export function layoutGraph(definition: WorkflowDefinition, nodeIds: readonly string[]): LayoutGraph {
  const wanted = new Set(nodeIds)
  const used = usedPortsByNode(definition)
  const nodes = readingOrder(definition).filter((node) => wanted.has(node.id))
  const quick = nodes.length > QUICK_FROM_NODES
  return {
    id: 'root',
    layoutOptions: quick ? { ...OPTIONS, 'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF' } : OPTIONS,
    children: nodes.map((node) => {
      const ports = drawnPorts(node, used.get(node.id) ?? [])
      const size = sizeOf(ports)
      return {
        id: node.id,
        ...size,
        layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
        ports: handlesOf(node, ports).map((handle) => ({
          id: portId(node.id, handle.port),
          x: handle.kind === 'source' ? size.width : 0,
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
 * New places for the given nodes, or for all. The top left corner of what is laid out stays where it was, so that the
 * picture does not jump away and a part can be tidied inside the whole.
 */
export async function layoutPositions(
  definition: WorkflowDefinition,
  nodeIds: readonly string[],
  engine: LayoutEngine = elk,
): Promise<Map<string, Point>> {
  const ids = nodeIds.length > 1 ? nodeIds : definition.nodes.map((node) => node.id)
  const graph = layoutGraph(definition, ids)
  const boxes = (await engine(graph)).children ?? []
  const wanted = new Set(ids)
  const before = definition.nodes.filter((node) => wanted.has(node.id)).map((node) => node.position)
  if (boxes.length === 0) return new Map()
  const corner = cornerOf(before)
  const laidOut = cornerOf(boxes.map(({ x = 0, y = 0 }) => ({ x, y })))
  return new Map(
    boxes.map(({ id, x = 0, y = 0 }) => [id, { x: x - laidOut.x + corner.x, y: y - laidOut.y + corner.y }]),
  )
}

function cornerOf(points: readonly Point[]): Point {
  return { x: Math.min(...points.map((point) => point.x)), y: Math.min(...points.map((point) => point.y)) }
}

/** Runs in a worker, loaded when it is first asked for: laying out hundreds of nodes takes seconds that the page keeps. */
const elk: LayoutEngine = async (graph) => {
  const { default: Elk } = await import('elkjs/lib/elk-api.js')
  const engine = new Elk({
    workerFactory: () => new Worker(new URL('elkjs/lib/elk-worker.min.js', import.meta.url)),
  })
  try {
    return (await engine.layout(graph as Parameters<typeof engine.layout>[0])) as LayoutGraph
  } finally {
    engine.terminateWorker()
  }
}
