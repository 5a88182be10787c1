import { nodeKey } from './events'
import { type Plan, type PlanEdge, type PlanNode, ROOT_REGION } from './graph'
import type { NodeState, RunState } from './state'

/**
 * How a settled node moves the run on: edges become taken or dead, dead paths are eliminated, joins become ready, loop
 * visits end and begin. Iterative (a work list), so depth never costs stack.
 */

/** Marks the starts ready and the unreachable skipped. */
export function begin(plan: Plan, state: RunState): void {
  for (const id of plan.unreachableIds) {
    state.nodes.set(id, { nodeId: id, path: [], status: 'skipped', attempt: 0, unresolved: 0, taken: 0 })
  }
  const work: Work[] = []
  for (const id of plan.startIds) {
    const inLoop = plan.nodes.get(id)?.regionId !== ROOT_REGION
    activate(plan, state, id, inLoop ? ['visit:1'] : [], work)
  }
  drain(plan, state, work)
}

/** A node ended on `port`: settle it and everything that follows from it. `port` undefined: nothing flows on. */
export function settle(plan: Plan, state: RunState, node: NodeState, port: string | undefined): void {
  drain(plan, state, [{ node, port }])
}

interface Work {
  node: NodeState
  port: string | undefined
}

function drain(plan: Plan, state: RunState, work: Work[]): void {
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    const planNode = plan.nodes.get(item.node.nodeId)
    if (!planNode) continue
    for (const edge of planNode.outgoing) {
      resolveEdge(plan, state, edge, item.node.path, edge.port === item.port, work)
    }
    leaveRegion(plan, state, planNode.regionId, item.node.path, work)
  }
}

function resolveEdge(
  plan: Plan,
  state: RunState,
  edge: PlanEdge,
  sourcePath: readonly string[],
  taken: boolean,
  work: Work[],
): void {
  const base = sourcePath.slice(0, sourcePath.length - edge.exits.length)
  // Not taken in this visit says nothing about later visits: an exit edge dies only with its loop, see endLoop.
  if (edge.exits.length > 0 && !taken) return
  const key = nodeKey(base, edge.id)
  if (state.edges.has(key)) return
  state.edges.set(key, taken ? 'taken' : 'dead')
  if (edge.back) {
    const visit = state.instances.get(instanceKey(base, edge.target))
    if (visit && taken) visit.again = true
    return
  }
  arrive(plan, state, edge, base, taken, work)
}

function arrive(plan: Plan, state: RunState, edge: PlanEdge, base: string[], taken: boolean, work: Work[]): void {
  const planNode = plan.nodes.get(edge.target)
  if (!planNode) return
  const path = edge.enters === undefined ? base : [...base, 'visit:1']
  ensureInstance(plan, state, planNode.regionId, path)
  const node = touch(state, planNode, path)
  node.unresolved -= 1
  if (taken) node.taken += 1
  if (node.status !== 'pending') return
  const isReady = node.taken > 0 && (planNode.join === 'any' || node.unresolved === 0)
  if (isReady) makeReady(state, planNode, node, work)
  else if (node.unresolved === 0) skip(node, work)
}

function touch(state: RunState, planNode: PlanNode, path: string[]): NodeState {
  const key = nodeKey(path, planNode.id)
  let node = state.nodes.get(key)
  if (!node) {
    node = { nodeId: planNode.id, path, status: 'pending', attempt: 0, unresolved: planNode.incomingCount, taken: 0 }
    state.nodes.set(key, node)
  }
  return node
}

/** A node that needs no edge: a start, or the header of a new visit. */
function activate(plan: Plan, state: RunState, id: string, path: string[], work: Work[]): void {
  const planNode = plan.nodes.get(id)
  if (!planNode) return
  ensureInstance(plan, state, planNode.regionId, path)
  const node = touch(state, planNode, path)
  node.unresolved = 0
  node.taken = 1
  if (node.status === 'pending') makeReady(state, planNode, node, work)
}

function makeReady(state: RunState, planNode: PlanNode, node: NodeState, work: Work[]): void {
  if (planNode.disabled) {
    // A disabled node is passed through: by `out` when it has such an edge, else by its first port.
    node.status = 'skipped'
    const ports = planNode.outgoing.map((edge) => edge.port)
    work.push({ node, port: ports.includes('out') ? 'out' : ports[0] })
    return
  }
  node.status = 'ready'
  state.ready.add(nodeKey(node.path, node.nodeId))
}

function skip(node: NodeState, work: Work[]): void {
  node.status = 'skipped'
  work.push({ node, port: undefined })
}

function ensureInstance(plan: Plan, state: RunState, regionId: string, path: string[]): void {
  const key = instanceKey(path, regionId)
  if (state.instances.has(key)) return
  const region = plan.regions.get(regionId)
  if (region) state.instances.set(key, { regionId, path, unsettled: region.memberCount, again: false })
}

/** Sibling loops share the text of their paths, so an instance is keyed by its region too. */
export function instanceKey(path: readonly string[], regionId: string): string {
  return `${path.join('/')}#${regionId}`
}

/** A member of this visit is settled. With the last one the visit is over: another begins, or the loop has ended. */
function leaveRegion(plan: Plan, state: RunState, regionId: string, path: readonly string[], work: Work[]): void {
  const instance = state.instances.get(instanceKey(path, regionId))
  const region = plan.regions.get(regionId)
  if (!instance || !region) return
  instance.unsettled -= 1
  if (instance.unsettled > 0 || region.headerId === undefined || region.parentId === undefined) return
  const outerPath = path.slice(0, -1)
  if (instance.again) {
    const visit = visitNumber(path) + 1
    if (visit > plan.maxNodeVisits) state.looping ??= { nodeId: region.headerId, visits: visit - 1 }
    else activate(plan, state, region.headerId, [...outerPath, `visit:${visit}`], work)
    return
  }
  for (const edge of region.exitEdges) {
    const key = nodeKey(outerPath, edge.id)
    if (edge.exits.at(-1) !== regionId || state.edges.has(key)) continue
    state.edges.set(key, 'dead')
    arrive(plan, state, edge, outerPath, false, work)
  }
  leaveRegion(plan, state, region.parentId, outerPath, work)
}

function visitNumber(path: readonly string[]): number {
  return Number(path.at(-1)?.slice('visit:'.length))
}
