'use client'

import { Plus } from 'lucide-react'
import { memo } from 'react'
import type { NodeProps } from 'reactflow'
import { nodeType } from '@/lib/nodes/registry'
import { handlesOf, showsPortRows } from '../document/size'
import type { FlowNode } from '../to-flow'
import { useCanvasEditing } from './canvas-context'
import { NextButtons, NodeBadges, NodeHandles, NodeTitle, worst } from './node-parts'
import { PortRow } from './port-row'

/**
 * A container: a frame around the steps inside it. Its head is what is pressed, dragged and focused; its body lets the
 * pointer through, so that inside of it the canvas works as it does everywhere.
 */
export const FrameCard = memo(function FrameCard({ data, selected, isConnectable }: NodeProps<FlowNode>) {
  const { node, ports, problems, run, inside } = data
  const editing = useCanvasEditing()
  const handles = handlesOf(node, ports)
  const progress = run?.progress
  return (
    <div
      className="ds-frame"
      data-category={nodeType(node.type)?.category ?? 'unknown'}
      data-selected={selected || undefined}
      data-disabled={node.disabled || undefined}
      data-run={run?.status}
      data-problem={worst(problems)}
    >
      <div className="ds-node-head ds-frame-head">
        <NodeTitle node={node} />
        {progress === undefined ? null : (
          <span className="ds-frame-progress">
            {progress.text}
            {progress.errors > 0 ? <span data-errors>{`${progress.errors} failed`}</span> : null}
          </span>
        )}
        {editing === null || inside === 0 ? null : (
          <button
            type="button"
            tabIndex={-1}
            className="ds-frame-add nodrag nopan"
            aria-label={`Add a step inside ${node.name}`}
            title="Add a step inside (I)"
            onClick={(event) => {
              event.stopPropagation()
              editing.addInside(node.id, event)
            }}
          >
            <Plus aria-hidden />
          </button>
        )}
      </div>
      {showsPortRows(ports) ? (
        <div className="ds-ports ds-frame-ports">
          {ports.map((port) => (
            <PortRow key={port.name} port={port} />
          ))}
        </div>
      ) : null}
      {inside > 0 ? null : editing === null ? (
        <p className="ds-frame-empty">No steps inside</p>
      ) : (
        <button
          type="button"
          tabIndex={-1}
          className="ds-frame-empty nodrag nopan"
          aria-label={`Add a step inside ${node.name}`}
          onClick={(event) => {
            event.stopPropagation()
            editing.addInside(node.id, event)
          }}
        >
          <span>Drop steps here</span>
          <span data-add>
            <Plus aria-hidden /> Add a step
          </span>
        </button>
      )}
      <NodeHandles node={node} ports={ports} handles={handles} isConnectable={isConnectable} />
      <NextButtons node={node} ports={ports} handles={handles} />
      <NodeBadges node={node} problems={problems} run={run} />
    </div>
  )
})
