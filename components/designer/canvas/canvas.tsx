'use client'

import { type DragEvent, type MouseEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import {
  Background,
  BackgroundVariant,
  type Connection,
  ConnectionLineType,
  type EdgeChange,
  type FinalConnectionState,
  type NodeChange,
  ReactFlow,
  type ReactFlowInstance,
  SelectionMode,
  useStoreApi,
} from 'reactflow'
import 'reactflow/dist/style.css'
import '../designer.css'
import { GRID_PX } from '../actions/arrange-actions'
import { focusStep } from '../actions/step-actions'
import { useDesigner, useProblems, useServices, useUi } from '../designer-context'
import { connect, connectionRefusal, reconnect } from '../document/connect'
import type { Point } from '../document/edit'
import { frameAt } from '../document/geometry'
import { NOTHING } from '../document/history'
import { selectionAfter, wishOf } from '../from-flow'
import { FIT, flowEdgeTypes, flowNodeTypes, GraphMiniMap, MAX_ZOOM, MIN_ZOOM, VIRTUAL_FROM_NODES } from '../graph-view'
import { type FlowEdge, type FlowNode, toFlowEdges, toFlowNodes } from '../to-flow'
import { CanvasEditingContext } from './canvas-context'
import { CanvasMenu, type MenuPlace } from './canvas-menu'
import { useOverlay } from './run-overlay-store'
import { useCanvasEdits } from './use-canvas-edits'
import { useFarAway } from './use-far-away'
import { useBandOverFrames, useFrameDrag } from './use-frame-drag'
import { useSmoothMoves } from './use-smooth-moves'

/** The drag data of a step type that comes from the palette. */
export const STEP_MIME = 'application/x-countersign-step'

/** The editable drawing of the document. It holds nothing of its own but a drag that is not finished yet. */
export function Canvas({ readOnly, touch }: { readOnly: boolean; touch: boolean }) {
  const { store, ui, actions, pointer, canvasElement } = useServices()
  const definition = useDesigner((state) => state.definition)
  const selection = useDesigner((state) => state.selection)
  const problems = useProblems((state) => state.byNode)
  const snap = useUi((state) => state.snap)
  const minimap = useUi((state) => state.minimap)
  const overlay = useOverlay()
  const flow = useStoreApi<FlowNode, FlowEdge>()
  const far = useFarAway()
  const edits = useCanvasEdits()
  const moves = useSmoothMoves(canvasElement)
  const [menu, setMenu] = useState<MenuPlace | null>(null)

  // A drag in progress lies over the document; the document gets it as one change when it ends.
  const [drag, setDrag] = useState<ReadonlyMap<string, Point> | null>(null)
  const endDrag = useCallback(() => setDrag(null), [])
  const { drop, showDrop, onDrag, onDragStop } = useFrameDrag(edits, endDrag)
  const previous = useRef<{ nodes: FlowNode[]; edges: FlowEdge[] }>({ nodes: [], edges: [] })
  const drawn = useMemo(() => {
    const drawing = { selection, problems, nodeStates: overlay?.nodeStates, edgeStates: overlay?.edgeStates }
    const nodes = toFlowNodes(definition, drawing, previous.current.nodes)
    previous.current = { nodes, edges: toFlowEdges(definition, drawing, nodes, previous.current.edges) }
    return previous.current
  }, [definition, selection, problems, overlay])
  const nodes = useMemo(() => {
    if (drag === null && drop === null) return drawn.nodes
    return drawn.nodes.map((node) => {
      const position = drag?.get(node.id)
      if (position !== undefined) return { ...node, position, dragging: true }
      if (drop === null || node.type !== 'frame' || (node.id !== drop.into && node.id !== drop.from)) return node
      return { ...node, className: node.id === drop.into ? 'ds-drop-into' : 'ds-drop-from' }
    })
  }, [drawn, drag, drop])

  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      const state = store.getState()
      const selected = selectionAfter(state.selection, changes, [])
      if (selected !== state.selection) state.select(selected)
      const moved = changes.flatMap((change) =>
        change.type === 'position' && change.dragging && change.position ? [[change.id, change.position] as const] : [],
      )
      if (moved.length > 0) setDrag((current) => new Map([...(current ?? []), ...moved]))
    },
    [store],
  )
  const onEdgesChange = useCallback(
    (changes: EdgeChange<FlowEdge>[]) => {
      // A frame selects steps; the ways between them belong to them anyway.
      if (flow.getState().userSelectionActive) return
      const state = store.getState()
      const selected = selectionAfter(state.selection, [], changes)
      if (selected !== state.selection) state.select(selected)
    },
    [store, flow],
  )
  const band = useBandOverFrames()

  const moving = useRef<string | undefined>(undefined)
  const isValid = useCallback(
    (connection: Connection | FlowEdge) => {
      const wish = wishOf(connection)
      return wish !== undefined && connectionRefusal(store.getState().definition, wish, moving.current) === undefined
    },
    [store],
  )
  const onConnect = useCallback(
    (connection: Connection) => {
      const wish = wishOf(connection)
      const { definition: now, commit } = store.getState()
      if (wish !== undefined) commit({ label: 'Connect', definition: connect(now, wish) })
    },
    [store],
  )
  const onConnectEnd = useCallback(
    (event: globalThis.MouseEvent | TouchEvent, connection: FinalConnectionState) => {
      if (connection.isValid || connection.fromNode === null || connection.fromHandle === null) return
      if (connection.toNode !== null && connection.toHandle !== null) return edits.explainRefusal(connection)
      if (moving.current === undefined) edits.pickForDroppedConnection(event, connection)
    },
    [edits],
  )

  const openMenu = useCallback(
    (event: MouseEvent | globalThis.MouseEvent, target?: { nodeId?: string; edgeId?: string }) => {
      event.preventDefault()
      const { selection: chosen, select } = store.getState()
      if (target?.nodeId !== undefined && !chosen.nodes.includes(target.nodeId)) {
        select({ nodes: [target.nodeId], edges: [] })
      }
      if (target?.edgeId !== undefined) select({ nodes: [], edges: [target.edgeId] })
      setMenu({ clientX: event.clientX, clientY: event.clientY, on: target === undefined ? 'canvas' : 'selection' })
    },
    [store],
  )

  useEffect(() => {
    const blur = () => {
      pointer.current = null
    }
    window.addEventListener('blur', blur)
    return () => window.removeEventListener('blur', blur)
  }, [pointer])

  return (
    <CanvasEditingContext value={readOnly ? null : edits.editing}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: pointer tracking and drop target; all of it is on the keyboard too */}
      <div
        ref={canvasElement}
        className="absolute inset-0"
        onPointerMove={(event) => {
          pointer.current = { clientX: event.clientX, clientY: event.clientY }
          band.onPointerMove()
        }}
        onPointerDownCapture={(event) => {
          // A frame is chosen as soon as its head is pressed, or a drag of it would take the chosen steps along.
          if (event.shiftKey || event.metaKey || event.ctrlKey || event.button !== 0) return
          const head = (event.target as HTMLElement).closest<HTMLElement>('.ds-frame-head')
          const id = head?.closest<HTMLElement>('.react-flow__node')?.dataset.id
          const { selection: chosen, select } = store.getState()
          if (id !== undefined && !chosen.nodes.includes(id)) select({ nodes: [id], edges: [] })
        }}
        onPointerLeave={() => {
          pointer.current = null
        }}
        onDragOver={(event: DragEvent) => {
          if (readOnly || !event.dataTransfer.types.includes(STEP_MIME)) return
          event.preventDefault()
          event.dataTransfer.dropEffect = 'copy'
          const into = frameAt(store.getState().definition, edits.pointOf(event))
          showDrop(into === undefined ? null : { into })
        }}
        onDragLeave={() => showDrop(null)}
        onDrop={(event) => {
          const type = event.dataTransfer.getData(STEP_MIME)
          showDrop(null)
          if (readOnly || type === '') return
          event.preventDefault()
          edits.dropStep(type, event)
        }}
        onKeyDown={(event) => {
          const element = (event.target as HTMLElement).closest<HTMLElement>('.react-flow__node, .react-flow__edge')
          const id = element?.dataset.id
          if (id === undefined || element !== event.target || (event.key !== 'Enter' && event.key !== ' ')) return
          event.preventDefault()
          event.stopPropagation()
          const isNode = element.classList.contains('react-flow__node')
          const { selection: chosen, select } = store.getState()
          if (!isNode) return select({ nodes: [], edges: [id] })
          if (event.key === ' ')
            return select({ nodes: [...chosen.nodes.filter((other) => other !== id), id], edges: [] })
          select({ nodes: [id], edges: [] })
          focusStep(actions, id, '')
        }}
        onFocus={(event) => {
          // Only the keyboard moves the canvas along; a click is where the person looks already.
          const id = event.target.matches('.react-flow__node:focus-visible') ? event.target.dataset.id : undefined
          if (id !== undefined) actions.canvas.reveal(id)
        }}
        onDoubleClick={(event) => {
          const target = event.target as HTMLElement
          if (!readOnly && target.classList.contains('react-flow__pane')) edits.pickAt(event)
        }}
      >
        <ReactFlow<FlowNode, FlowEdge>
          data-far={far}
          data-frozen={readOnly || undefined}
          nodes={nodes}
          edges={drawn.edges}
          nodeTypes={flowNodeTypes}
          edgeTypes={flowEdgeTypes}
          onNodesChange={onNodesChange}
          onEdgesChange={onEdgesChange}
          onNodeDrag={onDrag}
          onNodeDragStop={onDragStop}
          onSelectionEnd={band.onEnd}
          onNodeClick={(event, node) => {
            const { selection: chosen, select } = store.getState()
            // A press on one of several keeps them all, for a drag; a click means this one.
            if (event.shiftKey || event.metaKey || event.ctrlKey) {
              if (node.type !== 'frame') return
              const others = chosen.nodes.filter((id) => id !== node.id)
              return select({ ...chosen, nodes: others.length < chosen.nodes.length ? others : [...others, node.id] })
            }
            store.getState().select({ nodes: [node.id], edges: [] })
          }}
          onNodeDoubleClick={(_, node) => focusStep(actions, node.id, '')}
          isValidConnection={isValid}
          onConnect={onConnect}
          onConnectEnd={onConnectEnd}
          onReconnectStart={(_, edge) => {
            moving.current = edge.id
          }}
          onReconnect={(edge, connection) => {
            const wish = wishOf(connection)
            const { definition: now, commit } = store.getState()
            if (wish !== undefined) commit({ label: 'Move connection', definition: reconnect(now, edge.id, wish) })
          }}
          onReconnectEnd={() => {
            moving.current = undefined
          }}
          onPaneClick={() => {
            store.getState().select(NOTHING)
            ui.getState().set({ picker: null })
          }}
          onNodeContextMenu={(event, node) => openMenu(event, { nodeId: node.id })}
          onEdgeContextMenu={(event, edge) => openMenu(event, { edgeId: edge.id })}
          onPaneContextMenu={(event) => openMenu(event)}
          nodesDraggable={!readOnly}
          nodesConnectable={!readOnly}
          edgesReconnectable={!readOnly}
          elevateEdgesOnSelect
          selectNodesOnDrag
          selectionMode={SelectionMode.Partial}
          selectionOnDrag={!touch}
          panOnDrag={touch ? true : [1]}
          panOnScroll
          zoomOnDoubleClick={false}
          multiSelectionKeyCode={['Meta', 'Control', 'Shift']}
          deleteKeyCode={null}
          disableKeyboardA11y
          snapToGrid={snap}
          snapGrid={[GRID_PX, GRID_PX]}
          connectionRadius={28}
          connectionLineType={ConnectionLineType.Bezier}
          connectOnClick
          minZoom={MIN_ZOOM}
          maxZoom={MAX_ZOOM}
          {...moves}
          onInit={(flow) => openAt(flow, canvasElement.current)}
          onlyRenderVisibleElements={definition.nodes.length > VIRTUAL_FROM_NODES}
        >
          <Background variant={BackgroundVariant.Dots} gap={GRID_PX} size={1.5} />
          {minimap ? <GraphMiniMap /> : null}
        </ReactFlow>
        <CanvasMenu place={menu} onClose={() => setMenu(null)} />
      </div>
    </CanvasEditingContext>
  )
}

