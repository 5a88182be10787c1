import type { EdgeRunState, NodeRunView } from '@/components/designer/run-view'
import { isTerminal } from '@/lib/engine/events'
import type { NodeState, RunState } from '@/lib/engine/state'
import type { WorkflowDefinition } from '@/lib/workflow/document'
import { humanise } from '../schema/field-model'

export type NodeViews = Record<string, NodeRunView>
export type EdgeViews = Record<string, EdgeRunState>

/** Node states that mean something is going on at the node. */
const ACTIVE = new Set<NodeState['status']>(['running', 'waiting', 'retrying'])
/** Node states in which the node has not run. */
const UNTOUCHED = new Set<NodeState['status']>(['pending', 'ready', 'skipped'])

/**
 * What the graph of a run shows: one view per node of the definition, folded over all its visits. The visit that is going on
 * wins, then the newest. `nowMs` is the clock for what runs at this moment.
 */
export function nodeViewsOf(definition: WorkflowDefinition, state: RunState, nowMs: number): NodeViews {
  const visits = new Map<string, NodeState[]>()
  for (const node of state.nodes.values()) {
    const known = visits.get(node.nodeId)
    if (known) known.push(node)
    else visits.set(node.nodeId, [node])
  }
  const ended = isTerminal(state.status)
  const views: NodeViews = {}
  for (const { id, type } of definition.nodes) {
    const own = visits.get(id) ?? []
    const shown = shownVisit(own)
    if (!shown) {
      views[id] = { status: ended ? 'skipped' : 'pending' }
      continue
    }
    const ran = own.filter((visit) => !UNTOUCHED.has(visit.status)).length
    views[id] = {
      status: viewStatus(shown, type),
      ...(ran > 1 ? { count: ran } : {}),
      ...(shown.attempt > 1 ? { attempt: shown.attempt } : {}),
      ...durationPart(shown, nowMs),
      ...notePart(shown),
    }
  }
  return views
}

function viewStatus(node: NodeState, type: string): NodeRunView['status'] {
  if (node.status === 'ready') return 'pending'
  // A rejection is a result, not an error, but a green check would say the opposite of what a person decided.
  return type === 'approval' && node.status === 'succeeded' && node.port === 'rejected' ? 'failed' : node.status
}

/** One view per edge of the definition, folded over all visits: an edge that was ever taken is taken. */
export function edgeViewsOf(definition: WorkflowDefinition, state: RunState): EdgeViews {
  const seen = new Map<string, 'taken' | 'dead'>()
  for (const [key, value] of state.edges) {
    const edgeId = key.slice(key.lastIndexOf('/') + 1)
    if (value === 'taken' || !seen.has(edgeId)) seen.set(edgeId, value)
  }
  const busy = new Set<string>()
  for (const node of state.nodes.values()) if (ACTIVE.has(node.status)) busy.add(node.nodeId)
  const ended = isTerminal(state.status)
  const views: EdgeViews = {}
  for (const edge of definition.edges) {
    const value = seen.get(edge.id)
    if (value === 'taken') views[edge.id] = busy.has(edge.target) ? 'active' : 'taken'
    else views[edge.id] = value === 'dead' || ended ? 'dead' : 'idle'
  }
  return views
}

/** The node to look at: what is going on, else what failed, else what came last. A completed run is looked at as a whole. */
export function attentionOf(state: RunState): string | undefined {
  if (state.status === 'completed') return undefined
  const visits = [...state.nodes.values()]
  const last = visits.findLast((visit) => !UNTOUCHED.has(visit.status))
  return (
    visits.findLast((visit) => ACTIVE.has(visit.status)) ??
    visits.find((visit) => visit.status === 'failed') ??
    last
  )?.nodeId
}

/** The visit of a node that a person means when they click on it: what is going on there, else what was there last. */
export function shownVisit(visits: readonly NodeState[]): NodeState | undefined {
  return (
    visits.findLast((visit) => ACTIVE.has(visit.status)) ??
    visits.findLast((visit) => !UNTOUCHED.has(visit.status)) ??
    visits.at(-1)
  )
}

function durationPart(node: NodeState, nowMs: number): { durationMs?: number } {
  if (node.startedAt === undefined) return {}
  const startMs = Date.parse(node.startedAt)
  if (ACTIVE.has(node.status)) return { durationMs: Math.max(0, nowMs - startMs) }
  return node.endedAt === undefined ? {} : { durationMs: Math.max(0, Date.parse(node.endedAt) - startMs) }
}

function notePart(node: NodeState): { note?: string } {
  if (node.status === 'waiting' && node.waitKind === 'approval') return { note: 'Waiting for a decision' }
  if (node.status === 'waiting' && node.waitKind === 'input') return { note: 'Waiting for an answer' }
  if (node.status === 'waiting') return { note: 'Waiting for the time' }
  if ((node.status === 'failed' || node.status === 'retrying') && node.error) return { note: node.error.message }
  return node.status === 'succeeded' && node.port !== undefined && node.port !== 'out'
    ? { note: humanise(node.port) }
    : {}
}
