'use client'

import { useEffect } from 'react'

/** Something that can be done on the page that is open; offered in the command palette while it is. */
export interface PageCommand {
  id: string
  label: string
  /** How it is pressed without the palette, e.g. `['Shift', 'L']`. */
  keys?: readonly string[]
  run: () => void
}

let readCommands: () => readonly PageCommand[] = () => []

/** Offers commands while the calling component is on the screen. `read` is asked when the palette opens. */
export function usePageCommands(read: () => readonly PageCommand[]): void {
  useEffect(() => {
    readCommands = read
    return () => {
      if (readCommands === read) readCommands = () => []
    }
  }, [read])
}

export function pageCommands(): readonly PageCommand[] {
  return readCommands()
}
