import type { WorkflowDefinition } from '@/lib/workflow/document'
import type { Point } from './edit'
import { isContainer, nestingOf } from './nesting'
import { type DrawnPort, drawnPorts, usedPortsByNode } from './ports'
import { FRAME, type Size, sizeOf } from './size'

/** A card or frame in coordinates of the whole canvas. */
export interface Box extends Point, Size {
  id: string
}

export interface Geometry {
  boxes: ReadonlyMap<string, Box>
  ports: ReadonlyMap<string, readonly DrawnPort[]>
  /**
   * How far the steps in a frame are drawn from where the document has them, so that none lies on its border or head:
   * a definition written by hand may place all of them at 0, 0.
   */
  insetOf(containerId: string | undefined): Point
}

const NONE: Point = { x: 0, y: 0 }
const known = new WeakMap<WorkflowDefinition, Geometry>()

/** Where everything lies and how large it is; a frame is as large as what is in it. Computed once per definition. */
export function geometryOf(definition: WorkflowDefinition): Geometry {
  const before = known.get(definition)
  if (before !== undefined) return before
  const nesting = nestingOf(definition)
  const used = usedPortsByNode(definition)
  const ports = new Map(definition.nodes.map((node) => [node.id, drawnPorts(node, used.get(node.id) ?? [])]))
  const sizes = new Map<string, Size>()
  const insets = new Map<string, Point>()
  const measure = (containerId: string | undefined) => {
    for (const node of nesting.childrenOf(containerId)) {
      const head = sizeOf(ports.get(node.id) ?? [])
      if (!isContainer(node)) {
        sizes.set(node.id, head)
        continue
      }
      measure(node.id)
      const inside = nesting.childrenOf(node.id)
      const inset = {
        x: Math.max(0, FRAME.left - Math.min(...inside.map((child) => child.position.x), FRAME.left)),
        y: Math.max(0, top(head) - Math.min(...inside.map((child) => child.position.y), top(head))),
      }
      insets.set(node.id, inset)
      let right = 0
      let bottom = 0
      for (const child of inside) {
        const size = sizes.get(child.id) ?? head
        right = Math.max(right, child.position.x + inset.x + size.width)
        bottom = Math.max(bottom, child.position.y + inset.y + size.height)
      }
      sizes.set(node.id, {
        width: Math.max(FRAME.minWidth, right + FRAME.right),
        height: Math.max(head.height + FRAME.minBody, bottom + FRAME.bottom),
      })
    }
  }
  measure(undefined)
  const insetOf = (id: string | undefined) => (id === undefined ? NONE : (insets.get(id) ?? NONE))
  const boxes = new Map<string, Box>()
  const place = (containerId: string | undefined, origin: Point) => {
    const inset = insetOf(containerId)
    for (const node of nesting.childrenOf(containerId)) {
      const size = sizes.get(node.id) ?? { width: 0, height: 0 }
      const box = { id: node.id, x: origin.x + inset.x + node.position.x, y: origin.y + inset.y + node.position.y }
      boxes.set(node.id, { ...box, ...size })
      if (isContainer(node)) place(node.id, box)
    }
  }
  place(undefined, NONE)
  const geometry = { boxes, ports, insetOf }
  known.set(definition, geometry)
  return geometry
}

/** Where the first step of a frame may lie, from the top of the frame. */
export function frameTop(definition: WorkflowDefinition, containerId: string): number {
  return top(sizeOf(geometryOf(definition).ports.get(containerId) ?? []))
}

function top(head: Size): number {
  return head.height + FRAME.top
}

/** The innermost frame around a point; those of `except` and what is in them are no frames for now. */
export function frameAt(
  definition: WorkflowDefinition,
  point: Point,
  except: ReadonlySet<string> = new Set(),
): string | undefined {
  const nesting = nestingOf(definition)
  const { boxes } = geometryOf(definition)
  let found: string | undefined
  for (;;) {
    const inner = nesting.childrenOf(found).findLast((node) => {
      const box = boxes.get(node.id)
      return isContainer(node) && !except.has(node.id) && box !== undefined && contains(box, point)
    })
    if (inner === undefined) return found
    found = inner.id
  }
}

/** The frames that lie wholly inside of an area. */
export function framesWithin(definition: WorkflowDefinition, area: Point & Size): string[] {
  const { boxes } = geometryOf(definition)
  return definition.nodes.filter(isContainer).flatMap(({ id }) => {
    const box = boxes.get(id)
    if (box === undefined || !contains(area, box)) return []
    return contains(area, { x: box.x + box.width, y: box.y + box.height }) ? [id] : []
  })
}

function contains(box: Point & Size, { x, y }: Point): boolean {
  return x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height
}

/** Whether two boxes touch, with a gap between them. */
export function overlaps(a: Point & Size, b: Point & Size, gap = 0): boolean {
  return (
    a.x < b.x + b.width + gap && b.x < a.x + a.width + gap && a.y < b.y + b.height + gap && b.y < a.y + a.height + gap
  )
}

export function boundsOf(boxes: readonly (Point & Size)[]): Point & Size {
  const x = Math.min(...boxes.map((box) => box.x))
  const y = Math.min(...boxes.map((box) => box.y))
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  }
}
