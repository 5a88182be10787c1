/**
 * Natural loops of a directed graph: dominators, back edges, loop bodies.
 * A loop is natural when every path into it goes through its header; any other cycle is irreducible and is reported by the
 * edge that closes it. Source: Aho, Lam, Sethi, Ullman, *Compilers*, 2nd ed., 9.6.
 */

export interface Loop {
  headerId: string
  /** All nodes of the loop, header and nested loops included. Loops that share a header are one. */
  body: Set<string>
}

interface FlowEdge {
  id: string
  source: string
  target: string
}

export function findLoops(
  startIds: readonly string[],
  edges: readonly FlowEdge[],
): { reachable: Set<string>; loops: Loop[]; backEdgeIds: Set<string>; irreducibleEdgeIds: Set<string> } {
  const outgoing = new Map<string, FlowEdge[]>()
  for (const edge of edges) {
    const list = outgoing.get(edge.source)
    if (list) list.push(edge)
    else outgoing.set(edge.source, [edge])
  }
  const { postorder, retreating } = depthFirst(startIds, outgoing)
  const reachable = new Set(postorder)
  const dominators = immediateDominators(startIds, postorder, edges)

  const backEdgeIds = new Set<string>()
  const irreducibleEdgeIds = new Set<string>()
  const loops = new Map<string, Loop>()
  const predecessors = new Map<string, string[]>()
  for (const edge of edges) {
    if (!reachable.has(edge.source)) continue
    const list = predecessors.get(edge.target)
    if (list) list.push(edge.source)
    else predecessors.set(edge.target, [edge.source])
  }
  for (const edge of retreating) {
    if (!dominates(edge.target, edge.source, dominators)) {
      irreducibleEdgeIds.add(edge.id)
      continue
    }
    backEdgeIds.add(edge.id)
    const loop = loops.get(edge.target) ?? { headerId: edge.target, body: new Set([edge.target]) }
    loops.set(edge.target, loop)
    const stack = [edge.source]
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (loop.body.has(id)) continue
      loop.body.add(id)
      stack.push(...(predecessors.get(id) ?? []))
    }
  }
  return { reachable, loops: [...loops.values()], backEdgeIds, irreducibleEdgeIds }
}

/** Iterative, so that a chain of 5 000 nodes does not overflow the stack. */
function depthFirst(startIds: readonly string[], outgoing: ReadonlyMap<string, FlowEdge[]>) {
  const state = new Map<string, 'open' | 'done'>()
  const postorder: string[] = []
  const retreating: FlowEdge[] = []
  for (const start of startIds) {
    if (state.has(start)) continue
    state.set(start, 'open')
    const stack: { id: string; next: number }[] = [{ id: start, next: 0 }]
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const edge = outgoing.get(frame.id)?.[frame.next]
      if (edge === undefined) {
        state.set(frame.id, 'done')
        postorder.push(frame.id)
        stack.pop()
        continue
      }
      frame.next += 1
      const seen = state.get(edge.target)
      if (seen === 'open') retreating.push(edge)
      else if (seen === undefined) {
        state.set(edge.target, 'open')
        stack.push({ id: edge.target, next: 0 })
      }
    }
  }
  return { postorder, retreating }
}

const VIRTUAL_ROOT = '\0root'

/** Cooper, Harvey, Kennedy, *A Simple, Fast Dominance Algorithm* (2001), with a virtual root above all starts. */
function immediateDominators(
  startIds: readonly string[],
  postorder: readonly string[],
  edges: readonly FlowEdge[],
): Map<string, string> {
  const order = new Map(postorder.map((id, index) => [id, index]))
  order.set(VIRTUAL_ROOT, postorder.length)
  const predecessors = new Map<string, string[]>(startIds.map((id) => [id, [VIRTUAL_ROOT]]))
  for (const edge of edges) {
    if (!order.has(edge.source) || !order.has(edge.target)) continue
    const list = predecessors.get(edge.target)
    if (list) list.push(edge.source)
    else predecessors.set(edge.target, [edge.source])
  }
  const idom = new Map<string, string>([[VIRTUAL_ROOT, VIRTUAL_ROOT]])
  const rank = (id: string) => order.get(id) ?? -1
  const up = (id: string) => idom.get(id) ?? VIRTUAL_ROOT
  const intersect = (first: string, second: string) => {
    let a = first
    let b = second
    while (a !== b) {
      while (rank(a) < rank(b)) a = up(a)
      while (rank(b) < rank(a)) b = up(b)
    }
    return a
  }
  for (let changed = true; changed; ) {
    changed = false
    for (let index = postorder.length - 1; index >= 0; index--) {
      const id = postorder[index] as string // index is within bounds by the loop
      let next: string | undefined
      for (const predecessor of predecessors.get(id) ?? []) {
        if (!idom.has(predecessor)) continue
        next = next === undefined ? predecessor : intersect(predecessor, next)
      }
      if (next !== undefined && idom.get(id) !== next) {
        idom.set(id, next)
        changed = true
      }
    }
  }
  return idom
}

function dominates(candidate: string, id: string, idom: ReadonlyMap<string, string>): boolean {
  for (let at: string | undefined = id; at !== undefined && at !== VIRTUAL_ROOT; at = idom.get(at)) {
    if (at === candidate) return true
  }
  return false
}
