'use client'

import { CircleAlert, CircleSlash, Plus, StickyNote, TriangleAlert } from 'lucide-react'
import { Handle, Position } from 'reactflow'
import { Tooltip } from '@/components/ui/tooltip'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { nodeType } from '@/lib/nodes/registry'
import type { Problem } from '@/lib/workflow/document'
import { hasInput } from '../document/ports'
import type { PlacedHandle } from '../document/size'
import type { FlowNodeData } from '../to-flow'
import { useCanvasEditing } from './canvas-context'
import { NodeIcon } from './node-icon'
import { RunBadge } from './run-badge'

/** What cards and frames have in common. */

/** What it is, what it is called, what it does. */
export function NodeTitle({ node }: Pick<FlowNodeData, 'node'>) {
  const type = nodeType(node.type)
  const title = type?.title ?? node.type
  const summary = summaryOf(node.type, node.config)
  return (
    <>
      <NodeIcon icon={type?.icon ?? 'box'} category={type?.category ?? 'unknown'} />
      <span className="ds-node-text">
        {node.name === title ? null : <span className="ds-node-type">{title}</span>}
        <span className="ds-node-name">{node.name}</span>
        {summary === '' ? null : (
          <span className="ds-node-summary">
            {node.type === 'workflow' ? <WorkflowName workflowId={String(node.config.workflowId)} /> : summary}
          </span>
        )}
      </span>
      {node.note === undefined || node.note === '' ? null : (
        <Tooltip content={<span className="line-clamp-6 whitespace-pre-line">{node.note}</span>}>
          <span className="ds-node-note">
            <StickyNote aria-hidden />
            <span className="sr-only">Note: {node.note}</span>
          </span>
        </Tooltip>
      )}
    </>
  )
}

/** The name of the workflow that a step runs; its id until the name is known, or when there is none. */
function WorkflowName({ workflowId }: { workflowId: string }) {
  const workflow = useApi(contracts.getWorkflow, { params: { workflow_id: workflowId } }, { staleTime: NAME_STALE_MS })
  return workflow.data?.name ?? workflowId
}

const NAME_STALE_MS = 60_000

/** Where it is led to and where it leads. */
export function NodeHandles({
  node,
  ports,
  handles,
  isConnectable,
}: Pick<FlowNodeData, 'node' | 'ports'> & { handles: PlacedHandle[]; isConnectable: boolean }) {
  return (
    <>
      {hasInput(node) ? (
        <Handle
          type="target"
          position={Position.Left}
          className="ds-handle ds-handle-in"
          style={{ top: handles[0]?.y }}
          isConnectable={isConnectable}
          role="img"
          aria-label={`Into ${node.name}`}
        />
      ) : null}
      {handles.map((handle) =>
        handle.port === undefined ? null : (
          <Handle
            key={handle.port}
            id={handle.port}
            type="source"
            position={Position.Right}
            className="ds-handle ds-handle-out"
            style={{ top: handle.y }}
            data-port={handle.port}
            isConnectable={isConnectable && !ports.find((port) => port.name === handle.port)?.missing}
            role="img"
            aria-label={`From ${node.name}, port ${handle.port}`}
          />
        ),
      )}
    </>
  )
}

/** On the corner: off, what is wrong, how it ran. */
export function NodeBadges({ node, problems, run }: Pick<FlowNodeData, 'node' | 'problems' | 'run'>) {
  return (
    <span className="ds-badges">
      {node.disabled ? (
        <Tooltip content="Disabled: the run passes it by">
          <span className="ds-badge">
            <CircleSlash aria-hidden />
            <span>Off</span>
          </span>
        </Tooltip>
      ) : null}
      <ProblemBadge problems={problems} />
      {run === undefined ? null : <RunBadge run={run} />}
    </span>
  )
}

/** Beside every port that leads nowhere yet: a press adds the next step. Seen while the pointer is on the card. */
export function NextButtons({
  node,
  ports,
  handles,
}: Pick<FlowNodeData, 'node' | 'ports'> & { handles: PlacedHandle[] }) {
  const editing = useCanvasEditing()
  if (editing === null) return null
  return handles.map(({ port, y }) => {
    if (port === undefined || ports.find((candidate) => candidate.name === port)?.used) return null
    return (
      <button
        key={port}
        type="button"
        tabIndex={-1}
        className="ds-next nodrag nopan"
        style={{ top: y }}
        aria-label={`Add a step after ${node.name}, port ${port}`}
        onClick={(event) => {
          event.stopPropagation()
          editing.addAfterPort(node.id, port, event)
        }}
      >
        <Plus aria-hidden />
      </button>
    )
  })
}

/** A type's summary reads its config, which a hand-written definition can hold in any shape. */
function summaryOf(type: string, config: Record<string, unknown>): string {
  try {
    return nodeType(type)?.summary(config) ?? ''
  } catch {
    return ''
  }
}

export function worst(problems: readonly Problem[]): 'error' | 'warning' | undefined {
  if (problems.length === 0) return undefined
  return problems.some((problem) => problem.severity === 'error') ? 'error' : 'warning'
}

function ProblemBadge({ problems }: { problems: readonly Problem[] }) {
  const severity = worst(problems)
  if (severity === undefined) return null
  const Icon = severity === 'error' ? CircleAlert : TriangleAlert
  const shown = problems.slice(0, 5)
  return (
    <Tooltip
      content={
        <span className="grid gap-1">
          {shown.map((problem) => (
            <span key={`${problem.path} ${problem.message}`}>{problem.message}</span>
          ))}
          {problems.length > shown.length ? <span>and {problems.length - shown.length} more</span> : null}
        </span>
      }
    >
      <span className="ds-badge" data-severity={severity}>
        <Icon aria-hidden />
        <span>{problems.length}</span>
        <span className="sr-only">{problems.length === 1 ? 'problem' : 'problems'}</span>
      </span>
    </Tooltip>
  )
}
