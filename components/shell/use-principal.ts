'use client'

import { createContext, useContext } from 'react'
import { useApi } from '@/lib/api/client/query'
import type { Me } from '@/lib/api/contracts/keys'
import { contracts } from '@/lib/api/contracts/routes'
import { type Action, refusal } from '@/lib/auth/permissions'

const FRESH_MS = 5 * 60_000

/** Who signed in, as the server knew when it drew the page. */
export const PrincipalContext = createContext<Me | null>(null)

/** Who is signed in; a role that was changed meanwhile is felt within minutes, or on coming back to the window. */
export function usePrincipal(): Me | undefined {
  const atStart = useContext(PrincipalContext)
  const { data } = useApi(contracts.getMe, {}, { staleTime: FRESH_MS, initialData: atStart ?? undefined })
  return data
}

/** Whether the person may do something: to hide what would only be refused. True while it is not yet known. */
export function useMay(action: Action): boolean {
  const who = usePrincipal()
  return who === undefined || refusal(action, who) === null
}
