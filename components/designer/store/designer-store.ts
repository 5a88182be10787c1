import { createStore, type StoreApi } from 'zustand/vanilla'
import type { WorkflowDefinition } from '@/lib/workflow/document'
import {
  EMPTY_HISTORY,
  type History,
  NOTHING,
  record,
  redo,
  type Selection,
  type Travel,
  undo,
} from '../document/history'

/** One change of the document, named for people: it becomes one entry of the history. */
export interface Change {
  label: string
  definition: WorkflowDefinition
  /** What is selected afterwards; absent: what was, as far as it still exists. */
  selection?: Selection
  /** Changes with the same key in quick succession are one entry: typing in one field, nudging one selection. */
  coalesce?: string
}

export interface DesignerState {
  /** The document. The truth; React Flow only draws it. */
  definition: WorkflowDefinition
  selection: Selection
  history: History
  readOnly: boolean
  /** Does nothing when the change changes nothing, or when the document may only be read. */
  commit(change: Change): void
  select(selection: Selection): void
  undo(): string | undefined
  redo(): string | undefined
  /** Another document takes this one's place as one undoable entry: restored version, edited JSON, theirs after a conflict. */
  replace(definition: WorkflowDefinition, label: string): void
  setReadOnly(readOnly: boolean): void
}

export type DesignerStore = StoreApi<DesignerState>

/** The document with its history, of one open designer. `now` is a clock in milliseconds. */
export function createDesignerStore(
  definition: WorkflowDefinition,
  { readOnly = false, now = () => Date.now() }: { readOnly?: boolean; now?: () => number } = {},
): DesignerStore {
  return createStore<DesignerState>((set, get) => {
    const travel = (step: Travel | undefined) => {
      if (step === undefined || get().readOnly) return undefined
      const { definition, history } = step
      set({ definition, history, selection: existing(step.selection, definition) })
      return step.label
    }
    return {
      definition,
      selection: NOTHING,
      history: EMPTY_HISTORY,
      readOnly,
      commit: ({ label, definition: next, selection, coalesce }) => {
        const state = get()
        if (state.readOnly) return
        const chosen = existing(selection ?? state.selection, next)
        if (next === state.definition) return set({ selection: chosen })
        const before = { label, definition: state.definition, selection: state.selection }
        set({ definition: next, selection: chosen, history: record(state.history, before, now(), coalesce) })
      },
      select: (selection) => {
        const current = get().selection
        if (!sameIds(current.nodes, selection.nodes) || !sameIds(current.edges, selection.edges)) set({ selection })
      },
      undo: () => travel(undo(get().history, get())),
      redo: () => travel(redo(get().history, get())),
      replace: (next, label) => get().commit({ label, definition: next }),
      setReadOnly: (value) => set({ readOnly: value }),
    }
  })
}

function existing(selection: Selection, definition: WorkflowDefinition): Selection {
  const nodes = new Set(definition.nodes.map((node) => node.id))
  const edges = new Set(definition.edges.map((edge) => edge.id))
  return {
    nodes: selection.nodes.filter((id) => nodes.has(id)),
    edges: selection.edges.filter((id) => edges.has(id)),
  }
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i])
}
