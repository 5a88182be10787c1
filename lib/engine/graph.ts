import { findLoops, type Loop } from './loops'
import { findScopes, type Scope, type Scopes } from './scopes'

/**
 * Compiles a definition to a {@link Plan}: what the fold needs, looked up in constant time.
 *
 * Regions: the root, one per container body, and one per natural loop. Every item of a container and every visit of a loop
 * is an instance of its region, addressed by a path (`["each:3", "visit:2"]`), so a node runs at most once per address and
 * no event is ever about "the node" in general.
 */

/** What compile reads of a definition; `WorkflowDefinition` is one. */
export interface GraphInput {
  kind: 'graph' | 'dag'
  nodes: readonly {
    id: string
    type: string
    name: string
    config: Record<string, unknown>
    parentId?: string | undefined
    policy?: PlanPolicy | undefined
    disabled?: boolean | undefined
  }[]
  edges: readonly { id: string; source: string; sourcePort: string; target: string }[]
  settings: { maxNodeVisits: number; maxSteps: number; timeoutMs?: number | undefined }
}

export interface PlanPolicy {
  retry?: { maxAttempts: number; backoffMs: number; factor: number; maxBackoffMs: number; jitter: boolean } | undefined
  timeoutMs?: number | undefined
  onError: 'fail' | 'continue' | 'branch'
  atMostOnce?: boolean | undefined
}

export interface PlanNode {
  id: string
  type: string
  name: string
  /** `any`: ready as soon as one incoming edge is taken. */
  join: 'all' | 'any'
  policy: PlanPolicy
  disabled: boolean
  /** An End that cuts off whatever else is still going on in its item, or in the run. */
  endsAll: boolean
  regionId: string
  /** The containers around it, from the outside in; empty at the root. */
  containers: string[]
  /** Loops between it and the innermost container (or the root): that many segments of its path come after the item's. */
  loopDepth: number
  /** Forward edges that arrive; back edges start a new visit instead. */
  incomingCount: number
  outgoing: PlanEdge[]
}

export interface PlanEdge {
  id: string
  source: string
  port: string
  target: string
  /** Loops that this edge leaves, innermost first. It is dead only when the outermost of them ended without taking it. */
  exits: string[]
  /** The loop that this edge enters at its header, if any. */
  enters: string | undefined
  /** Back to the header of a loop that holds the source. */
  back: boolean
}

export interface Region {
  id: string
  parentId: string | undefined
  /** Set for loops. */
  headerId: string | undefined
  /** Set for the body of a container. */
  containerId: string | undefined
  /** Nodes directly in this region and loops directly nested in it: a visit is over when all of them are settled. */
  memberCount: number
  /** Edges that leave this loop (they may leave outer ones too). */
  exitEdges: PlanEdge[]
}

export interface Plan {
  nodes: Map<string, PlanNode>
  regions: Map<string, Region>
  startIds: string[]
  /** Where the body of a container begins: its nodes that no edge leads to. */
  entries: Map<string, string[]>
  /** Not reachable from a start: skipped from the beginning. */
  unreachableIds: string[]
  /** No path leads to them from where their scope begins: the unreachable ones, and their like inside of containers. */
  neverIds: string[]
  maxNodeVisits: number
  maxSteps: number
  timeoutMs: number | undefined
}

export interface GraphProblem {
  code:
    | 'no_start'
    | 'dangling_edge'
    | 'cycle_in_dag'
    | 'irreducible_loop'
    | 'bad_parent'
    | 'too_deep'
    | 'crosses_container'
    | 'empty_container'
    | 'no_entry'
  message: string
  edgeId?: string
  nodeId?: string
}

export const ROOT_REGION = ''

/** The region of a container's body. A loop is named by its header, which may be a container itself. */
export function bodyRegion(containerId: string | undefined): string {
  return containerId === undefined ? ROOT_REGION : `body:${containerId}`
}

const DEFAULT_POLICY: PlanPolicy = { onError: 'fail' }

