import type { WorkflowDefinition } from '@/lib/workflow/document'
import type { Point } from './edit'
import { type Box, geometryOf } from './geometry'
import { moveTo } from './move'
import { outermost } from './nesting'

export type Alignment = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom'
export type Axis = 'horizontally' | 'vertically'

/** Steps inside of a chosen frame go with it. */
function boxes(definition: WorkflowDefinition, ids: readonly string[]): Box[] {
  const known = geometryOf(definition).boxes
  return outermost(definition, ids).flatMap((id) => known.get(id) ?? [])
}

/** Lines two or more nodes up on the outermost edge, or on the middle, of all of them. */
export function align(definition: WorkflowDefinition, ids: readonly string[], alignment: Alignment) {
  const list = boxes(definition, ids)
  if (list.length < 2) return definition
  const left = Math.min(...list.map((box) => box.x))
  const right = Math.max(...list.map((box) => box.x + box.width))
  const top = Math.min(...list.map((box) => box.y))
  const bottom = Math.max(...list.map((box) => box.y + box.height))
  const place = (box: Box): Point => {
    switch (alignment) {
      case 'left':
        return { x: left, y: box.y }
      case 'right':
        return { x: right - box.width, y: box.y }
      case 'centre':
        return { x: (left + right - box.width) / 2, y: box.y }
      case 'top':
        return { x: box.x, y: top }
      case 'bottom':
        return { x: box.x, y: bottom - box.height }
      case 'middle':
        return { x: box.x, y: (top + bottom - box.height) / 2 }
    }
  }
  return moveTo(definition, new Map(list.map((box) => [box.id, place(box)])))
}

/** Makes the gaps between three or more nodes equal; the outermost two stay where they are. */
export function distribute(definition: WorkflowDefinition, ids: readonly string[], axis: Axis) {
  const at = axis === 'horizontally' ? ('x' as const) : ('y' as const)
  const length = axis === 'horizontally' ? ('width' as const) : ('height' as const)
  const list = boxes(definition, ids).sort((a, b) => a[at] - b[at])
  const first = list[0]
  const last = list.at(-1)
  if (list.length < 3 || first === undefined || last === undefined) return definition
  const room = last[at] + last[length] - first[at]
  const gap = (room - list.reduce((sum, box) => sum + box[length], 0)) / (list.length - 1)
  let next = first[at]
  const positions = new Map<string, Point>()
  for (const box of list) {
    positions.set(box.id, { x: box.x, y: box.y, [at]: next })
    next += box[length] + gap
  }
  return moveTo(definition, positions)
}
