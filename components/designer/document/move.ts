import type { WorkflowDefinition } from '@/lib/workflow/document'
import { moveNodes, type Point } from './edit'
import { type Box, frameTop, geometryOf, overlaps } from './geometry'
import { nestingOf } from './nesting'
import { FRAME } from './size'

/**
 * Moves steps to places on the whole canvas. What is inside of a moved frame goes with it. A frame whose step comes to lie
 * beyond its left or upper border grows to there, and the other steps in it stay where they are seen.
 */
export function moveTo(definition: WorkflowDefinition, wanted: ReadonlyMap<string, Point>): WorkflowDefinition {
  if (wanted.size === 0) return definition
  const nesting = nestingOf(definition)
  const { boxes } = geometryOf(definition)
  const places = new Map<string, Point>()
  const follow = (containerId: string | undefined, shift: Point) => {
    for (const { id } of nesting.childrenOf(containerId)) {
      const box = boxes.get(id) ?? { x: 0, y: 0 }
      const place = wanted.get(id) ?? { x: box.x + shift.x, y: box.y + shift.y }
      places.set(id, place)
      follow(id, { x: place.x - box.x, y: place.y - box.y })
    }
  }
  follow(undefined, { x: 0, y: 0 })

  const touched = new Set<string | undefined>([...wanted.keys()].map((id) => nesting.parentOf.get(id)))
  const byDepth = (a: string, b: string) => nesting.around(a).length - nesting.around(b).length
  const open = [...touched].filter((id) => id !== undefined).sort(byDepth)
  for (let frame = open.pop(); frame !== undefined; frame = open.pop()) {
    const origin = places.get(frame) ?? { x: 0, y: 0 }
    const inside = nesting.childrenOf(frame).map(({ id }) => places.get(id) ?? origin)
    const x = Math.min(origin.x, ...inside.map((place) => place.x - FRAME.left))
    const y = Math.min(origin.y, ...inside.map((place) => place.y - frameTop(definition, frame)))
    if (x === origin.x && y === origin.y) continue
    places.set(frame, { x, y })
    const parent = nesting.parentOf.get(frame)
    if (touched.has(parent)) continue
    touched.add(parent)
    if (parent !== undefined) open.push(parent)
    open.sort(byDepth)
  }

  const relative = new Map<string, Point>()
  for (const frame of touched) {
    const origin = frame === undefined ? { x: 0, y: 0 } : (places.get(frame) ?? { x: 0, y: 0 })
    for (const { id } of nesting.childrenOf(frame)) {
      const place = places.get(id)
      if (place) relative.set(id, { x: place.x - origin.x, y: place.y - origin.y })
    }
  }
  return moveNodes(definition, relative)
}

/** The gap that neighbours of a grown frame get. */
const GAP_PX = 40

/**
 * Frames that grew push what lies beyond their right or lower border away, as far as they grew, from the inside out.
 * `before` is where the frames lay; a frame that was not there pushes nothing.
 */
export function makeRoom(before: ReadonlyMap<string, Box>, definition: WorkflowDefinition): WorkflowDefinition {
  const nesting = nestingOf(definition)
  const frames = definition.nodes
    .filter((node) => nesting.childrenOf(node.id).length > 0)
    .map((node) => node.id)
    .sort((a, b) => nesting.around(b).length - nesting.around(a).length)
  let now = definition
  for (const id of frames) {
    const { boxes } = geometryOf(now)
    const old = before.get(id)
    const box = boxes.get(id)
    if (old === undefined || box === undefined) continue
    const right = box.x + box.width - (old.x + old.width)
    const down = box.y + box.height - (old.y + old.height)
    if (right <= 0 && down <= 0) continue
    const others = nesting.childrenOf(nesting.parentOf.get(id)).flatMap(({ id: other }) => {
      const place = boxes.get(other)
      return other === id || place === undefined ? [] : [place]
    })
    if (!others.some((other) => overlaps(box, other, GAP_PX / 2))) continue
    const wanted = new Map<string, Point>()
    for (const other of others) {
      const x = right > 0 && other.x >= old.x + old.width ? other.x + right : other.x
      const y = down > 0 && other.y >= old.y + old.height ? other.y + down : other.y
      if (x !== other.x || y !== other.y) wanted.set(other.id, { x, y })
    }
    now = moveTo(now, wanted)
  }
  return now
}
