import type { EdgeRunState, NodeRunView } from '@/components/designer/run-view'
import type { ContainerState } from '@/lib/engine/containers'
import { isTerminal, nodeKey } from '@/lib/engine/events'
import type { NodeState, RunState } from '@/lib/engine/state'
import type { WorkflowDefinition } from '@/lib/workflow/document'
import { humanise } from '../schema/field-model'
import { isWithin, type Perspective, perspectiveOfNode, prefixFor } from './perspective'

export type NodeViews = Record<string, NodeRunView>
export type EdgeViews = Record<string, EdgeRunState>

/** Node states that mean something is going on at the node. */
const ACTIVE = new Set<NodeState['status']>(['running', 'waiting', 'retrying'])
/** Node states in which the node has not run. */
const UNTOUCHED = new Set<NodeState['status']>(['pending', 'ready', 'skipped'])

/**
 * What the graph of a run shows: one view per node of the definition, folded over all its visits, or over those of one item.
 * The visit that is going on wins, then the newest. `nowMs` is the clock for what runs at this moment.
 */
export function nodeViewsOf(
  definition: WorkflowDefinition,
  state: RunState,
  nowMs: number,
  perspective?: Perspective,
): NodeViews {
  const visits = new Map<string, NodeState[]>()
  const prefixOf = prefixes(definition, perspective)
  const waitsInside = quietContainers(definition, state)
  for (const node of state.nodes.values()) {
    if (!isWithin(node.path, prefixOf(node.nodeId))) continue
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
    const container = state.containers.get(nodeKey(shown.path, id))
    views[id] = {
      status: waitsInside.has(nodeKey(shown.path, id)) ? 'waiting' : viewStatus(shown, type),
      ...(ran > 1 ? { count: ran } : {}),
      ...(shown.attempt > 1 ? { attempt: shown.attempt } : {}),
      ...durationPart(shown, nowMs),
      ...notePart(shown),
      ...(shown.reused ? { reused: true } : {}),
      ...(container === undefined ? {} : { progress: progressOf(container) }),
    }
  }
  return views
}

function prefixes(definition: WorkflowDefinition, perspective: Perspective | undefined) {
  const known = new Map<string, readonly string[]>()
  return (nodeId: string) => {
    const before = known.get(nodeId)
    if (before !== undefined) return before
    const prefix = prefixFor(definition, perspective, nodeId)
    known.set(nodeId, prefix)
    return prefix
  }
}

/** How far a container is, in words. */
export function progressOf(container: ContainerState): { text: string; errors: number } {
  const { kind, total, ended, errors } = container
  const text = kind === 'while' ? (total === 1 ? '1 turn' : `${total} turns`) : `${ended} of ${total}`
  return { text, errors: errors.length }
}

/** Keys of the containers that only wait: somebody or something is waited for inside, and nothing is at work there. */
function quietContainers(definition: WorkflowDefinition, state: RunState): Set<string> {
  const quiet = new Set<string>()
  const busy = new Set<string>()
  const mark = (into: Set<string>, nodeId: string, path: readonly string[]) => {
    for (let at = perspectiveOfNode(definition, nodeId, path); at !== undefined; ) {
      const key = nodeKey(at.path, at.containerId)
      if (into.has(key)) return
      into.add(key)
      at = perspectiveOfNode(definition, at.containerId, at.path)
    }
  }
  for (const key of [...state.running, ...state.ready]) {
    const node = state.nodes.get(key)
    if (node && !state.containers.has(key)) mark(busy, node.nodeId, node.path)
  }
  for (const wait of state.waits.values()) mark(wait.kind === 'retry' ? busy : quiet, wait.nodeId, wait.path)
  return new Set([...quiet].filter((key) => !busy.has(key)))
}

function viewStatus(node: NodeState, type: string): NodeRunView['status'] {
  if (node.status === 'ready') return 'pending'
  // A rejection is a result, not an error, but a green check would say the opposite of what a person decided.
  return type === 'approval' && node.status === 'succeeded' && node.port === 'rejected' ? 'failed' : node.status
}

/** One view per edge of the definition, folded over all visits: an edge that was ever taken is taken. */
export function edgeViewsOf(definition: WorkflowDefinition, state: RunState, perspective?: Perspective): EdgeViews {
  const seen = new Map<string, 'taken' | 'dead'>()
  const prefixOf = prefixes(definition, perspective)
  const targets = new Map(definition.edges.map((edge) => [edge.id, edge.target]))
  for (const [key, value] of state.edges) {
    const end = key.lastIndexOf('/')
    const edgeId = key.slice(end + 1)
    const prefix = prefixOf(targets.get(edgeId) ?? '')
    if (prefix.length > 0 && !isWithin(key.slice(0, Math.max(0, end)).split('/'), prefix)) continue
    if (value === 'taken' || !seen.has(edgeId)) seen.set(edgeId, value)
  }
  const busy = new Set<string>()
  for (const node of state.nodes.values()) {
    if (ACTIVE.has(node.status) && isWithin(node.path, prefixOf(node.nodeId))) busy.add(node.nodeId)
  }
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
    visits.find((visit) => visit.status === 'failed' && !state.containers.has(nodeKey(visit.path, visit.nodeId))) ??
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
  if (node.status === 'waiting' && node.waitKind === 'callback') return { note: 'Waiting for a callback' }
  if (node.status === 'waiting' && node.waitKind === 'child') return { note: 'Waiting for its run' }
  if (node.status === 'waiting') return { note: 'Waiting for the time' }
  if ((node.status === 'failed' || node.status === 'retrying') && node.error) return { note: node.error.message }
  return node.status === 'succeeded' && node.port !== undefined && node.port !== 'out'
    ? { note: humanise(node.port) }
    : {}
}
