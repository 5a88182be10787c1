import type { WorkflowDefinition, WorkflowNode } from '@/lib/workflow/document'
import { nestingOf } from '../../document/nesting'
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
  const { parentOf, byId } = nestingOf(definition)
  const nodes = definition.nodes.filter(
    (node) => node.id !== nodeId && (before === null ? !parentOf.has(node.id) : before.has(node.id)),
  )
  const own = nodeId === null ? undefined : byId.get(nodeId)
  return [
    ...itemWords(own?.type === 'while' ? own : byId.get(parentOf.get(nodeId ?? '') ?? ''), definition),
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
    ...callbackWords(definition, nodeId),
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

/** What the steps inside a container read of its item; a `while` asks for them itself before each turn. */
function itemWords(container: WorkflowNode | undefined, definition: WorkflowDefinition): Word[] {
  if (container === undefined) return []
  if (container.type === 'while') {
    return [
      { label: 'item', insert: 'item', detail: 'result of the last turn' },
      { label: 'index', insert: 'index', detail: 'turns so far' },
    ]
  }
  return [
    { label: 'item', insert: 'item', detail: `of ${container.name}`, members: itemMembers(container, definition) },
    { label: 'index', insert: 'index', detail: 'number, from 0' },
  ]
}

/** Known when the items are a list that the inputs declare: `inputs.orders`. */
function itemMembers({ config }: WorkflowNode, definition: WorkflowDefinition): Word[] | undefined {
  const path = typeof config.items === 'string' ? config.items.trim().split('.') : []
  if (path[0] !== 'inputs') return undefined
  let words = properties(definition.inputs)
  for (const name of path.slice(1)) words = words?.find((word) => word.insert === name)?.members
  return words
}

/** The URLs of callback steps. A step reads that of one beside it or around it, never of one inside another container. */
function callbackWords(definition: WorkflowDefinition, nodeId: string | null): Word[] {
  const { parentOf, around } = nestingOf(definition)
  const seen = new Set<string | undefined>([undefined, ...(nodeId === null ? [] : around(nodeId))])
  const steps = definition.nodes.filter((node) => node.type === 'callback' && seen.has(parentOf.get(node.id)))
  if (steps.length === 0 || nodeId === null) return []
  const members = steps.map((node) => ({ label: node.name, insert: referenceName(node.name), detail: 'its URL' }))
  return [{ label: 'callbacks', insert: 'callbacks', detail: 'URLs to call', members }]
}

const FOR_EACH_OUTPUT: Word[] = [
  { label: 'results', insert: 'results', detail: 'list, in order' },
  { label: 'errors', insert: 'errors', detail: 'list' },
  { label: 'count', insert: 'count', detail: 'number' },
]
const WHILE_OUTPUT: Word[] = [
  { label: 'result', insert: 'result', detail: 'of the last turn' },
  { label: 'turns', insert: 'turns', detail: 'number' },
]

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
    case 'forEach':
      return FOR_EACH_OUTPUT
    case 'while':
      return WHILE_OUTPUT
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
