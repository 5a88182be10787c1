import { canonicalJson } from '../engine/canonical-json'
import type { WorkflowDefinition, WorkflowEdge, WorkflowNode } from './document'

/** One difference between two definitions, in words. Moving a node on the canvas is a change of its own kind: it changes no run. */
export interface DefinitionChange {
  kind: 'added' | 'removed' | 'changed' | 'moved'
  what: 'node' | 'edge' | 'inputs' | 'outputs' | 'settings' | 'kind'
  /** Node or edge. */
  id?: string
  /** Name of the node, or `From → To` of the edge; of the newer definition where there is one. */
  label: string
  /** What changed, e.g. `["name", "url"]`. */
  fields: string[]
}

/** What changed from one definition to another. Nodes and edges are the same when their ids are. */
export function diffDefinitions(before: WorkflowDefinition, after: WorkflowDefinition): DefinitionChange[] {
  return [...nodeChanges(before, after), ...edgeChanges(before, after), ...wholeChanges(before, after)]
}

function nodeChanges(before: WorkflowDefinition, after: WorkflowDefinition): DefinitionChange[] {
  const old = new Map(before.nodes.map((node) => [node.id, node]))
  const kept = new Set(after.nodes.map((node) => node.id))
  const changes: DefinitionChange[] = []
  for (const node of after.nodes) {
    const was = old.get(node.id)
    const about = { what: 'node', id: node.id, label: node.name } as const
    if (was === undefined) {
      changes.push({ ...about, kind: 'added', fields: [] })
      continue
    }
    const fields = changedNodeFields(was, node)
    if (fields.length > 0) changes.push({ ...about, kind: 'changed', fields })
    else if (!same(was.position, node.position)) changes.push({ ...about, kind: 'moved', fields: [] })
  }
  for (const node of before.nodes) {
    if (!kept.has(node.id)) changes.push({ kind: 'removed', what: 'node', id: node.id, label: node.name, fields: [] })
  }
  return changes
}

function changedNodeFields(before: WorkflowNode, after: WorkflowNode): string[] {
  const { config: oldConfig, position: _, ...old } = before
  const { config, position: __, ...rest } = after
  return [...changedKeys(old, rest), ...changedKeys(oldConfig, config)]
}

function edgeChanges(before: WorkflowDefinition, after: WorkflowDefinition): DefinitionChange[] {
  const old = new Map(before.edges.map((edge) => [edge.id, edge]))
  const kept = new Set(after.edges.map((edge) => edge.id))
  const changes: DefinitionChange[] = []
  for (const edge of after.edges) {
    const was = old.get(edge.id)
    const about = { what: 'edge', id: edge.id, label: edgeLabel(edge, after) } as const
    if (was === undefined) changes.push({ ...about, kind: 'added', fields: [] })
    else if (!same(was, edge)) changes.push({ ...about, kind: 'changed', fields: changedKeys({ ...was }, { ...edge }) })
  }
  for (const edge of before.edges) {
    if (!kept.has(edge.id)) {
      changes.push({ kind: 'removed', what: 'edge', id: edge.id, label: edgeLabel(edge, before), fields: [] })
    }
  }
  return changes
}

function edgeLabel(edge: WorkflowEdge, definition: WorkflowDefinition): string {
  const nameOf = (id: string) => definition.nodes.find((node) => node.id === id)?.name ?? id
  const port = edge.sourcePort === 'out' ? '' : ` (${edge.sourcePort})`
  return `${nameOf(edge.source)}${port} → ${nameOf(edge.target)}`
}

function wholeChanges(before: WorkflowDefinition, after: WorkflowDefinition): DefinitionChange[] {
  const changes: DefinitionChange[] = []
  const compare = (what: 'inputs' | 'outputs' | 'settings', label: string, old: object, now: object) => {
    const fields = changedKeys({ ...old }, { ...now })
    if (fields.length > 0) changes.push({ kind: 'changed', what, label, fields })
  }
  const propertiesOf = (definition: WorkflowDefinition) => {
    const { properties, ...rest } = definition.inputs
    return { ...rest, ...(typeof properties === 'object' ? properties : {}) }
  }
  compare('inputs', 'Inputs', propertiesOf(before), propertiesOf(after))
  compare('outputs', 'Outputs', before.outputs ?? {}, after.outputs ?? {})
  compare('settings', 'Limits', before.settings, after.settings)
  if (before.kind !== after.kind) changes.push({ kind: 'changed', what: 'kind', label: 'Loops', fields: [] })
  return changes
}

function changedKeys(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !same(before[key], after[key]))
}

function same(a: unknown, b: unknown): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b)
}
