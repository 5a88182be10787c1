'use client'

import { useEffect } from 'react'
import type { DesignerServices } from './designer-context'
import { findNode } from './document/identity'

const PARAMETER = 'node'

/** `?node=<id>` is the selected step: a link to it opens it, and selecting one makes the link. */
export function useNodeInUrl({ store, actions, ui }: DesignerServices): void {
  useEffect(() => {
    const wanted = new URL(window.location.href).searchParams.get(PARAMETER)
    if (wanted !== null && findNode(store.getState().definition, wanted) !== undefined) {
      store.getState().select({ nodes: [wanted], edges: [] })
      ui.getState().set({ inspector: true, tab: 'step' })
      actions.canvas.reveal(wanted)
    }
    return store.subscribe((state, before) => {
      if (state.selection === before.selection) return
      const url = new URL(window.location.href)
      const only = state.selection.nodes.length === 1 ? state.selection.nodes[0] : undefined
      if (url.searchParams.get(PARAMETER) === (only ?? null)) return
      if (only === undefined) url.searchParams.delete(PARAMETER)
      else url.searchParams.set(PARAMETER, only)
      window.history.replaceState(window.history.state, '', url)
    })
  }, [store, actions, ui])
}
