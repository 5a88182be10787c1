import { definitionSchema, type WorkflowDefinition, type WorkflowDefinitionInput } from '../workflow/document'

/**
 * A definition from a drawing: `draw('start>a', 'a>b', 'a:error>c')`. A node is named by its id; its type is its id up to a
 * digit or underscore when that is a known type (`transform1`, `end_ok`), else `transform`. `nodes` overrides any of it.
 */
export function draw(
  edges: readonly string[],
  nodes: Record<string, Partial<WorkflowDefinitionInput['nodes'] extends (infer N)[] | undefined ? N : never>> = {},
  rest: Partial<Omit<WorkflowDefinitionInput, 'nodes' | 'edges'>> = {},
): WorkflowDefinition {
  const ids = new Set<string>(Object.keys(nodes))
  const parsed = edges.map((text, index) => {
    const [from = '', target = ''] = text.split('>')
    const [source = '', sourcePort = 'out'] = from.split(':')
    ids.add(source).add(target)
    return { id: `e${index}`, source, sourcePort, target }
  })
  return definitionSchema.parse({
    ...rest,
    nodes: Array.from(ids, (id) => ({
      id,
      type: typeOf(id),
      name: id,
      config: defaultConfig(typeOf(id)),
      ...nodes[id],
    })),
    edges: parsed,
  })
}

const KNOWN = [
  'start',
  'end',
  'merge',
  'condition',
  'switch',
  'transform',
  'approval',
  'input',
  'delay',
  'http',
  'message',
  'fail',
  'forEach',
  'while',
  'workflow',
  'callback',
]

function typeOf(id: string): string {
  const stem = id.replace(/[\d_].*$/, '')
  return KNOWN.includes(stem) ? stem : 'transform'
}

function defaultConfig(type: string): Record<string, unknown> {
  if (type === 'transform') return { expression: 'null' }
  if (type === 'approval') return { title: 'Please decide' }
  if (type === 'input') return { prompt: 'Say something', schema: { type: 'object', properties: {} } }
  if (type === 'delay') return { seconds: 60 }
  if (type === 'forEach') return { items: '[1, 2, 3]' }
  if (type === 'switch') return { on: 'item', cases: [{ name: 'a', equals: 'a' }] }
  if (type === 'while') return { when: 'index < 3' }
  return {}
}
