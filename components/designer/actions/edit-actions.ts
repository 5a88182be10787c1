import { clipFromText, clipOf, clipToText, paste } from '../document/clipboard'
import { remove, setDisabled } from '../document/edit'
import { NOTHING } from '../document/history'
import { findNode } from '../document/identity'
import { readingOrder } from '../document/topology'
import type { Change, DesignerState } from '../store/designer-store'
import type { ActionContext, DesignerAction } from './action'

const hasNodes = (context: ActionContext) => context.document().selection.nodes.length > 0
const hasAny = (context: ActionContext) => hasNodes(context) || context.document().selection.edges.length > 0

function counted({ nodes, edges }: { nodes: readonly string[]; edges: readonly string[] }): string {
  if (nodes.length === 1) return 'step'
  if (nodes.length > 1) return `${nodes.length} steps`
  return edges.length === 1 ? 'connection' : `${edges.length} connections`
}

function described(verb: string, label: string | undefined): string {
  return label === undefined ? verb : `${verb}: ${label[0]?.toLowerCase()}${label.slice(1)}`
}

export const undoAction: DesignerAction = {
  id: 'undo',
  label: 'Undo',
  group: 'Edit',
  shortcuts: ['mod+z'],
  describe: (context) => described('Undo', context.document().history.past.at(-1)?.label),
  enabled: (context) => context.document().history.past.length > 0,
  perform: (context) => {
    context.document().undo()
    return undefined
  },
}

export const redoAction: DesignerAction = {
  id: 'redo',
  label: 'Redo',
  group: 'Edit',
  shortcuts: ['mod+shift+z', 'mod+y'],
  describe: (context) => described('Redo', context.document().history.future[0]?.label),
  enabled: (context) => context.document().history.future.length > 0,
  perform: (context) => {
    context.document().redo()
    return undefined
  },
}

/** The change of deleting the selection; afterwards the step before the deleted ones is selected, to go on from. */
export function deletion({ definition, selection }: DesignerState): Change {
  const gone = new Set(selection.nodes)
  const before = definition.edges.find((edge) => gone.has(edge.target) && !gone.has(edge.source))?.source
  return {
    label: `Delete ${counted(selection)}`,
    definition: remove(definition, selection),
    selection: before === undefined || selection.nodes.length === 0 ? NOTHING : { nodes: [before], edges: [] },
  }
}

export const deleteAction: DesignerAction = {
  id: 'delete',
  label: 'Delete',
  group: 'Edit',
  shortcuts: ['delete', 'backspace'],
  enabled: hasAny,
  perform: (context) => deletion(context.document()),
}

/** The selected nodes as text for the clipboard; undefined when none are selected. */
export function selectionAsText({ definition, selection }: DesignerState): string | undefined {
  return selection.nodes.length === 0 ? undefined : clipToText(clipOf(definition, selection.nodes))
}

/** What pasting `text` changes, at the pointer or a little beside the originals. Says why when it cannot be. */
export function pasting(context: ActionContext, text: string, atPointer: boolean): Change | undefined {
  const clip = clipFromText(text)
  if (clip === undefined) {
    context.notify('The clipboard holds no steps. Copy steps here, or the JSON of a workflow.', 'error')
    return undefined
  }
  const { definition } = context.document()
  const known = clip.nodes.some((node) => definition.nodes.some((own) => own.id === node.id))
  const at = atPointer && !known ? context.canvas.place().at : undefined
  const pasted = paste(definition, clip, at)
  if (pasted.leftOut.length > 0) context.notify(`“${pasted.leftOut.join('”, “')}” is left out: a workflow starts once.`)
  if (pasted.selection.nodes.length === 0) return undefined
  context.canvas.revealAll(pasted.selection.nodes)
  return { label: `Paste ${counted(pasted.selection)}`, ...pasted }
}

export const cutAction: DesignerAction = {
  id: 'cut',
  label: 'Cut',
  group: 'Edit',
  shortcuts: ['mod+x'],
  enabled: hasNodes,
  perform: async (context) => {
    const state = context.document()
    await context.clipboard.write(selectionAsText(state) ?? '')
    return { ...deletion(state), label: `Cut ${counted(state.selection)}` }
  },
}

export const copyAction: DesignerAction = {
  id: 'copy',
  label: 'Copy',
  group: 'Edit',
  shortcuts: ['mod+c'],
  readable: true,
  enabled: hasNodes,
  perform: async (context) => {
    await context.clipboard.write(selectionAsText(context.document()) ?? '')
    return undefined
  },
}

export const pasteAction: DesignerAction = {
  id: 'paste',
  label: 'Paste',
  group: 'Edit',
  shortcuts: ['mod+v'],
  enabled: () => true,
  perform: async (context) => pasting(context, await context.clipboard.read(), true),
}

export const duplicateAction: DesignerAction = {
  id: 'duplicate',
  label: 'Duplicate',
  group: 'Edit',
  shortcuts: ['mod+d'],
  enabled: hasNodes,
  perform: (context) => {
    const { definition, selection } = context.document()
    const pasted = paste(definition, clipOf(definition, selection.nodes))
    if (pasted.selection.nodes.length === 0) {
      context.notify('A workflow starts once: its start cannot be duplicated.')
      return undefined
    }
    context.canvas.revealAll(pasted.selection.nodes)
    return { label: `Duplicate ${counted(pasted.selection)}`, ...pasted }
  },
}

export const selectAllAction: DesignerAction = {
  id: 'select-all',
  label: 'Select all steps',
  group: 'Edit',
  shortcuts: ['mod+a'],
  readable: true,
  enabled: (context) => context.document().definition.nodes.length > 0,
  perform: (context) => {
    const { definition, select } = context.document()
    select({ nodes: readingOrder(definition).map((node) => node.id), edges: [] })
    return undefined
  },
}

export const deselectAction: DesignerAction = {
  id: 'deselect',
  label: 'Select nothing',
  group: 'Edit',
  shortcuts: ['escape'],
  readable: true,
  enabled: hasAny,
  perform: (context) => {
    context.document().select(NOTHING)
    return undefined
  },
}

export const disableAction: DesignerAction = {
  id: 'disable',
  label: 'Disable or enable',
  group: 'Step',
  shortcuts: ['d'],
  enabled: hasNodes,
  active: (context) => {
    const { definition, selection } = context.document()
    return selection.nodes.every((id) => findNode(definition, id)?.disabled === true)
  },
  perform: (context) => {
    const { definition, selection } = context.document()
    const allOff = selection.nodes.every((id) => findNode(definition, id)?.disabled === true)
    return {
      label: `${allOff ? 'Enable' : 'Disable'} ${counted(selection)}`,
      definition: setDisabled(definition, selection.nodes, !allOff),
    }
  },
}

export const editActions = [
  undoAction,
  redoAction,
  cutAction,
  copyAction,
  pasteAction,
  duplicateAction,
  deleteAction,
  selectAllAction,
  deselectAction,
]
