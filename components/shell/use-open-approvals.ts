'use client'

import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'

const REFRESH_MS = 15_000
const LIMIT = 100

/** How many approvals wait for a decision of mine; `more` when over a hundred are open, of which the newest are looked at. */
export function useOpenApprovals(): { count: number; more: boolean } {
  const { data } = useApi(
    contracts.listApprovals,
    { query: { status: 'open', limit: LIMIT } },
    { refetchInterval: REFRESH_MS },
  )
  const mine = data?.items.filter(({ my_vote, refusal }) => my_vote === null && refusal === null) ?? []
  return { count: mine.length, more: data?.next_cursor != null }
}