/** Never throws: a plan is always returned, and must not be run while `problems` is not empty. */
export function compile(definition: GraphInput): { plan: Plan; problems: GraphProblem[] } {
  const problems: GraphProblem[] = []
  const known = new Map(definition.nodes.map((node) => [node.id, node]))
  const sound = definition.edges.filter((edge) => {
    const isSound = known.has(edge.source) && known.has(edge.target)
    if (!isSound) {
      const missing = known.has(edge.source) ? edge.target : edge.source
      problems.push({
        code: 'dangling_edge',
        edgeId: edge.id,
        message: `Edge ${edge.id} names the node ${missing}, which does not exist.`,
      })
    }
    return isSound
  })

  const startIds = definition.nodes.filter((node) => node.type === 'start').map((node) => node.id)
  if (startIds.length === 0) problems.push({ code: 'no_start', message: 'The workflow has no Start node.' })

  const scopes = findScopes(definition.nodes, sound, startIds)
  problems.push(...scopes.problems)
  const { reachable, loops, backEdgeIds, irreducibleEdgeIds } = loopsOf(scopes.scopes)
  const label = (id: string) => known.get(id)?.name ?? id
  for (const edge of scopes.edges) {
    const arrow = `${label(edge.source)} → ${label(edge.target)}`
    if (irreducibleEdgeIds.has(edge.id)) {
      problems.push({
        code: 'irreducible_loop',
        edgeId: edge.id,
        message: `The edge ${arrow} closes a loop that can be entered at two places. Let every path into the loop go through one node.`,
      })
    } else if (definition.kind === 'dag' && backEdgeIds.has(edge.id)) {
      problems.push({
        code: 'cycle_in_dag',
        edgeId: edge.id,
        message: `The edge ${arrow} closes a cycle, and this workflow is of kind "dag". Remove the edge, or change the kind to "graph".`,
      })
    }
  }

  const regionOf = (id: string) => innermost(loops, id)?.headerId ?? bodyRegion(scopes.parentOf.get(id))
  const regions = makeRegions(loops, reachable, scopes, regionOf)
  const nodes = new Map<string, PlanNode>()
  for (const node of definition.nodes) {
    nodes.set(node.id, {
      id: node.id,
      type: node.type,
      name: node.name,
      join: node.type === 'merge' && node.config.join === 'any' ? 'any' : 'all',
      policy: node.policy ?? DEFAULT_POLICY,
      disabled: node.disabled === true,
      endsAll: node.type === 'end' && node.config.endsAll === true,
      regionId: reachable.has(node.id) ? regionOf(node.id) : bodyRegion(scopes.parentOf.get(node.id)),
      containers: scopes.containersOf(node.id),
      loopDepth: enclosing(loops, node.id).length,
      incomingCount: 0,
      outgoing: [],
    })
  }
  for (const edge of scopes.edges) {
    // An edge from a node that can never run is dead for ever; leaving it out keeps every join from waiting for it.
    if (!reachable.has(edge.source) || irreducibleEdgeIds.has(edge.id)) continue
    const back = backEdgeIds.has(edge.id)
    const planEdge = placeEdge(edge, back, loops)
    nodes.get(edge.source)?.outgoing.push(planEdge)
    const target = nodes.get(edge.target)
    if (target && !back) target.incomingCount += 1
    for (const loopId of planEdge.exits) regions.get(loopId)?.exitEdges.push(planEdge)
  }

  const neverIds = definition.nodes.filter((node) => !reachable.has(node.id)).map((node) => node.id)
  const plan: Plan = {
    nodes,
    regions,
    startIds: startIds.filter((id) => !scopes.parentOf.has(id)),
    entries: new Map(scopes.scopes.flatMap((scope) => (scope.id === undefined ? [] : [[scope.id, scope.entryIds]]))),
    unreachableIds: neverIds.filter((id) => !scopes.parentOf.has(id)),
    neverIds,
    maxNodeVisits: definition.settings.maxNodeVisits,
    maxSteps: definition.settings.maxSteps,
    timeoutMs: definition.settings.timeoutMs,
  }
  return { plan, problems }
}

function innermost(loops: readonly Loop[], nodeId: string): Loop | undefined {
  let best: Loop | undefined
  for (const loop of loops) if (loop.body.has(nodeId) && (!best || loop.body.size < best.body.size)) best = loop
  return best
}

