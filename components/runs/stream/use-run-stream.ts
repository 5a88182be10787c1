'use client'

import { useEffect, useState } from 'react'
import { urlOf } from '@/lib/api/client/call'
import { contracts } from '@/lib/api/contracts/routes'
import type { RunEvent } from '@/lib/engine/events'
import type { Plan } from '@/lib/engine/graph'
import type { RunState } from '@/lib/engine/state'
import { type Connection, followStream } from './follow-stream'
import { RunFold } from './run-fold'
import { whileVisible } from './while-visible'

/** What a page knows of a run, as of one moment: another object at every paint. `state` is the fold itself, changed in place. */
export interface RunStream {
  version: number
  /** Undefined until the definition is there to fold with. */
  state: RunState | undefined
  events: readonly RunEvent[]
  deltas: ReadonlyMap<string, string>
  connection: Connection
}

const NOTHING: RunStream = {
  version: 0,
  state: undefined,
  events: [],
  deltas: new Map(),
  connection: { state: 'connecting' },
}

/** A replay of thousands of events paints a few times a second instead of thousands of times. */
const PAINT_MS = 40
/** A long log takes time to lay out: of 50 000 events a second apart is what a page can show and still be used. */
const PAINT_EVENTS_PER_MS = 50

/**
 * Follows one run live. Resumes by `Last-Event-ID`, so no event is missed and none comes twice, however often the connection
 * drops; ends by itself after the terminal event. Wait with `plan` undefined until the frozen definition is loaded.
 */
export function useRunStream(runId: string, plan: Plan | undefined): RunStream {
  const [stream, setStream] = useState(NOTHING)

  useEffect(() => {
    if (!plan) return
    const fold = new RunFold(plan)
    const whole = new AbortController()
    let connection: Connection = { state: 'connecting' }
    let timer: ReturnType<typeof setTimeout> | undefined
    let events: readonly RunEvent[] = []
    const paint = () => {
      timer = undefined
      // The copy keeps its identity while nothing was added, so that what is made of it is not made again.
      if (events.length !== fold.events.length || events.at(-1) !== fold.events.at(-1)) events = [...fold.events]
      const { version, state } = fold
      setStream({ version, state, events, deltas: new Map(fold.deltas), connection })
    }
    const paintSoon = () => {
      timer ??= setTimeout(paint, Math.max(PAINT_MS, fold.events.length / PAINT_EVENTS_PER_MS))
    }
    whileVisible((signal) => {
      if (fold.isComplete) return
      void followStream({
        request: () => ({
          url: urlOf(contracts.listEvents, { params: { run_id: runId } }),
          lastEventId: fold.cursor === 0 ? '' : String(fold.cursor),
        }),
        onData: (data) => {
          const before = fold.version
          try {
            fold.acceptText(data)
          } finally {
            if (fold.version !== before) paintSoon()
          }
        },
        onConnection: (next) => {
          connection = next
          paintSoon()
        },
        isComplete: () => fold.isComplete,
        signal,
      })
    }, whole.signal)
    return () => {
      clearTimeout(timer)
      whole.abort()
      setStream(NOTHING)
    }
  }, [runId, plan])

  return stream
}
