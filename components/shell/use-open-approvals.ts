'use client'

import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'

const REFRESH_MS = 15_000
const LIMIT = 100

/** How many approvals wait for a decision; `more` when there are over a hundred. */
export function useOpenApprovals(): { count: number; more: boolean } {
  const { data } = useApi(
    contracts.listApprovals,
    { query: { status: 'open', limit: LIMIT } },
    { refetchInterval: REFRESH_MS },
  )
  return { count: data?.items.length ?? 0, more: data?.next_cursor != null }
}
