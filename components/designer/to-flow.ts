import { type Edge, type Node, Position } from 'reactflow'
import type { Problem, WorkflowDefinition, WorkflowEdge, WorkflowNode } from '@/lib/workflow/document'
import { backWays } from './document/back-ways'
import type { Point } from './document/edit'
import { geometryOf } from './document/geometry'
import type { Selection } from './document/history'
import { isContainer, type Nesting, nestingOf } from './document/nesting'
import type { DrawnPort } from './document/ports'
import { HANDLE_SIZE, handlesOf, type Size } from './document/size'
import { readingOrder } from './document/topology'
import type { EdgeRunState, NodeRunView } from './run-view'

/** One of the two places where the stored workflow meets React Flow; the other is `from-flow.ts`. */

export interface FlowNodeData extends Record<string, unknown> {
  node: WorkflowNode
  ports: readonly DrawnPort[]
  problems: readonly Problem[]
  run: NodeRunView | undefined
  /** Of a container: how many steps are directly inside it. */
  inside: number
}
/** A card, or a frame: a container around the steps that lie inside it. */
export type FlowNode = Node<FlowNodeData, 'workflow' | 'frame'>

export interface FlowEdgeData extends Record<string, unknown> {
  state: EdgeRunState
  /** Its port is not on its node any more. */
  broken: boolean
  /** Port name when it is the error branch, which is drawn apart. */
  port: string
  /** For one that leads backwards: the height at which it runs free of cards. */
  back: number | undefined
}
export type FlowEdge = Edge<FlowEdgeData, 'workflow'>

/** What is drawn besides the definition itself. */
export interface Drawing {
  selection: Selection
  problems: ReadonlyMap<string, readonly Problem[]>
  nodeStates?: Readonly<Record<string, NodeRunView>>
  edgeStates?: Readonly<Record<string, EdgeRunState>>
  readOnly?: boolean
}

const NO_PROBLEMS: readonly Problem[] = []
/** What is inside of a frame is reached through it; its head takes the pointer back. */
const THROUGH = { pointerEvents: 'none' } as const

/**
 * The nodes to draw. An unchanged node keeps its object from `previous`, so React Flow and the memoised cards skip it:
 * that is what keeps a thousand nodes usable while one of them is edited.
 */
export function toFlowNodes(
  definition: WorkflowDefinition,
  drawing: Drawing,
  previous: readonly FlowNode[] = [],
): FlowNode[] {
  const before = new Map(previous.map((flow) => [flow.id, flow]))
  const selected = new Set(drawing.selection.nodes)
  const geometry = geometryOf(definition)
  const nesting = nestingOf(definition)
  return readingOrder(definition).map((node) => {
    const ports = geometry.ports.get(node.id) ?? []
    const parentId = nesting.parentOf.get(node.id)
    const inside = nesting.childrenOf(node.id).length
    const problems = drawing.problems.get(node.id) ?? NO_PROBLEMS
    const run = drawing.nodeStates?.[node.id]
    const old = before.get(node.id)
    const data = sameData(old?.data, { node, ports, problems, run, inside })
    const isSelected = selected.has(node.id)
    const { width = 0, height = 0 } = geometry.boxes.get(node.id) ?? {}
    const size = { width, height }
    const inset = geometry.insetOf(parentId)
    const position = { x: node.position.x + inset.x, y: node.position.y + inset.y }
    if (
      old &&
      old.data === data &&
      (old.selected ?? false) === isSelected &&
      old.parentId === parentId &&
      samePlace(old, position, size)
    ) {
      return old
    }
    const frame = isContainer(node)
    return {
      id: node.id,
      type: frame ? 'frame' : 'workflow',
      position,
      ...(parentId === undefined ? {} : { parentId }),
      // A frame is chosen by its head; a selection that is drawn inside of it is about the steps.
      ...(frame ? { selectable: false, style: THROUGH } : {}),
      data,
      selected: isSelected,
      ...size,
      measured: size,
      handles: handlesOf(node, ports).map((handle) => ({
        id: handle.port ?? null,
        type: handle.kind,
        position: handle.kind === 'source' ? Position.Right : Position.Left,
        x: (handle.kind === 'source' ? size.width : 0) - HANDLE_SIZE / 2,
        y: handle.y - HANDLE_SIZE / 2,
        width: HANDLE_SIZE,
        height: HANDLE_SIZE,
      })),
      ariaLabel: describe(node, problems, run, nesting),
      domAttributes: { 'aria-roledescription': 'step' },
    }
  })
}

