'use client'

import { useEffect } from 'react'
import type { Workflow } from '@/lib/api/contracts/workflows'
import { canonicalJson } from '@/lib/engine/canonical-json'
import type { DesignerServices } from './designer-context'

/**
 * When the server has a newer draft than the one on the screen and nothing here is unsaved, it is shown, as one undoable
 * change. Seen when the page is looked at again; meanwhile a save would meet it as a conflict.
 */
export function useNewerDraft({ autosave, store, show, actions, meta }: DesignerServices, workflow: Workflow): void {
  useEffect(() => {
    if (workflow.draft_revision <= autosave.baseRevision || autosave.hasUnsaved) return
    const changed = canonicalJson(workflow.definition) !== canonicalJson(store.getState().definition)
    meta.setState({ name: workflow.name, description: workflow.description })
    if (!changed) return autosave.accept(workflow.draft_revision)
    const who = workflow.draft_saved_by ?? 'Somebody'
    show(workflow, `Changes by ${who}`)
    actions.notify(`${who} changed this workflow; you see the newest draft.`)
  }, [autosave, store, show, actions, meta, workflow])
}
