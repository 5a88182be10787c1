import { connect, connectionRefusal } from '../document/connect'
import { findNode } from '../document/identity'
import { spotAfterPort } from '../document/place'
import { portsOf } from '../document/ports'
import { type Direction, neighbour, readingOrder } from '../document/topology'
import type { DesignerState } from '../store/designer-store'
import type { ActionContext, DesignerAction } from './action'
import { disableAction } from './edit-actions'

function onlyNode({ selection }: DesignerState): string | undefined {
  return selection.nodes.length === 1 ? selection.nodes[0] : undefined
}

/** The first port of a node that leads nowhere yet, else its first. */
function freePort({ definition }: DesignerState, id: string): string | undefined {
  const node = findNode(definition, id)
  if (node === undefined) return undefined
  const used = new Set(definition.edges.filter((edge) => edge.source === id).map((edge) => edge.sourcePort))
  const ports = portsOf(node)
  return (ports.find((port) => !used.has(port.name)) ?? ports[0])?.name
}

export const addAction: DesignerAction = {
  id: 'add',
  label: 'Add a step here',
  group: 'Step',
  shortcuts: ['/'],
  enabled: () => true,
  perform: (context) => {
    const { at, clientX, clientY } = context.canvas.place()
    context.ui().set({ picker: { place: { kind: 'free', at }, clientX, clientY } })
    return undefined
  },
}

export const addAfterAction: DesignerAction = {
  id: 'add-after',
  label: 'Add the next step',
  group: 'Step',
  shortcuts: ['n', '+'],
  enabled: (context) => {
    const id = onlyNode(context.document())
    return id !== undefined && freePort(context.document(), id) !== undefined
  },
  perform: (context) => {
    const state = context.document()
    const nodeId = onlyNode(state)
    const port = nodeId === undefined ? undefined : freePort(state, nodeId)
    if (nodeId === undefined || port === undefined) return undefined
    const at = spotAfterPort(state.definition, nodeId, port)
    const picker = { place: { kind: 'after', nodeId, port, at } as const, ...context.canvas.screenPlaceOf(nodeId) }
    context.ui().set({ picker })
    return undefined
  },
}

export const connectAction: DesignerAction = {
  id: 'connect',
  label: 'Connect the two',
  group: 'Step',
  shortcuts: ['c'],
  enabled: (context) => context.document().selection.nodes.length === 2,
  perform: (context) => {
    const state = context.document()
    const [source, target] = state.selection.nodes
    if (source === undefined || target === undefined) return undefined
    const wish = { source, target, sourcePort: freePort(state, source) ?? 'out' }
    const refusal = connectionRefusal(state.definition, wish)
    if (refusal !== undefined) {
      context.notify(refusal, 'error')
      return undefined
    }
    return { label: 'Connect', definition: connect(state.definition, wish) }
  },
}

export const inspectAction: DesignerAction = {
  id: 'inspect',
  label: 'Edit the selected step',
  group: 'Step',
  shortcuts: ['enter'],
  readable: true,
  enabled: (context) => onlyNode(context.document()) !== undefined,
  perform: (context) => {
    focusStep(context, onlyNode(context.document()) ?? '', '')
    return undefined
  },
}

export const renameAction: DesignerAction = {
  id: 'rename',
  label: 'Rename',
  group: 'Step',
  shortcuts: ['f2'],
  enabled: (context) => onlyNode(context.document()) !== undefined,
  perform: (context) => {
    focusStep(context, onlyNode(context.document()) ?? '', 'name')
    return undefined
  },
}

let nonce = 0

/** Opens the inspector at a field of a step; an empty path means its first field. */
export function focusStep(context: Pick<ActionContext, 'ui'>, nodeId: string, path: string): void {
  nonce += 1
  context.ui().set({ inspector: true, tab: 'step', focusField: { nodeId, path, nonce } })
}

function walk(direction: Direction, label: string): DesignerAction {
  return {
    id: `go-${direction}`,
    label,
    group: 'Step',
    shortcuts: [`alt+arrow${direction}`],
    readable: true,
    enabled: (context) => context.document().definition.nodes.length > 0,
    perform: (context) => {
      const { definition, selection, select } = context.document()
      const from = selection.nodes.at(-1)
      const next = from === undefined ? readingOrder(definition)[0]?.id : neighbour(definition, from, direction)
      if (next === undefined) return undefined
      select({ nodes: [next], edges: [] })
      context.canvas.reveal(next)
      return undefined
    },
  }
}

export const stepActions = [
  addAction,
  addAfterAction,
  connectAction,
  inspectAction,
  renameAction,
  disableAction,
  walk('right', 'Go to the next step'),
  walk('left', 'Go to the step before'),
  walk('down', 'Go to the step below'),
  walk('up', 'Go to the step above'),
]
