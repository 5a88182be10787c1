import { type Edge, type Node, Position } from 'reactflow'
import type { Problem, WorkflowDefinition, WorkflowEdge, WorkflowNode } from '@/lib/workflow/document'
import type { Selection } from './document/history'
import { type DrawnPort, drawnPorts, usedPortsByNode } from './document/ports'
import { HANDLE_SIZE, handlesOf, sizeOf } from './document/size'
import { readingOrder } from './document/topology'
import type { EdgeRunState, NodeRunView } from './run-view'

/** One of the two places where the stored workflow meets React Flow; the other is `from-flow.ts`. */

export interface FlowNodeData extends Record<string, unknown> {
  node: WorkflowNode
  ports: readonly DrawnPort[]
  problems: readonly Problem[]
  run: NodeRunView | undefined
}
export type FlowNode = Node<FlowNodeData, 'workflow'>

export interface FlowEdgeData extends Record<string, unknown> {
  state: EdgeRunState
  /** Its port is not on its node any more. */
  broken: boolean
  /** Port name when it is the error branch, which is drawn apart. */
  port: string
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
  const used = usedPortsByNode(definition)
  return readingOrder(definition).map((node) => {
    const ports = drawnPorts(node, used.get(node.id) ?? [])
    const problems = drawing.problems.get(node.id) ?? NO_PROBLEMS
    const run = drawing.nodeStates?.[node.id]
    const old = before.get(node.id)
    const data = sameData(old?.data, node, ports, problems, run)
    const isSelected = selected.has(node.id)
    if (old && old.data === data && (old.selected ?? false) === isSelected && samePlace(old, node)) return old
    const size = sizeOf(ports)
    return {
      id: node.id,
      type: 'workflow',
      position: node.position,
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
      ariaLabel: describe(node, problems, run),
      domAttributes: { 'aria-roledescription': 'step' },
    }
  })
}

function samePlace(flow: FlowNode, node: WorkflowNode): boolean {
  return flow.position.x === node.position.x && flow.position.y === node.position.y
}

function sameData(
  old: FlowNodeData | undefined,
  node: WorkflowNode,
  ports: readonly DrawnPort[],
  problems: readonly Problem[],
  run: NodeRunView | undefined,
): FlowNodeData {
  const same =
    old !== undefined &&
    old.node === node &&
    sameList(old.problems, problems, (a, b) => a.message === b.message && a.severity === b.severity) &&
    sameList(old.ports, ports, samePort) &&
    sameRun(old.run, run)
  return same ? old : { node, ports, problems, run }
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
    a.note === b.note
  )
}

/** What a screen reader says of a node. */
function describe(node: WorkflowNode, problems: readonly Problem[], run: NodeRunView | undefined): string {
  const errors = problems.filter((problem) => problem.severity === 'error').length
  const parts = [`${node.name}, ${node.type}`]
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
  return definition.edges.flatMap((edge): FlowEdge[] => {
    const source = byId.get(edge.source)
    if (source === undefined || !byId.has(edge.target)) return []
    const broken = source.data.ports.some((port) => port.name === edge.sourcePort && port.missing === true)
    const state = drawing.edgeStates?.[edge.id] ?? 'idle'
    const isSelected = selected.has(edge.id)
    const old = before.get(edge.id)
    if (
      old &&
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
        data: { state, broken, port: edge.sourcePort },
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
