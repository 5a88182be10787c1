'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { useRunsStream } from '@/components/runs/stream/use-runs-stream'
import { queryKey, useApiPages } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { isTerminal, type RunStatus } from '@/lib/engine/events'
import type { RunsFrame } from '@/lib/live/frames'

export type InboxView = 'open' | 'resolved'

/** A run at work may ask for a decision on one branch while others go on: looked at again, but not at every node. */
const BUSY_EVERY_MS = 5_000

/** Approvals of the team, kept current: a run that starts or stops waiting changes the list by itself. */
export function useApprovals(view: InboxView) {
  const pages = useApiPages(contracts.listApprovals, { query: { status: view, limit: 50 } })
  const connection = useLiveApprovals()
  return { ...pages, approvals: pages.data?.pages.flatMap((page) => page.items) ?? [], connection }
}

/** Reads every list of approvals again when a run of the team may have begun or ended to wait for a decision. */
export function useLiveApprovals() {
  const client = useQueryClient()
  const statuses = useRef(new Map<string, RunStatus>())
  const readAtMs = useRef(0)
  return useRunsStream((frames) => {
    const matters = frames === null || changesWaiting(frames, statuses.current)
    if (!matters && Date.now() - readAtMs.current < BUSY_EVERY_MS) return
    readAtMs.current = Date.now()
    // Several parts of the page ask for the same at the same moment: one request serves them.
    void client.invalidateQueries({ queryKey: queryKey(contracts.listApprovals) }, { cancelRefetch: false })
  }, 500)
}

/** Whether a run changed its status, or waits for a decision. Keeps what is known of runs that have not ended. */
export function changesWaiting(frames: readonly RunsFrame[], known: Map<string, RunStatus>): boolean {
  let changes = false
  for (const { run_id, status } of frames) {
    if (known.get(run_id) !== status || status === 'waiting_for_approval') changes = true
    if (isTerminal(status)) known.delete(run_id)
    else known.set(run_id, status)
  }
  return changes
}
