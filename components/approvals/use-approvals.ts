'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useRunsStream } from '@/components/runs/stream/use-runs-stream'
import { queryKey, useApiPages } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'

export type InboxView = 'open' | 'resolved'

/** Approvals of the team, kept current: a run that starts or stops waiting changes the list by itself. */
export function useApprovals(view: InboxView) {
  const pages = useApiPages(contracts.listApprovals, { query: { status: view, limit: 50 } })
  const connection = useLiveApprovals()
  return { ...pages, approvals: pages.data?.pages.flatMap((page) => page.items) ?? [], connection }
}

/** Reads every list of approvals again whenever a run of the team changes how it waits. */
export function useLiveApprovals() {
  const client = useQueryClient()
  return useRunsStream((frames) => {
    if (frames !== null && frames.length === 0) return
    void client.invalidateQueries({ queryKey: queryKey(contracts.listApprovals) })
  }, 700)
}
