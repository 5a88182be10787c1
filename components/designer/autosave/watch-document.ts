import type { WorkflowDefinition } from '@/lib/workflow/document'
import type { DesignerStore } from '../store/designer-store'
import type { Autosave } from './autosave'

/** Shows a document of the server as one undoable change, which is saved already. */
export type Show = (document: { definition: WorkflowDefinition; draft_revision: number }, label: string) => void

/** Saves every change of the document, undo included: going back to what was once saved is a change too. */
export function watchDocument(store: DesignerStore, autosave: Autosave): Show {
  let showing = false
  store.subscribe((state, before) => {
    if (!showing && state.definition !== before.definition) autosave.change({ definition: state.definition })
  })
  return ({ definition, draft_revision }, label) => {
    showing = true
    try {
      store.getState().replace(definition, label)
    } finally {
      showing = false
    }
    autosave.accept(draft_revision)
  }
}
