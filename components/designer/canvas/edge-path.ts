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

/** A curve forwards; backwards (loops) a rounded line around both cards. With the middle, where its buttons sit. */
export function edgePath(ends: EdgeEnds): { path: string; x: number; y: number } {
  if (ends.targetX >= ends.sourceX - BACKWARD_PX) {
    const [path, x, y] = getBezierPath({ ...ends, curvature: 0.3 })
    return { path, x, y }
  }
  const apart = Math.abs(ends.targetY - ends.sourceY)
  const centerY = apart > 160 ? undefined : Math.max(ends.sourceY, ends.targetY) + 110
  const [path, x, y] = getSmoothStepPath({ ...ends, borderRadius: 14, offset: 28, centerY })
  return { path, x, y }
}
