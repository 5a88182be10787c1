'use client'

import { Plus, Trash2 } from 'lucide-react'
import { memo, useRef, useState } from 'react'
import { EdgeLabelRenderer, type EdgeProps } from 'reactflow'
import type { FlowEdge as FlowEdgeType } from '../to-flow'
import { useCanvasEditing } from './canvas-context'
import { edgePath } from './edge-path'

const LEAVE_MS = 180
const SHORT_PX = 110
const ABOVE_PX = 22

/** A way from a port to a node. While editing, its middle offers to put a node in or take the way out. */
export const FlowEdge = memo(function FlowEdge({ id, data, selected, ...ends }: EdgeProps<FlowEdgeType>) {
  const editing = useCanvasEditing()
  const [hovered, setHovered] = useState(false)
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined)
  const { path, x, y } = edgePath(ends, data?.back)
  // On a short way the buttons sit above it, or they would cover both of its ends.
  const short = Math.hypot(ends.targetX - ends.sourceX, ends.targetY - ends.sourceY) < SHORT_PX
  const enter = () => {
    clearTimeout(leaving.current)
    setHovered(true)
  }
  const leave = () => {
    clearTimeout(leaving.current)
    leaving.current = setTimeout(() => setHovered(false), LEAVE_MS)
  }
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the same is on the keyboard, for the selected edge */}
      <g onMouseEnter={editing ? enter : undefined} onMouseLeave={editing ? leave : undefined}>
        <path
          className="ds-edge"
          d={path}
          fill="none"
          data-state={data?.state ?? 'idle'}
          data-port={data?.port}
          data-broken={data?.broken || undefined}
          data-selected={selected || undefined}
          data-hovered={hovered || undefined}
        />
        {data?.state === 'active' ? <path className="ds-edge-flow" d={path} fill="none" /> : null}
        <path className="react-flow__edge-interaction" d={path} fill="none" strokeOpacity={0} strokeWidth={22} />
      </g>
      {editing && hovered ? (
        <EdgeLabelRenderer>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: keeps the buttons open while the pointer is on them */}
          <div
            className="ds-edge-tools nodrag nopan"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${short ? y - ABOVE_PX : y}px)` }}
            onMouseEnter={enter}
            onMouseLeave={leave}
          >
            <button
              type="button"
              aria-label="Insert a step here"
              title="Insert a step here"
              onClick={(event) => editing.insertOnEdge(id, { clientX: event.clientX, clientY: event.clientY })}
            >
              <Plus aria-hidden />
            </button>
            <button type="button" aria-label="Delete connection" title="Delete" onClick={() => editing.deleteEdge(id)}>
              <Trash2 aria-hidden />
            </button>
          </div>
        </EdgeLabelRenderer>
      ) : null}
    </>
  )
})