const READABLE_ZOOM = 0.6
const OPENING_ZOOM = 0.8
const MARGIN_PX = 72

/** The first view: all of it when it can be read that way, else the step that a link names, else its beginning. */
function openAt(flow: ReactFlowInstance<FlowNode, FlowEdge>, canvas: HTMLElement | null): void {
  const nodes = flow.getNodes()
  const [first] = nodes
  if (first === undefined || canvas === null) return
  const bounds = flow.getNodesBounds(nodes)
  const { clientWidth, clientHeight } = canvas
  const whole = Math.min((clientWidth - MARGIN_PX * 2) / bounds.width, (clientHeight - MARGIN_PX * 3) / bounds.height)
  if (whole >= READABLE_ZOOM) {
    void flow.fitView(FIT)
    return
  }
  const named = nodes.find((node) => node.selected)
  if (named !== undefined) {
    const { x, y } = flow.getInternalNode(named.id)?.internals.positionAbsolute ?? named.position
    void flow.setCenter(x + (named.width ?? 0) / 2, y + (named.height ?? 0) / 2, { zoom: OPENING_ZOOM })
    return
  }
  const y = clientHeight / 2 - (first.position.y + (first.height ?? 0) / 2) * OPENING_ZOOM
  void flow.setViewport({ x: MARGIN_PX - first.position.x * OPENING_ZOOM, y, zoom: OPENING_ZOOM })
}
