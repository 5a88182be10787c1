import { getBezierPath, getSmoothStepPath, type Position } from 'reactflow'

export interface EdgeEnds {
  sourceX: number
  sourceY: number
  targetX: number
  targetY: number
  sourcePosition: Position
  targetPosition: Position
}

/** How far a target may lie behind its source before the edge is drawn around the cards instead of through them. */
const BACKWARD_PX = 24

/**
 * A curve forwards; backwards (loops) a rounded line that runs at `back`, where it is free of cards, and while one of its
 * ends is being dragged around both of them. With the middle, where its buttons sit.
 */
export function edgePath(ends: EdgeEnds, back?: number): { path: string; x: number; y: number } {
  if (ends.targetX >= ends.sourceX - BACKWARD_PX) {
    const [path, x, y] = getBezierPath({ ...ends, curvature: 0.3 })
    return { path, x, y }
  }
  const apart = Math.abs(ends.targetY - ends.sourceY)
  const around = apart > 160 ? undefined : Math.max(ends.sourceY, ends.targetY) + 110
  const centerY = back ?? around
  const [path, x, y] = getSmoothStepPath({ ...ends, borderRadius: 14, offset: 28, centerY })
  return { path, x, y: centerY ?? y }
}
