'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useMemo, useRef, useState } from 'react'
import { queryKey, useApiPages } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { isTerminal } from '@/lib/engine/events'
import type { RunsFrame } from '@/lib/live/frames'
import { useRunsStream } from '../stream/use-runs-stream'
import type { Anchor } from './anchor'

/** While a run is busy a comment cannot be told from its events: looked at again, but not at every node. */
const BUSY_EVERY_MS = 5_000

/** What is about to be said; kept while other tabs of the page are looked at. */
export interface CommentDraft {
  body: string
  about: Anchor | undefined
}

/** Comments of a run, kept current, with what is about to be said. `evaluationRunId`: its end is news for this run too. */
export function useRunComments(runId: string, evaluationRunId: string | undefined) {
  const client = useQueryClient()
  const pages = useApiPages(contracts.listComments, { params: { run_id: runId }, query: { limit: 200 } })
  const [draft, setDraft] = useState<CommentDraft>({ body: '', about: undefined })
  const heard = useRef({ seq: 0, readAtMs: 0 })
  useRunsStream((frames) => {
    if (
      evaluationRunId !== undefined &&
      (frames === null || frames.some((frame) => frame.run_id === evaluationRunId))
    ) {
      void client.invalidateQueries({ queryKey: queryKey(contracts.getRun, { params: { run_id: runId } }) })
    }
    if (frames !== null && !saysMore(frames, runId, heard.current)) return
    heard.current.readAtMs = Date.now()
    void client.invalidateQueries({ queryKey: [...queryKey(contracts.listComments), { run_id: runId }] })
    void client.invalidateQueries({ queryKey: queryKey(contracts.getRun, { params: { run_id: runId } }) })
  })
  const comments = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data])
  return { pages, comments, draft, setDraft }
}

/** Whether something about the run is new that is not in its log, or may be. */
function saysMore(frames: readonly RunsFrame[], runId: string, heard: { seq: number; readAtMs: number }): boolean {
  let says = false
  for (const { run_id, last_seq, status } of frames) {
    if (run_id !== runId) continue
    if (last_seq <= heard.seq || isTerminal(status) || Date.now() - heard.readAtMs > BUSY_EVERY_MS) says = true
    heard.seq = Math.max(heard.seq, last_seq)
  }
  return says
}
