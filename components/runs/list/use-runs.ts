'use client'

import { type InfiniteData, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useNow } from '@/components/ui/use-now'
import { callApi } from '@/lib/api/client/call'
import { queryKey, useApiPages } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { RunsFrame } from '@/lib/live/frames'
import { useRunsStream } from '../stream/use-runs-stream'
import { applyFrames, mergeHead, type RunsPage, replaceRun } from './merge-runs'
import { readFrom, spanStart } from './time-range'
import type { RunFilters } from './use-run-filters'

/** Rows further down than the first page are read one by one, but never more than this at once. */
const ROWS_READ_AT_ONCE = 8
/** A search reads much: while runs come and go it is repeated no more often than this. */
const SEARCH_AGAIN_MS = 5_000
/** How often a span that ends now moves on. */
const SPAN_STEP_MS = 10_000

/** The list of runs, newest first, page by page; new and changing rows appear by themselves. */
export function useRuns(filter: RunFilters) {
  const client = useQueryClient()
  const span = filter.time === null || filter.time === 'custom' ? undefined : filter.time
  // Read once from a little before the span; as time goes on, older rows fall out of it below.
  const readSince = useMemo(() => (span ? readFrom(span, Date.now()) : undefined), [span])
  const nowMs = useNow(span ? SPAN_STEP_MS : undefined)
  const query = {
    status: filter.statuses.join(',') || undefined,
    workflow_id: filter.workflowId || undefined,
    agent_id: filter.agentId || undefined,
    label: filter.label || undefined,
    text: filter.text || undefined,
    created_after: (readSince ?? filter.from) || undefined,
    created_before: filter.until || undefined,
    limit: 50,
  }
  const pages = useApiPages(contracts.listRuns, { query }, { staleTime: 0 })
  const key = [...queryKey(contracts.listRuns, { query }), 'pages']

  const update = (change: (pages: RunsPage[]) => RunsPage[]) =>
    client.setQueryData<InfiniteData<RunsPage, string | null>>(key, (data) => {
      if (!data) return data
      const next = change(data.pages)
      return { pages: next, pageParams: data.pageParams.slice(0, next.length) }
    })

  const onChange = async (frames: readonly RunsFrame[] | null) => {
    if (frames !== null) update((loaded) => applyFrames(loaded, frames))
    try {
      const head = await callApi(contracts.listRuns, { query })
      update((loaded) => mergeHead(loaded, head))
      const onHead = new Set(head.items.map((run) => run.id))
      const loaded = client.getQueryData<InfiniteData<RunsPage>>(key)?.pages.flatMap((page) => page.items) ?? []
      const changed = new Set((frames ?? []).map((frame) => frame.run_id).filter((id) => !onHead.has(id)))
      const below = loaded.filter((run) => changed.has(run.id)).slice(0, ROWS_READ_AT_ONCE)
      for (const { id } of below) {
        const run = await callApi(contracts.getRun, { params: { run_id: id } })
        update((known) => replaceRun(known, run))
      }
    } catch {
      // The rows stay as they are and the connection status says so; the next frame or reconnection reads again.
    }
  }
  const connection = useRunsStream((frames) => void onChange(frames), filter.text ? SEARCH_AGAIN_MS : undefined)

  const loaded = pages.data?.pages.flatMap((page) => page.items) ?? []
  const since = span ? new Date(spanStart(span, nowMs)).toISOString() : ''
  const runs = loaded.filter((run) => run.created_at >= since)
  return { ...pages, runs, hasNextPage: pages.hasNextPage && runs.length === loaded.length, connection, key }
}
