'use client'

import { useEffect, useRef, useState } from 'react'
import type { RunsFrame } from '@/lib/live/frames'
import type { Connection } from './follow-stream'
import { subscribeToRuns } from './runs-feed'

/**
 * Follows every run of the team. `onChange` gets the frames of the last moment together (`null`: frames may have been missed,
 * read everything again), at most once per `everyMs`, so a burst of runs does not become a burst of requests.
 */
export function useRunsStream(onChange: (frames: readonly RunsFrame[] | null) => void, everyMs = 400): Connection {
  const [connection, setConnection] = useState<Connection>({ state: 'connecting' })
  const latest = useRef(onChange)
  useEffect(() => {
    latest.current = onChange
  })

  useEffect(() => {
    let frames: RunsFrame[] | null = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const later = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        const collected = frames
        frames = []
        latest.current(collected)
      }, everyMs)
    }
    const unsubscribe = subscribeToRuns({
      onFrame: (frame) => {
        frames?.push(frame)
        later()
      },
      onResync: () => {
        frames = null
        later()
      },
      onConnection: setConnection,
    })
    return () => {
      clearTimeout(timer)
      unsubscribe()
    }
  }, [everyMs])

  return connection
}
