'use client'

import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { type Action, refusal } from '@/lib/auth/permissions'

/** Who is signed in, as the API sees them; undefined while that is being read. */
export function usePrincipal() {
  return useApi(contracts.getMe, {}, { staleTime: 5 * 60_000 }).data
}

/** Whether the person may do something: to hide what would only be refused. True while it is not yet known. */
export function useMay(action: Action): boolean {
  const who = usePrincipal()
  return who === undefined || refusal(action, who) === null
}
