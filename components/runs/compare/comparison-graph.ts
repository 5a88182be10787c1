import type { NodeRunView } from '@/components/designer/run-view'
import type { ComparedNode } from '@/lib/api/contracts/run-compare'
import type { WorkflowDefinition } from '@/lib/workflow/document'

/** Both graphs as one: the later definition, and the steps and connections that only the earlier one has, where they were. */
export function unionOf(a: WorkflowDefinition, b: WorkflowDefinition): WorkflowDefinition {
  const known = new Set(b.nodes.map(({ id }) => id))
  const gone = a.nodes.filter(({ id }) => !known.has(id))
  const drawn = new Set([...known, ...gone.map(({ id }) => id)])
  const same = (edge: WorkflowDefinition['edges'][number]) => `${edge.source} ${edge.sourcePort} ${edge.target}`
  const connected = new Set(b.edges.map(same))
  const ids = new Set(b.edges.map(({ id }) => id))
  const lost = a.edges
    .filter((edge) => !connected.has(same(edge)) && drawn.has(edge.source) && drawn.has(edge.target))
    .map((edge) => (ids.has(edge.id) ? { ...edge, id: `a:${edge.id}` } : edge))
  return { ...b, nodes: [...b.nodes, ...gone], edges: [...b.edges, ...lost] }
}

/**
 * How each step compares over all its items and turns: it differs when any of them does, and is in one run only when all
 * are. A step that neither run reached is pale.
 */
export function comparedViews(
  definition: WorkflowDefinition,
  nodes: readonly ComparedNode[],
): Record<string, NodeRunView> {
  const byId = visitsByNode(nodes)
  return Object.fromEntries(
    definition.nodes.map(({ id }): [string, NodeRunView] => {
      const visits = byId.get(id)
      if (visits === undefined) return [id, { status: 'pending' }]
      const differing = visits.filter(({ verdict }) => verdict !== 'same').length
      const note = visits.length > 1 && differing > 0 ? `${differing} of ${visits.length} differ` : undefined
      return [id, { status: verdictOf(visits), ...(note === undefined ? {} : { note }) }]
    }),
  )
}

export function visitsByNode(nodes: readonly ComparedNode[]): Map<string, ComparedNode[]> {
  const byId = new Map<string, ComparedNode[]>()
  for (const node of nodes) {
    const known = byId.get(node.node_id)
    if (known) known.push(node)
    else byId.set(node.node_id, [node])
  }
  return byId
}

export function verdictOf(visits: readonly ComparedNode[]): ComparedNode['verdict'] {
  const [first = 'same', ...others] = new Set(visits.map(({ verdict }) => verdict))
  return others.length === 0 ? first : 'changed'
}
