import { type MouseEvent, useCallback, useMemo, useRef, useState } from 'react'
import { useStoreApi } from 'reactflow'
import type { WorkflowDefinition } from '@/lib/workflow/document'
import { cutNotice } from '../actions/container-actions'
import { useServices } from '../designer-context'
import { dropInto, dropTarget } from '../document/containers'
import { framesWithin } from '../document/geometry'
import { nestingOf } from '../document/nesting'
import { placesOf } from '../from-flow'
import type { FlowEdge, FlowNode } from '../to-flow'
import type { CanvasEdits } from './use-canvas-edits'

type DragPoint = MouseEvent | globalThis.MouseEvent | TouchEvent

/** The container that a step would enter, and the one it would leave, if it were let go now. */
export interface FrameDrop {
  into?: string
  from?: string
}

/** Dragging steps about, into containers and out of them; the document gets it as one change when the drag ends. */
export function useFrameDrag(edits: CanvasEdits, onEnd: () => void) {
  const { store, actions } = useServices()
  const [drop, setDrop] = useState<FrameDrop | null>(null)
  /** Shows where it would go; null: nowhere else than where it is. */
  const showDrop = useCallback((next: FrameDrop | null) => {
    setDrop((old) => (old?.into === next?.into && old?.from === next?.from ? old : next))
  }, [])
  const onDrag = useCallback(
    (event: DragPoint, node: FlowNode, dragged: readonly FlowNode[]) => {
      const { definition } = store.getState()
      const into = dropTarget(definition, placesOf(definition, dragged), node.id, edits.pointOf(pointOf(event)))
      const from = nestingOf(definition).parentOf.get(node.id)
      showDrop(into === from ? null : { into, from })
    },
    [store, edits, showDrop],
  )
  const onDragStop = useCallback(
    (event: DragPoint, node: FlowNode, dragged: readonly FlowNode[]) => {
      onEnd()
      setDrop(null)
      const { definition, commit } = store.getState()
      const places = placesOf(definition, dragged)
      const into = dropTarget(definition, places, node.id, edits.pointOf(pointOf(event)))
      const result = dropInto(definition, places, into)
      const label = result.moved.length === 0 ? 'Move' : moveLabel(definition, into)
      commit({ label, definition: result.definition })
      if (result.cut > 0) actions.notify(cutNotice(result.cut))
    },
    [store, actions, edits, onEnd],
  )
  return { drop, showDrop, onDrag, onDragStop }
}

/** A frame lets a drawn selection begin inside of it; it is chosen itself only when the selection goes all around it. */
export function useBandOverFrames() {
  const { store } = useServices()
  const flow = useStoreApi<FlowNode, FlowEdge>()
  const band = useRef<{ x: number; y: number; width: number; height: number } | null>(null)
  return useMemo(
    () => ({
      onPointerMove: () => {
        const { userSelectionRect: rect, userSelectionActive, transform } = flow.getState()
        if (rect === null || !userSelectionActive) return
        const [left, top, zoom] = transform
        const place = { x: (rect.x - left) / zoom, y: (rect.y - top) / zoom }
        band.current = { ...place, width: rect.width / zoom, height: rect.height / zoom }
      },
      onEnd: () => {
        if (band.current === null) return
        const { definition, selection, select } = store.getState()
        const frames = framesWithin(definition, band.current)
        band.current = null
        if (frames.length > 0) select({ ...selection, nodes: [...new Set([...selection.nodes, ...frames])] })
      },
    }),
    [store, flow],
  )
}

function pointOf(event: DragPoint): { clientX: number; clientY: number } {
  return 'changedTouches' in event ? (event.changedTouches[0] ?? { clientX: 0, clientY: 0 }) : event
}

function moveLabel(definition: WorkflowDefinition, containerId: string | undefined): string {
  const name = nestingOf(definition).byId.get(containerId ?? '')?.name
  return name === undefined ? 'Take out of container' : `Move into ${name}`
}
