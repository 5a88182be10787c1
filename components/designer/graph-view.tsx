'use client'

import { useEffect, useMemo, useRef } from 'react'
import {
  Background,
  BackgroundVariant,
  Controls,
  type EdgeTypes,
  type FitViewOptions,
  MiniMap,
  type NodeTypes,
  type OnMove,
  ReactFlow,
  ReactFlowProvider,
  useNodesInitialized,
  useReactFlow,
} from 'reactflow'
import 'reactflow/dist/style.css'
import './designer.css'
import type { WorkflowDefinition } from '@/lib/workflow/document'
import { FlowEdge } from './canvas/flow-edge'
import { FrameCard } from './canvas/frame-card'
import { NodeCard } from './canvas/node-card'
import { useFarAway } from './canvas/use-far-away'
import { useSmoothMoves } from './canvas/use-smooth-moves'
import type { EdgeRunState, NodeRunView } from './run-view'
import { type FlowEdge as FlowEdgeType, type FlowNode, problemsByNode, toFlowEdges, toFlowNodes } from './to-flow'

/** Kept outside of components: React Flow draws everything anew when these objects change. */
export const flowNodeTypes: NodeTypes = { workflow: NodeCard, frame: FrameCard }
export const flowEdgeTypes: EdgeTypes = { workflow: FlowEdge }
export const FIT: FitViewOptions = { padding: 0.18, maxZoom: 1, minZoom: 0.1 }
/** From here on the names of nodes can be read. */
const LEGIBLE_ZOOM = 0.6
export const MIN_ZOOM = 0.05
export const MAX_ZOOM = 2
export const VIRTUAL_FROM_NODES = 150

export interface GraphViewProps {
  definition: WorkflowDefinition
  /** By node id. Absent: the plain graph. See {@link NodeRunView}. */
  nodeStates?: Readonly<Record<string, NodeRunView>>
  /** By edge id. See {@link EdgeRunState}. */
  edgeStates?: Readonly<Record<string, EdgeRunState>>
  selectedNodeId?: string | null
  /** A node was chosen by click, Enter or Space; null: the empty canvas was clicked. */
  onNodeClick?: (nodeId: string | null) => void
  /** Brings this node into view when it changes, e.g. from an event log. */
  focusNodeId?: string | null
  /** Where the eye should be, e.g. the node at work. When the whole graph is too small to read, the view stays with it until the reader moves the canvas. */
  followNodeId?: string | null
  /** Default: shown from 12 nodes on. */
  minimap?: boolean
  className?: string
}

const NO_PROBLEMS = problemsByNode([])
const NO_SELECTION: readonly string[] = []

/**
 * A workflow that can be looked at but not changed: the graph of a run with live states, or of an old version.
 * Fills its parent, which needs a height.
 *
 * `<GraphView definition={definition} nodeStates={states} edgeStates={edges} selectedNodeId={id} onNodeClick={select} />`
 */
export function GraphView(props: GraphViewProps) {
  return (
    <ReactFlowProvider>
      <Graph {...props} />
    </ReactFlowProvider>
  )
}

function Graph(props: GraphViewProps) {
  const { definition, nodeStates, edgeStates, selectedNodeId, onNodeClick, focusNodeId, minimap, className } = props
  const onMoveStart = useFollow(props.followNodeId)
  const flow = useReactFlow()
  const far = useFarAway()
  const element = useRef<HTMLDivElement>(null)
  const moves = useSmoothMoves(element)
  const previous = useRef<{ nodes: FlowNode[]; edges: FlowEdgeType[] }>({ nodes: [], edges: [] })
  const { nodes, edges } = useMemo(() => {
    const selection = { nodes: selectedNodeId ? [selectedNodeId] : NO_SELECTION, edges: NO_SELECTION }
    const drawing = { selection, problems: NO_PROBLEMS, nodeStates, edgeStates }
    const drawnNodes = toFlowNodes(definition, drawing, previous.current.nodes)
    const drawnEdges = toFlowEdges(definition, drawing, drawnNodes, previous.current.edges)
    previous.current = { nodes: drawnNodes, edges: drawnEdges }
    return previous.current
  }, [definition, nodeStates, edgeStates, selectedNodeId])

  useEffect(() => {
    if (focusNodeId) void flow.fitView({ nodes: [{ id: focusNodeId }], maxZoom: 1, duration: 180 })
  }, [flow, focusNodeId])

  return (
    <ReactFlow<FlowNode, FlowEdgeType>
      ref={element}
      {...moves}
      className={className}
      data-far={far}
      data-frozen
      nodes={nodes}
      edges={edges}
      nodeTypes={flowNodeTypes}
      edgeTypes={flowEdgeTypes}
      fitView
      fitViewOptions={FIT}
      minZoom={MIN_ZOOM}
      maxZoom={MAX_ZOOM}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      nodesFocusable={onNodeClick !== undefined}
      elementsSelectable={false}
      deleteKeyCode={null}
      panOnScroll
      onlyRenderVisibleElements={definition.nodes.length > VIRTUAL_FROM_NODES}
      onNodeClick={(_, node) => onNodeClick?.(node.id)}
      onPaneClick={() => onNodeClick?.(null)}
      onMoveStart={onMoveStart}
      onKeyDown={(event) => {
        const id = (event.target as HTMLElement).closest<HTMLElement>('.react-flow__node')?.dataset.id
        if (id !== undefined && (event.key === 'Enter' || event.key === ' ')) {
          event.preventDefault()
          onNodeClick?.(id)
        }
      }}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1.4} />
      <Controls showInteractive={false} position="bottom-left" fitViewOptions={FIT} />
      {(minimap ?? definition.nodes.length >= 12) ? <GraphMiniMap /> : null}
    </ReactFlow>
  )
}

/** Keeps a node in view at a zoom that can be read, while the whole graph cannot be and the reader has not taken over. */
function useFollow(nodeId: string | null | undefined): OnMove {
  const flow = useReactFlow()
  const ready = useNodesInitialized()
  const follows = useRef<boolean | undefined>(undefined)
  useEffect(() => {
    if (!ready || !nodeId || follows.current === false) return
    let stale = false
    const look = async () => {
      if (follows.current === undefined) {
        // Once: the first view is the whole graph, and it is legible or not.
        await flow.fitView(FIT)
        follows.current ??= flow.getZoom() < LEGIBLE_ZOOM
      }
      if (stale || !follows.current) return
      await flow.fitView({ nodes: [{ id: nodeId }], minZoom: LEGIBLE_ZOOM, maxZoom: LEGIBLE_ZOOM, duration: 180 })
    }
    void look()
    return () => {
      stale = true
    }
  }, [flow, ready, nodeId])
  return (event) => {
    if (event !== null) follows.current = false
  }
}

/** The map of the whole graph in the corner; nodes in the colour of their state, or of their category. */
export function GraphMiniMap() {
  return (
    <MiniMap<FlowNode>
      position="bottom-right"
      pannable
      zoomable
      ariaLabel="Map of the workflow"
      nodeClassName={(node) =>
        `ds-mini ${node.type === 'frame' ? 'ds-mini-frame' : ''} ${node.data.run ? `ds-mini-${node.data.run.status}` : ''}`
      }
      nodeBorderRadius={10}
    />
  )
}
