import type { WorkflowDefinition, WorkflowNode } from '@/lib/workflow/document'
import { type Field, fieldsOf } from '../schema/fields'
import { findNode, nodeNames } from './identity'
import { type Root, renameInExpression, renameInTemplate } from './references'

/** Why a node cannot have this name, in one line; undefined when it can. */
export function nameRefusal(definition: WorkflowDefinition, id: string, name: string): string | undefined {
  const wanted = name.trim()
  if (wanted === '') return 'Give the node a name: expressions address it as nodes.<name>.'
  if (wanted.length > 100) return 'Use at most 100 characters.'
  if (wanted.includes('`')) return 'A name cannot contain a backtick: expressions use it to quote names.'
  if (nodeNames(definition, id).has(wanted)) return `Another node is called “${wanted}”.`
  return undefined
}

/**
 * Renames a node and every mention of it in expressions and templates, so that nothing breaks.
 * The same definition when the name is refused or already its own.
 */
export function renameNode(definition: WorkflowDefinition, id: string, name: string): WorkflowDefinition {
  const node = findNode(definition, id)
  const wanted = name.trim()
  if (node === undefined || node.name === wanted || nameRefusal(definition, id, wanted) !== undefined) return definition
  const renames = new Map([[node.name, wanted]])
  return {
    ...definition,
    nodes: definition.nodes.map((other) => {
      const rewritten = rewriteReferences(other, renames)
      return other.id === id ? { ...rewritten, name: wanted } : rewritten
    }),
    ...(definition.outputs === undefined ? {} : { outputs: rewriteOutputs(definition.outputs, renames) }),
  }
}

/** Rewrites every mention of renamed inputs. The declared inputs themselves are changed by the caller. */
export function renameInputs(definition: WorkflowDefinition, renames: ReadonlyMap<string, string>): WorkflowDefinition {
  if (renames.size === 0) return definition
  return {
    ...definition,
    nodes: definition.nodes.map((node) => rewriteReferences(node, renames, 'inputs')),
    ...(definition.outputs === undefined ? {} : { outputs: rewriteOutputs(definition.outputs, renames, 'inputs') }),
  }
}

/** The node with its mentions of other nodes, or of inputs, renamed; the same object when it mentions none of them. */
export function rewriteReferences(
  node: WorkflowNode,
  renames: ReadonlyMap<string, string>,
  root: Root = 'nodes',
): WorkflowNode {
  const rename: Rename = {
    expression: (text) => renameInExpression(text, renames, root),
    template: (text) => renameInTemplate(text, renames, root),
  }
  const config = rewriteRecord(node.config, fieldsOf(node.type), rename)
  return config === node.config ? node : { ...node, config }
}

interface Rename {
  expression(text: string): string
  template(text: string): string
}

function rewriteOutputs(
  outputs: Record<string, string>,
  renames: ReadonlyMap<string, string>,
  root: Root = 'nodes',
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [key, renameInExpression(value, renames, root)]),
  )
}

function rewriteRecord(
  record: Record<string, unknown>,
  fields: readonly Field[],
  rename: Rename,
): Record<string, unknown> {
  const byKey = new Map(fields.map((field) => [field.key, field]))
  return mapRecord(record, (value, key) => {
    const field = byKey.get(key)
    if (field?.control === 'expression' && typeof value === 'string') return rename.expression(value)
    if (field?.items !== undefined && Array.isArray(value)) {
      const items = field.items
      return mapArray(value, (item) => (isRecord(item) ? rewriteRecord(item, items, rename) : item))
    }
    return rewriteTemplates(value, rename)
  })
}

/** Every string inside a value is a template. */
function rewriteTemplates(value: unknown, rename: Rename): unknown {
  if (typeof value === 'string') return rename.template(value)
  if (Array.isArray(value)) return mapArray(value, (item) => rewriteTemplates(item, rename))
  if (isRecord(value)) return mapRecord(value, (item) => rewriteTemplates(item, rename))
  return value
}

function mapArray(values: unknown[], change: (value: unknown) => unknown): unknown[] {
  const next = values.map(change)
  return next.every((value, i) => value === values[i]) ? values : next
}

function mapRecord(
  record: Record<string, unknown>,
  change: (value: unknown, key: string) => unknown,
): Record<string, unknown> {
  const entries = Object.entries(record).map(([key, value]) => [key, change(value, key)] as const)
  return entries.every(([key, value]) => value === record[key]) ? record : Object.fromEntries(entries)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
