import type { Plan, PlanEdge, PlanNode } from '../engine/graph'
import { nodeType } from '../nodes/registry'
import type { WorkflowDefinition } from './document'

/** The nodes of a definition as a run would come to them. Computed from the definition alone. */
export interface OrderedNode {
  id: string
  /** Nodes that come before it: where its forward edges come from, or the container that begins with it. */
  dependsOn: string[]
  /** It runs in every run that does not fail. */
  certain: boolean
  /** In a loop or a container. */
  repeats: boolean
}

/**
 * Every node once: what a node depends on stands before it, the body of a container right after it, and otherwise the
 * order is that of the document. Nodes that nothing leads to come last.
 */
export function dependencyOrder(definition: WorkflowDefinition, plan: Plan): OrderedNode[] {
  const incoming = incomingOf(plan)
  const order = new Set<string>()
  const place = new Map(definition.nodes.map((node, index) => [node.id, index]))
  const visitScope = (starts: readonly string[]) => {
    const ready = [...starts]
    while (ready.length > 0) {
      ready.sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0))
      const id = ready.shift() as string // the loop's condition says there is one
      if (order.has(id)) continue
      order.add(id)
      visitScope(plan.entries.get(id) ?? [])
      for (const edge of forward(plan.nodes.get(id))) {
        const sources = incoming.get(edge.target) ?? []
        if (sources.every((source) => order.has(source))) ready.push(edge.target)
      }
    }
  }
  visitScope(plan.startIds)
  for (const node of definition.nodes) order.add(node.id)
  const certain = certainNodes(plan, [...order], definition)
  return Array.from(order, (id) => {
    const node = plan.nodes.get(id)
    const entryOf = node?.containers.at(-1)
    const isEntry = entryOf !== undefined && plan.entries.get(entryOf)?.includes(id) === true
    return {
      id,
      dependsOn: [...(isEntry ? [entryOf] : []), ...(incoming.get(id) ?? [])],
      certain: certain.has(id),
      repeats: node !== undefined && (node.loopDepth > 0 || node.containers.length > 0),
    }
  })
}

function forward(node: PlanNode | undefined): PlanEdge[] {
  return node?.outgoing.filter((edge) => !edge.back) ?? []
}

function incomingOf(plan: Plan): Map<string, string[]> {
  const incoming = new Map<string, string[]>()
  for (const node of plan.nodes.values()) {
    for (const { target } of forward(node)) {
      const sources = incoming.get(target) ?? []
      if (!sources.includes(node.id)) incoming.set(target, [...sources, node.id])
    }
  }
  return incoming
}

/**
 * What surely follows a node is what follows it by every port that it may take; by one port follows whatever any of its edges
 * leads to. A port that only goes back round a loop is left at last by another. Nothing is sure inside a container: it may
 * have no item.
 */
function certainNodes(plan: Plan, order: readonly string[], definition: WorkflowDefinition): Set<string> {
  const follows = new Map<string, Set<string>>()
  const stored = new Map(definition.nodes.map((node) => [node.id, node]))
  for (const id of [...order].reverse()) {
    const node = plan.nodes.get(id)
    const sure = new Set([id])
    follows.set(id, sure)
    if (node === undefined || node.containers.length > 0) continue
    const ports = portsOf(stored.get(id)).filter((port) => !isWayBack(node, port))
    const [first, ...others] = ports.map((port) => reached(node, port, follows))
    for (const found of first ?? []) if (others.every((other) => other.has(found))) sure.add(found)
  }
  const certain = new Set<string>()
  for (const start of plan.startIds) for (const id of follows.get(start) ?? []) certain.add(id)
  return certain
}

/** Ports that a node may end on when it does not fail. */
export function portsOf(node: { type: string; config: Record<string, unknown> } | undefined): string[] {
  const names = nodeType(node?.type ?? '')
    ?.ports(node?.config ?? {})
    .map((port) => port.name)
  return names === undefined || names.length === 0 ? [] : names
}

function isWayBack(node: PlanNode, port: string): boolean {
  const edges = node.outgoing.filter((edge) => edge.port === port)
  return edges.length > 0 && edges.every((edge) => edge.back)
}

function reached(node: PlanNode, port: string, follows: ReadonlyMap<string, Set<string>>): Set<string> {
  const found = new Set<string>()
  for (const edge of forward(node)) {
    if (edge.port === port) for (const id of follows.get(edge.target) ?? []) found.add(id)
  }
  return found
}
