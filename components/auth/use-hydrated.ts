import { useSyncExternalStore } from 'react'

const never = () => () => undefined

/** False in the HTML of the server, true once this page's script runs and can take a form over. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
}
