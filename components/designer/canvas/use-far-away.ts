import { useStore } from 'reactflow'

/** Below this zoom text cannot be read, so it is not painted: panning over a thousand nodes stays smooth. */
const FAR_ZOOM = 0.38
/** A small graph is cheap to paint at any zoom, and its names are a help even when they are tiny. */
const MANY_NODES = 150
const TINY_ZOOM = 0.16

export function useFarAway(): boolean {
  return useStore((state) => state.transform[2] < (state.nodes.length > MANY_NODES ? FAR_ZOOM : TINY_ZOOM))
}