/** Loops that hold the node, innermost first. Natural loops of a reducible graph nest or are disjoint, so size orders them. */
function enclosing(loops: readonly Loop[], nodeId: string): Loop[] {
  return loops.filter((loop) => loop.body.has(nodeId)).sort((a, b) => a.body.size - b.body.size)
}

/** Loops never cross the border of a container, so each scope is searched on its own. */
function loopsOf(scopes: readonly Scope[]) {
  const reachable = new Set<string>()
  const loops: Loop[] = []
  const backEdgeIds = new Set<string>()
  const irreducibleEdgeIds = new Set<string>()
  for (const scope of scopes) {
    const found = findLoops(scope.entryIds, scope.edges)
    for (const id of found.reachable) reachable.add(id)
    loops.push(...found.loops)
    for (const id of found.backEdgeIds) backEdgeIds.add(id)
    for (const id of found.irreducibleEdgeIds) irreducibleEdgeIds.add(id)
  }
  return { reachable, loops, backEdgeIds, irreducibleEdgeIds }
}

function makeRegions(
  loops: readonly Loop[],
  reachable: ReadonlySet<string>,
  scopes: Scopes,
  regionOf: (id: string) => string,
): Map<string, Region> {
  const regions = new Map<string, Region>()
  const add = (id: string, rest: Partial<Region>) =>
    regions.set(id, {
      id,
      parentId: undefined,
      headerId: undefined,
      containerId: undefined,
      memberCount: 0,
      exitEdges: [],
      ...rest,
    })
  for (const { id } of scopes.scopes) {
    // The body of a container is no member of the region around it: the container itself is.
    add(bodyRegion(id), id === undefined ? {} : { parentId: regionOf(id), containerId: id })
  }
  for (const loop of loops) {
    const parent = enclosing(loops, loop.headerId).find((other) => other !== loop && other.body.size > loop.body.size)
    const parentId = parent?.headerId ?? bodyRegion(scopes.parentOf.get(loop.headerId))
    add(loop.headerId, { parentId, headerId: loop.headerId })
  }
  for (const region of regions.values()) {
    const parent = region.parentId === undefined || region.containerId ? undefined : regions.get(region.parentId)
    if (parent) parent.memberCount += 1
  }
  for (const id of reachable) {
    const region = regions.get(regionOf(id))
    if (region) region.memberCount += 1
  }
  return regions
}

function placeEdge(
  edge: { id: string; source: string; sourcePort: string; target: string },
  back: boolean,
  loops: readonly Loop[],
): PlanEdge {
  const around = enclosing(loops, edge.source)
  const exits = around.filter((loop) => !loop.body.has(edge.target)).map((loop) => loop.headerId)
  const entered = loops.find((loop) => loop.headerId === edge.target && !loop.body.has(edge.source))
  return {
    id: edge.id,
    source: edge.source,
    port: edge.sourcePort,
    target: edge.target,
    exits,
    enters: entered?.headerId,
    back,
  }
}

/**
 * The path at which a node runs, as somebody at another node and path sees it: what they share is the same, a loop that only
 * the node is in is in its first visit. Undefined: it is inside a container that the onlooker is not in.
 */
export function pathSeenFrom(
  plan: Plan,
  nodeId: string,
  from: { nodeId: string; path: readonly string[] },
): string[] | undefined {
  const own = regionChain(plan, nodeId)
  const others = regionChain(plan, from.nodeId)
  const path: string[] = []
  for (let depth = 0; depth < own.length; depth++) {
    if (own[depth] === others[depth] && from.path[depth] !== undefined)
      path.push(from.path[depth] as string) // as just seen
    else if (plan.regions.get(own[depth] ?? '')?.containerId === undefined) path.push('visit:1')
    else return undefined
  }
  return path
}

/** The regions around a node, from the outside in, without the root: one for each segment of its path. */
function regionChain(plan: Plan, nodeId: string): string[] {
  const chain: string[] = []
  for (let at = plan.nodes.get(nodeId)?.regionId; at !== undefined && at !== ROOT_REGION; ) {
    chain.unshift(at)
    at = plan.regions.get(at)?.parentId
  }
  return chain
}
