import type { WorkflowDefinition } from '@/lib/workflow/document'
import { type Box, geometryOf } from './geometry'
import { nestingOf } from './nesting'

/** Between a card and a line that passes it. */
const CLEAR_PX = 26
/** Between lines that lead back side by side. */
const APART_PX = 14
/** How far a target may lie behind its source before the way is one back. */
const BACKWARD_PX = 24

/**
 * For every edge that leads backwards (loops): the height at which its line can run from right to left without running
 * through a card, below its two ends. Edges that lead forwards have none.
 */
export function backWays(definition: WorkflowDefinition): Map<string, number> {
  const { boxes } = geometryOf(definition)
  const nesting = nestingOf(definition)
  const ways = new Map<string, number>()
  const lines: { left: number; right: number; y: number }[] = []
  for (const edge of definition.edges) {
    const source = boxes.get(edge.source)
    const target = boxes.get(edge.target)
    if (source === undefined || target === undefined || target.x >= source.x + source.width - BACKWARD_PX) continue
    const left = target.x - CLEAR_PX
    const right = source.x + source.width + CLEAR_PX
    const inTheWay = nesting
      .childrenOf(nesting.parentOf.get(edge.source))
      .flatMap((node) => boxes.get(node.id) ?? [])
      .filter((box) => box.x < right && box.x + box.width > left)
    const y = freeLine(inTheWay, lines, left, right, Math.max(bottom(source), bottom(target)) + CLEAR_PX)
    lines.push({ left, right, y })
    ways.set(edge.id, y)
  }
  return ways
}

const bottom = (box: Box) => box.y + box.height

/** The first height from `from` downwards that no card and no other such line takes. */
function freeLine(
  boxes: readonly Box[],
  lines: readonly { left: number; right: number; y: number }[],
  left: number,
  right: number,
  from: number,
): number {
  let y = from
  for (let moved = true; moved; ) {
    moved = false
    for (const box of boxes) {
      if (y <= box.y - CLEAR_PX / 2 || y >= bottom(box) + CLEAR_PX / 2) continue
      y = bottom(box) + CLEAR_PX
      moved = true
    }
    for (const line of lines) {
      if (line.left >= right || line.right <= left || Math.abs(line.y - y) >= APART_PX) continue
      y = line.y + APART_PX
      moved = true
    }
  }
  return y
}
