import { describe, expect, it, vi } from 'vitest'
import { setDisabled } from '../document/edit'
import { sample } from '../document/testing'
import { createDesignerStore } from '../store/designer-store'
import { Autosave, type AutosavePorts } from './autosave'
import { watchDocument } from './watch-document'

function open() {
  const store = createDesignerStore(sample())
  const save = vi.fn<AutosavePorts['save']>(async (_, revision) => ({ kind: 'saved', revision: revision + 1 }))
  const autosave = new Autosave({ save, keep: () => {}, now: () => 0, later: () => () => {} }, 1)
  const show = watchDocument(store, autosave)
  const disable = () => {
    const { definition, commit } = store.getState()
    commit({ label: 'Disable', definition: setDisabled(definition, ['send'], true) })
  }
  return { store, save, autosave, show, disable }
}

describe('watching the document', () => {
  it('saves an undo back to what was opened', async () => {
    const { store, save, autosave, disable } = open()
    disable()
    await autosave.flush()
    store.getState().undo()
    await autosave.flush()
    expect(save.mock.calls.map(([draft]) => draft.definition?.nodes[3]?.disabled)).toEqual([true, undefined])
  })

  it('does not save what the server gave, and saves going back from it', async () => {
    const { store, save, autosave, show } = open()
    show({ definition: { ...sample(), kind: 'dag' }, draft_revision: 7 }, 'Changes by somebody')
    await autosave.flush()
    expect(save).not.toHaveBeenCalled()
    expect(autosave.status.kind).toBe('saved')
    store.getState().undo()
    await autosave.flush()
    expect(save).toHaveBeenCalledExactlyOnceWith({ definition: sample() }, 7)
  })

  it('does not take a selection for a change', () => {
    const { store, autosave } = open()
    store.getState().select({ nodes: ['send'], edges: [] })
    expect(autosave.hasUnsaved).toBe(false)
  })
})
