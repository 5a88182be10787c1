import { createContext, useContext } from 'react'

/** What nodes and edges on an editable canvas can ask for. Absent on a read-only one (runs, versions). */
export interface CanvasEditing {
  deleteEdge(edgeId: string): void
  /** Opens the picker to put a node into the middle of an edge. */
  insertOnEdge(edgeId: string, at: { clientX: number; clientY: number }): void
  /** Opens the picker to add a node after a port. */
  addAfterPort(nodeId: string, port: string, at: { clientX: number; clientY: number }): void
  /** Opens the picker to add a node inside a container. */
  addInside(containerId: string, at: { clientX: number; clientY: number }): void
}

export const CanvasEditingContext = createContext<CanvasEditing | null>(null)

export function useCanvasEditing(): CanvasEditing | null {
  return useContext(CanvasEditingContext)
}
