import { containersFor, dissolve, freeInside, moveInto, takeOut, wrap } from '../document/containers'
import { findNode } from '../document/identity'
import { isContainer, nestingOf } from '../document/nesting'
import { hasInput } from '../document/ports'
import type { Change, DesignerState } from '../store/designer-store'
import type { ActionContext, DesignerAction } from './action'

/** Said when steps went over a border and left connections behind. */
export function cutNotice(count: number): string {
  const what = count === 1 ? '1 connection is' : `${count} connections are`
  return `${what} gone: connections never cross the border of a container. Undo brings everything back.`
}

function chosenContainer({ definition, selection }: DesignerState): string | undefined {
  const [id] = selection.nodes
  const node = selection.nodes.length === 1 && id !== undefined ? findNode(definition, id) : undefined
  return node && isContainer(node) ? node.id : undefined
}

/** Whether anything that is selected can be in a container. */
function hasMovable({ definition, selection }: DesignerState): boolean {
  return selection.nodes.some((id) => {
    const node = findNode(definition, id)
    return node !== undefined && hasInput(node)
  })
}

export const addInsideAction: DesignerAction = {
  id: 'add-inside',
  label: 'Add a step inside',
  group: 'Step',
  shortcuts: ['i'],
  enabled: (context) => chosenContainer(context.document()) !== undefined,
  perform: (context) => {
    const containerId = chosenContainer(context.document())
    if (containerId === undefined) return undefined
    const picker = { place: { kind: 'inside', containerId } as const, ...context.canvas.screenPlaceOf(containerId) }
    context.ui().set({ picker })
    return undefined
  },
}

function wrapAction(type: string, title: string): DesignerAction {
  return {
    id: `wrap-${type}`,
    label: `Wrap in ${title}`,
    group: 'Step',
    enabled: (context) => hasMovable(context.document()),
    perform: (context) => {
      const { definition, selection } = context.document()
      const wrapped = wrap(definition, selection.nodes, type)
      if ('refusal' in wrapped) {
        context.notify(wrapped.refusal, 'error')
        return undefined
      }
      const selected = { nodes: [wrapped.containerId], edges: [] }
      return { label: `Wrap in ${title}`, definition: wrapped.definition, selection: selected }
    },
  }
}

export const wrapForEachAction = wrapAction('forEach', 'For each')
export const wrapWhileAction = wrapAction('while', 'While')

/** The change of sending the selection into a container, right of what is in it. */
export function sending(context: ActionContext, containerId: string): Change | undefined {
  const { definition, selection } = context.document()
  const result = moveInto(definition, selection.nodes, containerId, freeInside(definition, containerId))
  if (result.moved.length === 0) return undefined
  if (result.cut > 0) context.notify(cutNotice(result.cut))
  context.canvas.revealAll(result.moved)
  return {
    label: `Move into ${findNode(definition, containerId)?.name}`,
    definition: result.definition,
    selection: { nodes: result.moved, edges: [] },
  }
}

export const moveIntoAction: DesignerAction = {
  id: 'move-into',
  label: 'Move into a container…',
  group: 'Step',
  enabled: (context) => {
    const state = context.document()
    return hasMovable(state) && containersFor(state.definition, state.selection.nodes).length > 0
  },
  perform: (context) => {
    const { selection } = context.document()
    const [first] = selection.nodes
    if (first !== undefined) context.ui().set({ containerPicker: context.canvas.screenPlaceOf(first) })
    return undefined
  },
}

export const takeOutAction: DesignerAction = {
  id: 'take-out',
  label: 'Take out of the container',
  group: 'Step',
  enabled: (context) => {
    const { definition, selection } = context.document()
    return selection.nodes.some((id) => nestingOf(definition).parentOf.has(id))
  },
  perform: (context) => {
    const { definition, selection } = context.document()
    const result = takeOut(definition, selection.nodes)
    if (result.moved.length === 0) return undefined
    if (result.cut > 0) context.notify(cutNotice(result.cut))
    context.canvas.revealAll(result.moved)
    return { label: 'Take out of the container', definition: result.definition }
  },
}

export const dissolveAction: DesignerAction = {
  id: 'dissolve',
  label: 'Dissolve the container',
  group: 'Step',
  enabled: (context) => chosenContainer(context.document()) !== undefined,
  perform: (context) => {
    const state = context.document()
    const { definition, freed } = dissolve(state.definition, chosenContainer(state) ?? '')
    return { label: 'Dissolve the container', definition, selection: { nodes: freed, edges: [] } }
  },
}

export const containerActions = [
  addInsideAction,
  wrapForEachAction,
  wrapWhileAction,
  moveIntoAction,
  takeOutAction,
  dissolveAction,
]
