import { useStore } from 'reactflow'

/** Below this zoom text cannot be read, so it is not painted: panning over a thousand nodes stays smooth. */
const FAR_ZOOM = 0.38

export function useFarAway(): boolean {
  return useStore((state) => state.transform[2] < FAR_ZOOM)
}
