'use client'

import { keepPreviousData, useQueryClient } from '@tanstack/react-query'
import { debounce, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useEffect, useState } from 'react'
import { useRunsStream } from '@/components/runs/stream/use-runs-stream'
import { queryKey, useApiPages } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'

const SEARCH_DELAY_MS = 200
const REFRESH_EVERY_MS = 2_000

export const STATUS_FILTERS = ['published', 'draft', 'archived'] as const

const filters = {
  q: parseAsString.withDefault('').withOptions({ limitUrlUpdates: debounce(SEARCH_DELAY_MS) }),
  status: parseAsStringLiteral(STATUS_FILTERS),
  view: parseAsStringLiteral(['table', 'cards']).withDefault('table'),
  dialog: parseAsStringLiteral(['new', 'import']).withOptions({ history: 'push' }),
}

/** What the list shows, all of it in the address: search, status, view, and the dialog that is open. */
export function useWorkflowFilters() {
  return useQueryStates(filters)
}

/** The workflows that match, page by page; current whenever a run of the team changes. */
export function useWorkflowList(search: string, status: (typeof STATUS_FILTERS)[number] | null) {
  const settled = useSettled(search.trim(), SEARCH_DELAY_MS)
  const client = useQueryClient()
  useRunsStream(() => {
    void client.invalidateQueries({ queryKey: queryKey(contracts.listWorkflows) })
  }, REFRESH_EVERY_MS)
  return useApiPages(
    contracts.listWorkflows,
    { query: { search: settled === '' ? undefined : settled, status: status ?? undefined } },
    { placeholderData: keepPreviousData },
  )
}

/** The value once it has been still for `delayMs`. */
function useSettled<T>(value: T, delayMs: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs)
    return () => clearTimeout(timer)
  }, [value, delayMs])
  return settled
}
