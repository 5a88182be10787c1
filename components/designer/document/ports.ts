import type { Port } from '@/lib/nodes/node-type'
import { nodeType } from '@/lib/nodes/registry'
import type { WorkflowDefinition, WorkflowNode } from '@/lib/workflow/document'

export interface DrawnPort extends Port {
  /** An edge leaves from this port, yet the node no longer has it. Drawn so that no edge is ever invisible. */
  missing?: boolean
  /** An edge leaves from this port. */
  used?: boolean
}

/** Outgoing ports of a node in the order drawn: what its type says of its config, and `error` when its policy branches. */
export function portsOf(node: WorkflowNode): Port[] {
  const ports = typePorts(node)
  if (node.policy?.onError !== 'branch' || ports.some((port) => port.name === 'error')) return ports
  return [...ports, { name: 'error', label: 'on error' }]
}

/** A document can hold what its type does not expect (written by hand or by an older version): then it has the one port `out`. */
function typePorts(node: WorkflowNode): Port[] {
  const type = nodeType(node.type)
  if (type === undefined) return [{ name: 'out' }]
  try {
    const seen = new Set<string>()
    return type.ports(node.config).filter((port) => {
      const first = port.name !== '' && !seen.has(port.name)
      seen.add(port.name)
      return first
    })
  } catch {
    return [{ name: 'out' }]
  }
}

export function hasInput(node: WorkflowNode): boolean {
  return nodeType(node.type)?.hasInput !== false
}

/** The ports of a node and those that its edges still use. */
export function drawnPorts(node: WorkflowNode, usedPorts: Iterable<string>): DrawnPort[] {
  const used = new Set(usedPorts)
  const ports = portsOf(node).map((port): DrawnPort => (used.has(port.name) ? { ...port, used: true } : port))
  const known = new Set(ports.map((port) => port.name))
  const missing = [...used].filter((name) => !known.has(name)).sort()
  return [...ports, ...missing.map((name): DrawnPort => ({ name, missing: true, used: true }))]
}

/** Port names with an edge, by node id. */
export function usedPortsByNode(definition: WorkflowDefinition): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>()
  for (const edge of definition.edges) {
    const ports = used.get(edge.source)
    if (ports) ports.add(edge.sourcePort)
    else used.set(edge.source, new Set([edge.sourcePort]))
  }
  return used
}
