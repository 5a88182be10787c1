import { type Alignment, type Axis, align, distribute } from '../document/align'
import { moveNodes, type Point } from '../document/edit'
import { geometryOf } from '../document/geometry'
import { layOut } from '../document/layout'
import { makeRoom, moveTo } from '../document/move'
import { nestingOf, outermost } from '../document/nesting'
import type { DesignerAction } from './action'

export const layoutAction: DesignerAction = {
  id: 'layout',
  label: 'Tidy up',
  group: 'Arrange',
  shortcuts: ['shift+l'],
  enabled: (context) => context.document().definition.nodes.length > 1,
  perform: async (context) => {
    const { definition, selection } = context.document()
    const laidOut = await layOut(definition, selection.nodes)
    // The document may have changed meanwhile: only places are taken over, of steps that are still in the same container.
    const { parentOf } = nestingOf(context.document().definition)
    const places = laidOut.nodes
      .filter((node) => parentOf.get(node.id) === nestingOf(laidOut).parentOf.get(node.id))
      .map((node) => [node.id, node.position] as const)
    const change = { label: 'Tidy up', definition: moveNodes(context.document().definition, new Map(places)) }
    context.document().commit(change)
    context.canvas.fit(selection.nodes.length > 1 ? selection.nodes : undefined)
    return undefined
  },
}

const alignments: Record<Alignment, string> = {
  left: 'Align left',
  centre: 'Align centres',
  right: 'Align right',
  top: 'Align top',
  middle: 'Align middles',
  bottom: 'Align bottom',
}

const alignActions = Object.entries(alignments).map(
  ([alignment, label]): DesignerAction => ({
    id: `align-${alignment}`,
    label,
    group: 'Arrange',
    enabled: (context) => context.document().selection.nodes.length > 1,
    perform: (context) => {
      const { definition, selection } = context.document()
      return { label, definition: align(definition, selection.nodes, alignment as Alignment) }
    },
  }),
)

const distributeActions = (['horizontally', 'vertically'] as const satisfies Axis[]).map(
  (axis): DesignerAction => ({
    id: `distribute-${axis}`,
    label: `Distribute ${axis}`,
    group: 'Arrange',
    enabled: (context) => context.document().selection.nodes.length > 2,
    perform: (context) => {
      const { definition, selection } = context.document()
      return { label: `Distribute ${axis}`, definition: distribute(definition, selection.nodes, axis) }
    },
  }),
)

export const GRID_PX = 20
const FINE_PX = 4

const steps: Record<string, Point> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
}

function nudge(direction: string, { x, y }: Point, fine: boolean): DesignerAction {
  const distance = fine ? FINE_PX : GRID_PX
  return {
    id: `move-${direction}${fine ? '-fine' : ''}`,
    label: `Move ${direction}${fine ? ' a little' : ''}`,
    group: 'Arrange',
    shortcuts: [`${fine ? 'shift+' : ''}arrow${direction}`],
    enabled: (context) => context.document().selection.nodes.length > 0,
    perform: (context) => {
      const { definition, selection } = context.document()
      const { boxes } = geometryOf(definition)
      const places = new Map(
        outermost(definition, selection.nodes).flatMap((id) => {
          const box = boxes.get(id)
          return box === undefined ? [] : [[id, { x: box.x + x * distance, y: box.y + y * distance }] as const]
        }),
      )
      return {
        label: 'Move',
        definition: makeRoom(boxes, moveTo(definition, places)),
        coalesce: `nudge:${selection.nodes.join()}`,
      }
    },
  }
}

export const arrangeActions = [
  layoutAction,
  ...alignActions,
  ...distributeActions,
  ...Object.entries(steps).flatMap(([name, step]) => [nudge(name, step, false), nudge(name, step, true)]),
]
