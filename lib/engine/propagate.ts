import { type ContainerState, itemIndex, itemSegment } from './containers'
import { type Failure, nodeKey } from './events'
import { bodyRegion, type Plan, type PlanEdge, type PlanNode, ROOT_REGION } from './graph'
import { type Instance, type NodeState, newInstance, type RunState } from './state'

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

/** Begins as many items of a container as may run; says what is next when none is left. */
export function advanceContainer(plan: Plan, state: RunState, container: ContainerState): void {
  const work: Work[] = []
  turnContainer(plan, state, container, work)
  drain(plan, state, work)
}

/** The condition of a `while` was asked: another turn begins, or the container is done. */
export function beginTurn(plan: Plan, state: RunState, container: ContainerState, go: boolean): void {
  container.phase = go ? 'open' : 'close'
  if (!go) {
    state.due.add(container.key)
    return
  }
  state.due.delete(container.key)
  const work: Work[] = []
  beginItem(plan, state, container, work)
  drain(plan, state, work)
}

/**
 * A node failed and nothing of its own handles it. The innermost container that collects takes it as the error of an item; a
 * container that does not collect fails as a whole, by its own policy; outside of containers the run fails.
 */
export function escalate(plan: Plan, state: RunState, node: NodeState, error: Failure): void {
  const container = containerOf(plan, state, node)
  if (!container) {
    state.failure ??= { nodeId: node.nodeId, error }
    return
  }
  const index = itemIndex(itemPath(plan, node).at(-1)) ?? 0
  container.errors.push({ index, nodeId: node.nodeId, error })
  if (!container.collects) {
    container.phase = 'fail'
    state.due.add(container.key)
    return
  }
  const work: Work[] = []
  const instance = state.instances.get(instanceKey(itemPath(plan, node), bodyRegion(container.nodeId)))
  if (instance) {
    cancelInstance(state, instance)
    instance.resultKey = undefined
    endItem(plan, state, container, index, undefined, work)
  }
  drain(plan, state, work)
}

/** An End that ends all was reached: what else is going on in its item is cut off and the item is over; outside of containers, the run. */
export function endAround(plan: Plan, state: RunState, node: NodeState): void {
  const container = containerOf(plan, state, node)
  const path = itemPath(plan, node)
  const instance = state.instances.get(instanceKey(path, bodyRegion(container?.nodeId)))
  if (!instance) return
  cancelInstance(state, instance)
  if (!container) return
  const work: Work[] = []
  endItem(plan, state, container, itemIndex(path.at(-1)) ?? 0, instance.resultKey, work)
  drain(plan, state, work)
}

/** Cuts off everything inside a container: it has failed. */
export function cancelContainer(state: RunState, container: ContainerState): void {
  for (let index = 0; index < container.next; index++) {
    const path = [...container.path, itemSegment(container.kind, index)]
    const instance = state.instances.get(instanceKey(path, bodyRegion(container.nodeId)))
    if (instance && instance.unsettled > 0) cancelInstance(state, instance)
  }
}

/** The container whose item or turn a node belongs to. */
export function containerOf(plan: Plan, state: RunState, node: NodeState): ContainerState | undefined {
  const id = plan.nodes.get(node.nodeId)?.containers.at(-1)
  return id === undefined ? undefined : state.containers.get(nodeKey(itemPath(plan, node).slice(0, -1), id))
}

/** Whether some container around a node collects the errors of its items. */
export function isCollected(plan: Plan, state: RunState, node: NodeState): boolean {
  for (let at: NodeState | undefined = node; at; ) {
    const container = containerOf(plan, state, at)
    if (!container) return false
    if (container.collects) return true
    at = state.nodes.get(container.key)
  }
  return false
}

/** The path of the item or turn that a node belongs to: its own, without the loop visits inside. */
function itemPath(plan: Plan, node: NodeState): string[] {
  const loops = plan.nodes.get(node.nodeId)?.loopDepth ?? 0
  return node.path.slice(0, node.path.length - loops)
}

