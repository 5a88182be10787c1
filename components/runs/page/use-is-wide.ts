'use client'

import { useSyncExternalStore } from 'react'

/** Same as Tailwind's `lg`. */
const WIDE = '(min-width: 64rem)'

function subscribe(listener: () => void): () => void {
  const query = matchMedia(WIDE)
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** Whether graph, log and panel stand side by side. A canvas without a size cannot be drawn, so hiding it is not enough. */
export function useIsWide(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => matchMedia(WIDE).matches,
    () => true,
  )
}