function samePlace(flow: FlowNode, { x, y }: Point, { width, height }: Size): boolean {
  return flow.position.x === x && flow.position.y === y && flow.width === width && flow.height === height
}

function sameData(old: FlowNodeData | undefined, now: FlowNodeData): FlowNodeData {
  const same =
    old !== undefined &&
    old.node === now.node &&
    old.inside === now.inside &&
    sameList(old.problems, now.problems, (a, b) => a.message === b.message && a.severity === b.severity) &&
    sameList(old.ports, now.ports, samePort) &&
    sameRun(old.run, now.run)
  return same ? old : now
}

function sameList<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => b[i] !== undefined && same(item, b[i])))
}

function samePort(a: DrawnPort, b: DrawnPort): boolean {
  return a.name === b.name && a.label === b.label && a.missing === b.missing && a.used === b.used
}

function sameRun(a: NodeRunView | undefined, b: NodeRunView | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  return (
    a.status === b.status &&
    a.count === b.count &&
    a.attempt === b.attempt &&
    a.durationMs === b.durationMs &&
    a.note === b.note &&
    a.reused === b.reused &&
    a.progress?.text === b.progress?.text &&
    a.progress?.errors === b.progress?.errors
  )
}

/** What a screen reader says of a node. */
function describe(
  node: WorkflowNode,
  problems: readonly Problem[],
  run: NodeRunView | undefined,
  nesting: Nesting,
): string {
  const errors = problems.filter((problem) => problem.severity === 'error').length
  const parts = [`${node.name}, ${node.type}`]
  const container = nesting.byId.get(nesting.parentOf.get(node.id) ?? '')
  if (container !== undefined) parts.push(`inside ${container.name}`)
  if (isContainer(node)) {
    const inside = nesting.childrenOf(node.id).length
    parts.push(inside === 0 ? 'empty' : inside === 1 ? '1 step inside' : `${inside} steps inside`)
  }
  if (node.disabled) parts.push('disabled')
  if (errors > 0) parts.push(errors === 1 ? '1 error' : `${errors} errors`)
  if (run !== undefined) parts.push(run.note === undefined ? run.status : `${run.status}, ${run.note}`)
  return parts.join(', ')
}

/** The edges to draw; unchanged ones keep their object. Edges whose node is missing cannot be drawn and are left out. */
export function toFlowEdges(
  definition: WorkflowDefinition,
  drawing: Drawing,
  nodes: readonly FlowNode[],
  previous: readonly FlowEdge[] = [],
): FlowEdge[] {
  const before = new Map(previous.map((flow) => [flow.id, flow]))
  const byId = new Map(nodes.map((flow) => [flow.id, flow]))
  const selected = new Set(drawing.selection.edges)
  const ways = backWays(definition)
  return definition.edges.flatMap((edge): FlowEdge[] => {
    const source = byId.get(edge.source)
    if (source === undefined || !byId.has(edge.target)) return []
    const broken = source.data.ports.some((port) => port.name === edge.sourcePort && port.missing === true)
    const state = drawing.edgeStates?.[edge.id] ?? 'idle'
    const isSelected = selected.has(edge.id)
    const back = ways.get(edge.id)
    const old = before.get(edge.id)
    if (
      old &&
      old.data?.back === back &&
      sameEdge(old, edge) &&
      old.data?.state === state &&
      old.data.broken === broken &&
      (old.selected ?? false) === isSelected
    ) {
      return [old]
    }
    return [
      {
        id: edge.id,
        type: 'workflow',
        source: edge.source,
        sourceHandle: edge.sourcePort,
        target: edge.target,
        selected: isSelected,
        data: { state, broken, port: edge.sourcePort, back },
        ariaLabel: `From ${source.data.node.name}, port ${edge.sourcePort}, to ${byId.get(edge.target)?.data.node.name}`,
      },
    ]
  })
}

function sameEdge(flow: FlowEdge, edge: WorkflowEdge): boolean {
  return flow.source === edge.source && flow.sourceHandle === edge.sourcePort && flow.target === edge.target
}

/** Problems by the node they are about. */
export function problemsByNode(problems: readonly Problem[]): Map<string, Problem[]> {
  const map = new Map<string, Problem[]>()
  for (const problem of problems) {
    if (problem.nodeId === undefined) continue
    const list = map.get(problem.nodeId)
    if (list) list.push(problem)
    else map.set(problem.nodeId, [problem])
  }
  return map
}
