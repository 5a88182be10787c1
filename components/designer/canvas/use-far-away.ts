import { useStore } from 'reactflow'

/** How little of a card can be seen: `far` shows names, `tiny` shows where cards are and of what kind. */
export type Distance = 'far' | 'tiny' | undefined

/** Below these zooms text cannot be read, so it is not painted: panning over a thousand nodes stays smooth. */
const FAR_ZOOM = 0.38
const TINY_ZOOM = 0.18
/** A small graph is cheap to paint at any zoom, and its names are a help even when they are tiny. */
const MANY_NODES = 150

export function useFarAway(): Distance {
  return useStore(({ transform: [, , zoom], nodes }) => {
    if (zoom < TINY_ZOOM) return 'tiny'
    return zoom < FAR_ZOOM && nodes.length > MANY_NODES ? 'far' : undefined
  })
}
