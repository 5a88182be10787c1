'use client'

import { createContext, useContext, useEffect } from 'react'

export const FoldSidebarContext = createContext<(folded: boolean) => void>(() => {})

/** Below this width a page that draws needs the room more than the navigation does. */
const ROOMY_PX = 1_536

/** Folds the sidebar while the calling page is open in a window without room for both; the person can open it again. */
export function useFoldedSidebar(): void {
  const fold = useContext(FoldSidebarContext)
  useEffect(() => {
    if (window.innerWidth >= ROOMY_PX) return
    fold(true)
    return () => fold(false)
  }, [fold])
}
