'use client'

import { memo } from 'react'
import type { NodeProps } from 'reactflow'
import { nodeType } from '@/lib/nodes/registry'
import { handlesOf, showsPortRows } from '../document/size'
import type { FlowNode } from '../to-flow'
import { NextButtons, NodeBadges, NodeHandles, NodeTitle, worst } from './node-parts'
import { PortRow } from './port-row'

/** One step on the canvas: what it is, what it is called, what it does, where it leads, what is wrong, how it ran. */
export const NodeCard = memo(function NodeCard({ data, selected, isConnectable }: NodeProps<FlowNode>) {
  const { node, ports, problems, run } = data
  const handles = handlesOf(node, ports)
  return (
    <div
      className="ds-node"
      data-category={nodeType(node.type)?.category ?? 'unknown'}
      data-selected={selected || undefined}
      data-disabled={node.disabled || undefined}
      data-run={run?.status}
      data-problem={worst(problems)}
    >
      <div className="ds-node-head">
        <NodeTitle node={node} />
      </div>
      {showsPortRows(ports) ? (
        <div className="ds-ports">
          {ports.map((port) => (
            <PortRow key={port.name} port={port} />
          ))}
        </div>
      ) : null}
      <NodeHandles node={node} ports={ports} handles={handles} isConnectable={isConnectable} />
      <NextButtons node={node} ports={ports} handles={handles} />
      <NodeBadges node={node} problems={problems} run={run} />
    </div>
  )
})
