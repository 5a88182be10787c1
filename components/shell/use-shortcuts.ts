'use client'

import { useEffect, useRef, useSyncExternalStore } from 'react'

const STORAGE_KEY = 'countersign.character-shortcuts'
const SEQUENCE_MS = 1_200

/** True where a letter is text, not a command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable || target.closest('input, textarea, select, [role="textbox"], [role="combobox"]') !== null
  )
}

/** True while something modal is in front of the page. */
export function isModalOpen(): boolean {
  return document.querySelector('[role="dialog"][data-state="open"], [role="alertdialog"][data-state="open"]') !== null
}

/**
 * Commands by letters, one (`a`) or a sequence (`g w`), anywhere on the page except while typing or under a dialog.
 * People can switch all of them off (WCAG 2.1.4): the user menu holds the switch.
 */
export function useShortcuts(commands: Record<string, () => void>): void {
  const current = useRef(commands)
  useEffect(() => {
    current.current = commands
  })
  const [enabled] = useCharacterShortcuts()
  useEffect(() => {
    if (!enabled) return
    let prefix: string | undefined
    let prefixAtMs = 0
    function onKeyDown(event: KeyboardEvent) {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.repeat) return
      if (isTyping(event.target) || isModalOpen()) return
      const sequence =
        prefix !== undefined && event.timeStamp - prefixAtMs < SEQUENCE_MS ? `${prefix} ${event.key}` : event.key
      prefix = undefined
      const command = current.current[sequence]
      if (command !== undefined) {
        event.preventDefault()
        command()
        return
      }
      if (Object.keys(current.current).some((name) => name.startsWith(`${event.key} `))) {
        prefix = event.key
        prefixAtMs = event.timeStamp
      }
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [enabled])
}

const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', listener)
  }
}

function readEnabled(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) !== 'off'
  } catch {
    return true
  }
}

/** Whether letters are commands, and the switch for it. Kept in this browser. */
export function useCharacterShortcuts(): [enabled: boolean, setEnabled: (enabled: boolean) => void] {
  const enabled = useSyncExternalStore(subscribe, readEnabled, () => true)
  function setEnabled(next: boolean) {
    try {
      localStorage.setItem(STORAGE_KEY, next ? 'on' : 'off')
    } catch {
      // Storage is blocked: the choice cannot be kept, and the default stays.
    }
    for (const listener of listeners) listener()
  }
  return [enabled, setEnabled]
}
