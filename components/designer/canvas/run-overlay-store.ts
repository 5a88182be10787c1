import { create } from 'zustand'
import type { EdgeRunState, NodeRunView } from '../run-view'

export interface RunOverlay {
  runId: string
  nodeStates: Readonly<Record<string, NodeRunView>>
  edgeStates: Readonly<Record<string, EdgeRunState>>
}

/** The live states of the run that was started from this designer; null when none is shown. */
export const overlayStore = create<{ overlay: RunOverlay | null }>(() => ({ overlay: null }))

export function useOverlay(): RunOverlay | null {
  return overlayStore((state) => state.overlay)
}
