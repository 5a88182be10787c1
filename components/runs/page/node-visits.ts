import { nodeKey } from '@/lib/engine/events'
import type { NodeState, RunState } from '@/lib/engine/state'
import { pathText } from '../describe-event'
import { shownVisit } from './graph-states'
import { isWithin } from './perspective'

export interface NodeVisit {
  key: string
  /** `visit 2`, `item 4`; empty when the node runs once. */
  label: string
  state: NodeState
}

/** Every address at which a node stands in this run, or in one item, in the order in which it got there. */
export function visitsOf(state: RunState, nodeId: string, prefix: readonly string[] = []): NodeVisit[] {
  const visits: NodeVisit[] = []
  for (const node of state.nodes.values()) {
    if (node.nodeId === nodeId && isWithin(node.path, prefix)) {
      const label = pathText(node.path.slice(prefix.length))
      visits.push({ key: nodeKey(node.path, node.nodeId), label, state: node })
    }
  }
  return visits
}

/**
 * Reads `?node=`: a node id (its visit that matters most is meant) or the whole address `visit:2/ask`.
 * Undefined: the run's definition has no such node.
 */
export function selectionOf(
  state: RunState | undefined,
  nodeIds: ReadonlySet<string>,
  selection: string,
  prefix: readonly string[] = [],
): { nodeId: string; key: string } | undefined {
  if (selection === '') return undefined
  const nodeId = selection.slice(selection.lastIndexOf('/') + 1)
  if (!nodeIds.has(nodeId)) return undefined
  if (!state) return { nodeId, key: selection }
  if (state.nodes.has(selection) && selection !== nodeId) return { nodeId, key: selection }
  const visits = visitsOf(state, nodeId, prefix)
  const shown = shownVisit(visits.map((visit) => visit.state))
  return { nodeId, key: visits.find((visit) => visit.state === shown)?.key ?? selection }
}
