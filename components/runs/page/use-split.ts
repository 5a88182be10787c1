'use client'

import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useState } from 'react'

const LEAST = 20
const MOST = 80
const STEP = 4

/** A divider between two stacked panes: how much the lower one takes, in percent. Dragged, or moved with the arrow keys; kept in this browser. */
export function useSplit(
  name: string,
  label: string,
  initialPercent: number,
  container: RefObject<HTMLElement | null>,
) {
  const key = `countersign.split.${name}`
  const [percent, setPercent] = useState(initialPercent)

  useEffect(() => {
    const kept = Number(readKept(key))
    if (kept >= LEAST && kept <= MOST) setPercent(kept)
  }, [key])

  function set(next: number) {
    const bounded = Math.round(Math.min(MOST, Math.max(LEAST, next)))
    setPercent(bounded)
    try {
      localStorage.setItem(key, String(bounded))
    } catch {
      // Storage is blocked: the choice holds as long as the page.
    }
  }

  const separator = {
    role: 'separator' as const,
    tabIndex: 0,
    'aria-label': label,
    'aria-orientation': 'horizontal' as const,
    'aria-valuenow': percent,
    'aria-valuemin': LEAST,
    'aria-valuemax': MOST,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
      event.preventDefault()
      set(percent + (event.key === 'ArrowUp' ? STEP : -STEP))
    },
    onPointerDown: (event: PointerEvent) => {
      event.preventDefault()
      event.currentTarget.setPointerCapture(event.pointerId)
    },
    onPointerMove: (event: PointerEvent) => {
      if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
      const box = container.current?.getBoundingClientRect()
      if (box && box.height > 0) set(((box.bottom - event.clientY) / box.height) * 100)
    },
  }
  return { percent, separator }
}

function readKept(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
