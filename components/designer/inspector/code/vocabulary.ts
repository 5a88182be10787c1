import type { WorkflowDefinition, WorkflowNode } from '@/lib/workflow/document'
import { referenceName } from '../../document/references'
import { ancestors } from '../../document/topology'

/** One name that can follow, and what follows it. */
export interface Word {
  /** As it is read. */
  label: string
  /** As it is written; backticks where the name needs them. */
  insert: string
  /** One word about it, e.g. its type. */
  detail?: string
  info?: string
  members?: Word[]
}

type JsonSchema = Record<string, unknown>

/** What an expression of a node can read: the inputs, the steps that can have run before it, the variables. */
export function vocabularyFor(definition: WorkflowDefinition, nodeId: string | null): Word[] {
  const before = nodeId === null ? null : ancestors(definition, nodeId)
  const nodes = definition.nodes.filter((node) => node.id !== nodeId && (before === null || before.has(node.id)))
  return [
    {
      label: 'inputs',
      insert: 'inputs',
      detail: 'of the run',
      members: properties(definition.inputs),
    },
    {
      label: 'nodes',
      insert: 'nodes',
      detail: 'earlier steps',
      members: nodes.map((node) => ({
        label: node.name,
        insert: referenceName(node.name),
        detail: node.type,
        members: [{ label: 'output', insert: 'output', members: outputOf(node, definition) }],
      })),
    },
    { label: 'vars', insert: 'vars', detail: 'dynamic' },
    { label: 'runtime', insert: 'runtime', detail: 'runtime' },
    {
      label: 'run',
      insert: 'run',
      detail: 'this run',
      members: ['id', 'started_at', 'workflow_id'].map((name) => ({ label: name, insert: name, detail: 'text' })),
    },
  ]
}

const HTTP_OUTPUT: Word[] = [
  { label: 'status', insert: 'status', detail: 'number' },
  { label: 'headers', insert: 'headers', detail: 'object' },
  { label: 'body', insert: 'body', detail: 'JSON or text' },
]

/** What is known of a node's output without running it. */
function outputOf(node: WorkflowNode, definition: WorkflowDefinition): Word[] | undefined {
  switch (node.type) {
    case 'start':
      return properties(definition.inputs)
    case 'http':
      return HTTP_OUTPUT
    case 'input':
    case 'llm':
      return properties(node.config.schema)
    case 'approval':
      return properties(node.config.form)
    default:
      return undefined
  }
}

function properties(schema: unknown): Word[] | undefined {
  if (!isRecord(schema) || !isRecord(schema.properties)) return undefined
  return Object.entries(schema.properties).map(([name, property]) => {
    const inner = isRecord(property) ? property : {}
    return {
      label: name,
      insert: referenceName(name),
      detail: typeof inner.type === 'string' ? inner.type : undefined,
      info: typeof inner.title === 'string' ? inner.title : undefined,
      members: properties(inner) ?? properties(inner.items),
    }
  })
}

function isRecord(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Functions of the expression language that people reach for. */
export const FUNCTIONS: readonly (Word & { signature: string })[] = [
  ['$sum', '(numbers)', 'adds up'],
  ['$count', '(list)', 'how many'],
  ['$max', '(numbers)', 'the largest'],
  ['$min', '(numbers)', 'the smallest'],
  ['$average', '(numbers)', 'the mean'],
  ['$round', '(number, places)', 'rounds'],
  ['$number', '(text)', 'text to number'],
  ['$string', '(value)', 'value to text'],
  ['$boolean', '(value)', 'value to true or false'],
  ['$not', '(value)', 'the opposite'],
  ['$exists', '(path)', 'is it there?'],
  ['$length', '(text)', 'characters of a text'],
  ['$substring', '(text, start, length)', 'a part of a text'],
  ['$substringBefore', '(text, mark)', 'what is before'],
  ['$substringAfter', '(text, mark)', 'what is after'],
  ['$contains', '(text, part)', 'is it in the text?'],
  ['$split', '(text, separator)', 'text to list'],
  ['$join', '(list, separator)', 'list to text'],
  ['$replace', '(text, from, to)', 'replaces'],
  ['$uppercase', '(text)', 'IN CAPITALS'],
  ['$lowercase', '(text)', 'in small letters'],
  ['$trim', '(text)', 'without white space around'],
  ['$match', '(text, /pattern/)', 'what matches'],
  ['$filter', '(list, function($v) { … })', 'keeps what is true'],
  ['$map', '(list, function($v) { … })', 'one for each'],
  ['$reduce', '(list, function($a, $v) { … })', 'many to one'],
  ['$sort', '(list, function($a, $b) { … })', 'in order'],
  ['$reverse', '(list)', 'backwards'],
  ['$append', '(list, list)', 'joins lists'],
  ['$distinct', '(list)', 'each once'],
  ['$keys', '(object)', 'names of members'],
  ['$lookup', '(object, key)', 'a member by name'],
  ['$merge', '(objects)', 'joins objects'],
  ['$each', '(object, function($v, $k) { … })', 'one for each member'],
  ['$now', '()', 'this moment, ISO 8601'],
  ['$toMillis', '(timestamp)', 'timestamp to number'],
  ['$fromMillis', '(number, picture)', 'number to timestamp'],
  ['$formatNumber', '(number, picture)', '1,234.50'],
].map(([label = '', signature = '', info = '']) => ({ label, insert: label, signature, detail: signature, info }))
