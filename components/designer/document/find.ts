import { nodeType } from '@/lib/nodes/registry'
import type { WorkflowDefinition, WorkflowNode } from '@/lib/workflow/document'
import { fieldsOf } from '../schema/fields'

/** One place where the searched text stands. */
export interface Match {
  nodeId: string
  nodeName: string
  /** Config field, when it is not the name, type or note. */
  field?: string
  where: string
  /** Text around the match, and where in it the match lies. */
  excerpt: string
  start: number
  end: number
}

const AROUND = 28

/** Every place in names, types, notes and configs that holds `text`, ignoring case; at most one per field. */
export function findText(definition: WorkflowDefinition, text: string): Match[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return []
  return definition.nodes.flatMap((node) =>
    textsOf(node).flatMap(({ value, where, field }): Match[] => {
      const at = value.toLowerCase().indexOf(wanted)
      if (at < 0) return []
      const from = Math.max(0, at - AROUND)
      const excerpt = `${from > 0 ? '…' : ''}${value.slice(from, at + wanted.length + AROUND)}`.replace(/\s+/g, ' ')
      const start = excerpt.toLowerCase().indexOf(wanted)
      return [{ nodeId: node.id, nodeName: node.name, field, where, excerpt, start, end: start + wanted.length }]
    }),
  )
}

function textsOf(node: WorkflowNode): { value: string; where: string; field?: string }[] {
  const titles = new Map(fieldsOf(node.type).map((field) => [field.key, field.title]))
  return [
    { value: node.name, where: 'Name' },
    { value: nodeType(node.type)?.title ?? node.type, where: 'Type' },
    { value: node.note ?? '', where: 'Note' },
    ...Object.entries(node.config).map(([key, value]) => ({
      value: stringsIn(value).join(' '),
      where: titles.get(key) ?? key,
      field: key,
    })),
  ]
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)]
  if (Array.isArray(value)) return value.flatMap(stringsIn)
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([k, v]) => [k, ...stringsIn(v)])
  return []
}
