'use client'

import { useSyncExternalStore } from 'react'

const TICK_MS = 1_000
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let nowMs = Date.now()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    nowMs = Date.now()
    for (const each of listeners) each()
  }, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) {
      clearInterval(timer)
      timer = undefined
    }
  }
}

/**
 * The clock of the page, rounded down to `stepMs`: one timer for all, and a component draws again only when its step passes.
 * Without `stepMs` it stands still and costs nothing.
 */
export function useNow(stepMs?: number): number {
  const read = () => (stepMs === undefined ? 0 : Math.floor(nowMs / stepMs) * stepMs)
  const rounded = useSyncExternalStore(stepMs === undefined ? noSubscription : subscribe, read, read)
  return stepMs === undefined ? Date.now() : rounded
}

const noSubscription = () => () => {}
