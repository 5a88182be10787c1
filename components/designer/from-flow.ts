import type { Connection, EdgeChange, NodeChange } from 'reactflow'
import type { WorkflowDefinition } from '@/lib/workflow/document'
import type { ConnectionWish } from './document/connect'
import type { Point } from './document/edit'
import { geometryOf } from './document/geometry'
import type { Selection } from './document/history'
import type { FlowEdge, FlowNode } from './to-flow'

/** What React Flow reports, in the words of the document. The only place besides `to-flow.ts` that knows both. */

/** A connection drawn on the canvas; undefined while an end is missing. */
export function wishOf(connection: Connection | FlowEdge): ConnectionWish | undefined {
  const { source, target, sourceHandle } = connection
  if (!source || !target) return undefined
  return { source, target, sourcePort: sourceHandle ?? 'out' }
}

/** New places, on the whole canvas, of nodes that were dragged. React Flow reports them from the corner of their frame. */
export function placesOf(definition: WorkflowDefinition, nodes: readonly FlowNode[]): Map<string, Point> {
  const { boxes } = geometryOf(definition)
  return new Map(
    nodes.map(({ id, parentId, position }) => {
      const frame = boxes.get(parentId ?? '') ?? { x: 0, y: 0 }
      return [id, { x: frame.x + position.x, y: frame.y + position.y }]
    }),
  )
}

/** The selection after React Flow's changes; the same object when they do not touch it. */
export function selectionAfter(
  selection: Selection,
  nodeChanges: readonly NodeChange<FlowNode>[],
  edgeChanges: readonly EdgeChange<FlowEdge>[],
): Selection {
  const nodes = selected(selection.nodes, nodeChanges)
  const edges = selected(selection.edges, edgeChanges)
  return nodes === selection.nodes && edges === selection.edges ? selection : { nodes, edges }
}

function selected(
  ids: readonly string[],
  changes: readonly (NodeChange<FlowNode> | EdgeChange<FlowEdge>)[],
): readonly string[] {
  const next = new Set(ids)
  for (const change of changes) {
    if (change.type !== 'select') continue
    if (change.selected) next.add(change.id)
    else next.delete(change.id)
  }
  return next.size === ids.length && ids.every((id) => next.has(id)) ? ids : [...next]
}