/** Remembers what an item has to show for itself: what its End node gave, else what ended last. */
export function noteResult(plan: Plan, state: RunState, node: NodeState): void {
  const planNode = plan.nodes.get(node.nodeId)
  const key = nodeKey(node.path, node.nodeId)
  const isEnd = planNode?.type === 'end'
  if (!planNode || planNode.containers.length === 0) {
    if (isEnd) state.endKey = key
    return
  }
  const region = bodyRegion(planNode.containers.at(-1))
  const instance = state.instances.get(instanceKey(itemPath(plan, node), region))
  if (!instance || (instance.hasEnd && !isEnd)) return
  instance.resultKey = key
  instance.hasEnd ||= isEnd
}

function turnContainer(plan: Plan, state: RunState, container: ContainerState, work: Work[]): void {
  if (container.phase !== 'open') return
  if (container.kind === 'while') {
    if (container.active === 0) container.phase = 'check'
  } else {
    while (container.active < container.concurrency && container.next < container.total) {
      beginItem(plan, state, container, work)
    }
    if (container.ended === container.total) container.phase = 'close'
  }
  if (container.phase !== 'open') state.due.add(container.key)
}

function beginItem(plan: Plan, state: RunState, container: ContainerState, work: Work[]): void {
  const path = [...container.path, itemSegment(container.kind, container.next)]
  container.next += 1
  container.active += 1
  if (container.kind === 'while') container.total += 1
  const region = bodyRegion(container.nodeId)
  ensureInstance(plan, state, region, path)
  for (const id of plan.entries.get(container.nodeId) ?? []) {
    const inLoop = plan.nodes.get(id)?.regionId !== region
    activate(plan, state, id, inLoop ? [...path, 'visit:1'] : path, work)
  }
}

function endItem(
  plan: Plan,
  state: RunState,
  container: ContainerState,
  index: number,
  resultKey: string | undefined,
  work: Work[],
): void {
  container.active -= 1
  container.ended += 1
  container.results[index] = resultKey
  turnContainer(plan, state, container, work)
}

/** Nodes that were active are cancelled, those that were not yet are skipped; what is inside goes with it. */
function cancelInstance(state: RunState, instance: Instance): void {
  instance.unsettled = 0
  for (const key of instance.nodeKeys) {
    const node = state.nodes.get(key)
    if (node) cutOff(state, key, node)
  }
  for (const key of instance.inner) {
    const inner = state.instances.get(key)
    if (inner && inner.unsettled > 0) cancelInstance(state, inner)
  }
}

/** Ends a node that nothing will end any more. */
export function cutOff(state: RunState, key: string, node: NodeState, at?: string): void {
  if (!['pending', 'ready', 'running', 'waiting', 'retrying'].includes(node.status)) return
  const wasActive = node.status !== 'pending' && node.status !== 'ready'
  node.status = wasActive ? 'cancelled' : 'skipped'
  state.ready.delete(key)
  state.running.delete(key)
  state.due.delete(key)
  const container = state.containers.get(key)
  if (container) container.phase = 'done'
  const isOpen = node.waitId !== undefined && state.waits.delete(node.waitId)
  if (!wasActive) return
  if (at !== undefined) node.endedAt = at
  state.cancelled.push({ key, waitId: isOpen ? node.waitId : undefined })
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
    state.instances.get(instanceKey(path, planNode.regionId))?.nodeKeys.push(key)
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
  if (!region) return
  state.instances.set(key, newInstance(regionId, path, region.memberCount))
  if (region.parentId === undefined) return
  const outer = state.instances.get(instanceKey(path.slice(0, -1), region.parentId))
  outer?.inner.push(key)
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
  if (instance.unsettled > 0 || region.parentId === undefined) return
  const outerPath = path.slice(0, -1)
  if (region.containerId !== undefined) {
    const container = state.containers.get(nodeKey(outerPath, region.containerId))
    if (container) endItem(plan, state, container, itemIndex(path.at(-1)) ?? 0, instance.resultKey, work)
    return
  }
  if (region.headerId === undefined) return
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
