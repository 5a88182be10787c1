'use client'

import { useMemo } from 'react'
import { type FinalConnectionState, useReactFlow } from 'reactflow'
import { useServices } from '../designer-context'
import { connect, connectionRefusal } from '../document/connect'
import { type Point, remove } from '../document/edit'
import { frameAt } from '../document/geometry'
import { nestingOf } from '../document/nesting'
import { placeStep, type StepPlace, spotAfterPort } from '../document/place'
import type { FlowEdge, FlowNode } from '../to-flow'
import type { CanvasEditing } from './canvas-context'

interface ScreenPoint {
  clientX: number
  clientY: number
}

export interface CanvasEdits {
  editing: CanvasEditing
  /** Opens the picker where a connection was let go over the empty canvas. */
  pickForDroppedConnection(event: MouseEvent | TouchEvent, connection: FinalConnectionState): void
  /** Says in one line why two steps were not connected. */
  explainRefusal(connection: FinalConnectionState): void
  pickAt(point: ScreenPoint): void
  /** A step type was dropped: onto an edge it goes in between. */
  dropStep(type: string, point: ScreenPoint): void
  add(place: StepPlace, type: string): void
  /** A point of the screen on the canvas. */
  pointOf(point: ScreenPoint): Point
}

/** What people do on the canvas with the pointer, as changes of the document. */
export function useCanvasEdits(): CanvasEdits {
  const { store, ui, actions } = useServices()
  const flow = useReactFlow<FlowNode, FlowEdge>()
  return useMemo(() => {
    const toDocument = ({ clientX, clientY }: ScreenPoint) =>
      flow.screenToFlowPosition({ x: clientX, y: clientY }, { snapToGrid: false })
    const pick = (place: StepPlace, { clientX, clientY }: ScreenPoint) =>
      ui.getState().set({ picker: { place, clientX, clientY } })
    const add = (place: StepPlace, type: string) => {
      const placed = placeStep(store.getState().definition, place, type)
      if (placed === undefined) return
      const selection = { nodes: [placed.nodeId], edges: [] }
      store.getState().commit({ label: 'Add step', definition: placed.definition, selection })
      ui.getState().set({ inspector: true, tab: 'step' })
      actions.canvas.reveal(placed.nodeId)
    }
    /** The frame beside a step whose body a connection was dropped on: it is what was meant. */
    const frameBeside = (nodeId: string, at: Point) => {
      const { definition } = store.getState()
      const { parentOf, around } = nestingOf(definition)
      const inner = frameAt(definition, at)
      if (inner === undefined) return undefined
      const own = [nodeId, ...around(nodeId)]
      return [...around(inner), inner].find((id) => !own.includes(id) && parentOf.get(id) === parentOf.get(nodeId))
    }
    return {
      add,
      pointOf: toDocument,
      editing: {
        deleteEdge: (edgeId) => {
          const { definition, commit } = store.getState()
          commit({ label: 'Delete connection', definition: remove(definition, { nodes: [], edges: [edgeId] }) })
        },
        insertOnEdge: (edgeId, at) => pick({ kind: 'edge', edgeId }, at),
        addAfterPort: (nodeId, port, at) => {
          const place = spotAfterPort(store.getState().definition, nodeId, port)
          pick({ kind: 'after', nodeId, port, at: place }, at)
        },
        addInside: (containerId, at) => pick({ kind: 'inside', containerId }, at),
      },
      pickAt: (point) => pick({ kind: 'free', at: toDocument(point) }, point),
      pickForDroppedConnection: (event, { fromNode, fromHandle }) => {
        if (fromNode === null || fromHandle === null) return
        const point = 'changedTouches' in event ? event.changedTouches[0] : event
        if (point === undefined) return
        const { x, y } = toDocument(point)
        const frame = frameBeside(fromNode.id, { x, y })
        if (frame !== undefined && fromHandle.type === 'source') {
          const { definition, commit } = store.getState()
          const wish = { source: fromNode.id, sourcePort: fromHandle.id ?? 'out', target: frame }
          const refusal = connectionRefusal(definition, wish)
          if (refusal !== undefined) return actions.notify(refusal, 'error')
          return commit({ label: 'Connect', definition: connect(definition, wish) })
        }
        const at = { x, y: y - 32 }
        if (fromHandle.type === 'source') {
          pick({ kind: 'after', nodeId: fromNode.id, port: fromHandle.id ?? 'out', at }, point)
        } else pick({ kind: 'before', nodeId: fromNode.id, at }, point)
      },
      explainRefusal: ({ fromNode, fromHandle, toNode, toHandle }) => {
        if (!fromNode || !fromHandle || !toNode || !toHandle) return
        if (fromHandle.type === toHandle.type) {
          const kind = fromHandle.type === 'source' ? 'ports: drag from a port to an input' : 'inputs: drag from a port'
          return actions.notify(`These are both ${kind}.`, 'error')
        }
        const [source, target] = fromHandle.type === 'source' ? [fromNode, toNode] : [toNode, fromNode]
        const sourcePort = (fromHandle.type === 'source' ? fromHandle.id : toHandle.id) ?? 'out'
        const wish = { source: source.id, target: target.id, sourcePort }
        const refusal = connectionRefusal(store.getState().definition, wish)
        if (refusal !== undefined) actions.notify(refusal, 'error')
      },
      dropStep: (type, point) => {
        const edgeId = edgeAt(point)
        add(edgeId === undefined ? { kind: 'free', at: toDocument(point) } : { kind: 'edge', edgeId }, type)
      },
    }
  }, [store, ui, actions, flow])
}

function edgeAt({ clientX, clientY }: ScreenPoint): string | undefined {
  for (const element of document.elementsFromPoint(clientX, clientY)) {
    const edge = element.closest<SVGElement>('.react-flow__edge')
    if (edge?.dataset.id !== undefined) return edge.dataset.id
  }
  return undefined
}
