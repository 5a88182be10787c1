'use client'

import { useSyncExternalStore } from 'react'

const never = () => () => {}
const read = () => (/Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl')

/** The name of the command key on this machine. */
export function useModKey(): string {
  return useSyncExternalStore(never, read, () => 'Ctrl')
}
