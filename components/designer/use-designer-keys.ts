'use client'

import { useEffect } from 'react'
import { isModalOpen, isTyping, useCharacterShortcuts } from '@/components/shell/use-shortcuts'
import { runAction } from './actions/action'
import { designerActions } from './actions/all-actions'
import {
  copyAction,
  cutAction,
  deletion,
  pasteAction,
  pasting,
  redoAction,
  selectionAsText,
  undoAction,
} from './actions/edit-actions'
import { isCharacter, matches } from './actions/shortcut'
import { publishAction, runWorkflowAction, saveAction } from './actions/workflow-actions'
import type { DesignerServices } from './designer-context'

/** The browser's own clipboard events do these: they need no permission. */
const BY_CLIPBOARD_EVENT = new Set([cutAction.id, copyAction.id, pasteAction.id])
/** These also work while typing; the document has one history, so undo in a field of a step is undo of the document. */
const WHILE_TYPING = new Set([saveAction.id, runWorkflowAction.id, publishAction.id])
const IN_DOCUMENT_FIELDS = new Set([undoAction.id, redoAction.id])

/** The attribute of everything whose fields are part of the document. */
export const DOCUMENT_FIELDS = 'data-document-fields'

/** The keyboard of the designer: every action by its shortcut, and the clipboard. */
export function useDesignerKeys({ store, actions }: DesignerServices): void {
  const [characters] = useCharacterShortcuts()
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // The frame's own shortcuts listen on the document and come first.
      if (event.defaultPrevented) return
      const target = event.target instanceof HTMLElement ? event.target : null
      const typing = isTyping(target)
      const inFields = target !== null && target.closest(`[${DOCUMENT_FIELDS}]`) !== null
      if (isModalOpen() && !(typing && inFields)) return
      if (inFields && event.key === 'Escape' && !isModalOpen()) {
        // Back from a field to the canvas, where letters are commands again.
        target?.blur()
        return
      }
      const action = designerActions.find((candidate) => {
        if (BY_CLIPBOARD_EVENT.has(candidate.id)) return false
        if (typing && !WHILE_TYPING.has(candidate.id) && !(inFields && IN_DOCUMENT_FIELDS.has(candidate.id)))
          return false
        return candidate.shortcuts?.some(
          (shortcut) => (characters || !isCharacter(shortcut)) && matches(event, shortcut),
        )
      })
      if (action === undefined || pressesControl(event, target)) return
      event.preventDefault()
      void runAction(action, actions)
    }
    const copyOrCut = (event: ClipboardEvent) => {
      if (isTyping(event.target) || isModalOpen() || hasTextSelection()) return
      const state = store.getState()
      const text = selectionAsText(state)
      if (text === undefined || event.clipboardData === null) return
      event.clipboardData.setData('text/plain', text)
      event.preventDefault()
      if (event.type === 'cut') state.commit(deletion(state))
    }
    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target) || isModalOpen() || store.getState().readOnly) return
      const change = pasting(actions, event.clipboardData?.getData('text/plain') ?? '', true)
      if (change === undefined) return
      event.preventDefault()
      store.getState().commit(change)
    }
    window.addEventListener('keydown', onKeyDown)
    document.addEventListener('copy', copyOrCut)
    document.addEventListener('cut', copyOrCut)
    document.addEventListener('paste', onPaste)
    return () => {
      window.removeEventListener('keydown', onKeyDown)
      document.removeEventListener('copy', copyOrCut)
      document.removeEventListener('cut', copyOrCut)
      document.removeEventListener('paste', onPaste)
    }
  }, [store, actions, characters])
}

/** Enter and arrows belong to the button, tab or menu that has the focus, not to the canvas. */
function pressesControl(event: KeyboardEvent, target: HTMLElement | null): boolean {
  if (target === null || event.metaKey || event.ctrlKey) return false
  if (event.key === 'Enter' || event.key === ' ') return target.closest('button, a, summary, [role="tab"]') !== null
  if (event.key.startsWith('Arrow')) {
    return target.closest('[role="tab"], [role="menu"], [role="listbox"], [role="slider"], [data-step]') !== null
  }
  return false
}

function hasTextSelection(): boolean {
  const selection = window.getSelection()
  return selection !== null && !selection.isCollapsed && selection.toString().trim() !== ''
}
