import { describe, expect, test } from 'vitest'
import { definitionSchema } from './document'
import { normaliseDocument } from './normalise'
import { validateDefinition } from './validate'

const read = (input: unknown) => {
  const { shape, definition } = normaliseDocument(input)
  const { nodes, edges, inputs } = definitionSchema.parse(definition)
  const nameOf = new Map(nodes.map((node) => [node.id, node.name]))
  return {
    shape,
    nodes,
    inputs,
    problems: validateDefinition(definition).problems,
    arrows: edges.map(({ source, sourcePort, target }) =>
      [
        nameOf.get(source) ?? source,
        sourcePort === 'out' ? '' : ` (${sourcePort})`,
        ' → ',
        nameOf.get(target) ?? target,
      ].join(''),
    ),
  }
}

test('described steps become tasks in sequence, each with what the one before made', () => {
  const found = read({
    steps: [
      { name: 'Research', description: 'Find three facts about {{ topic }}.', agent_hint: 'You are a librarian.' },
      { name: 'Write', description: 'Write them up.' },
    ],
  })
  expect(found.shape).toBe('described-steps')
  expect(found.arrows).toEqual(['Start → Research', 'Research → Write', 'Write → End'])
  expect(found.nodes[1]).toMatchObject({
    type: 'llm',
    config: { system: 'You are a librarian.', prompt: 'Find three facts about {{ topic }}.\n\n{{ inputs }}' },
  })
  expect(found.nodes[2]?.config.prompt).toBe('Write them up.\n\n{{ nodes.`Research`.output }}')
  expect(found.nodes[3]?.config.output).toBe('{{ nodes.`Write`.output }}')
  expect(found.problems.filter(({ severity }) => severity === 'error')).toEqual([])
})

test('typed steps follow their dependencies, and foreign names of types are understood', () => {
  const found = read({
    inputs: [
      { name: 'url', type: 'string', required: true },
      { name: 'n', type: 'number', default: 3 },
    ],
    steps: [
      { name: 'fetch', type: 'http_request', config: { method: 'GET', url: '{{ inputs.url }}' } },
      { name: 'left', type: 'transform', config: { expression: 'nodes.fetch.output' }, depends_on: ['fetch'] },
      { name: 'right', type: 'Human-Approval', config: { title: 'Go?' }, depends_on: 'fetch' },
      { name: 'both', type: 'join', depends_on: ['left', 'right'] },
    ],
  })
  expect(found.shape).toBe('typed-steps')
  expect(found.arrows).toEqual([
    'Start → fetch',
    'fetch → left',
    'fetch → right',
    'left → both',
    'right (approved) → both',
    'both → End',
  ])
  expect(found.nodes.map(({ type }) => type)).toEqual(['start', 'http', 'transform', 'approval', 'merge', 'end'])
  expect(found.inputs).toEqual({
    type: 'object',
    properties: { url: { type: 'string' }, n: { type: 'number', default: 3 } },
    required: ['url'],
  })
  expect(found.problems).toEqual([])
  expect(found.nodes.map(({ position }) => position.x)).toEqual([0, 280, 560, 560, 840, 1120])
  expect(found.nodes[2]?.position.y).not.toBe(found.nodes[3]?.position.y)
})

test('actions become nodes of that kind, others become tasks with their parameters as facts', () => {
  const found = read({
    steps: [
      { action: 'http', agent_id: 'agent-7', parameters: { method: 'GET', url: 'https://example.com/' } },
      { action: 'send_report', parameters: { to: 'ops', pages: 2 } },
    ],
  })
  expect(found.shape).toBe('action-steps')
  expect(found.nodes[1]).toMatchObject({
    type: 'http',
    note: 'Agent: agent-7',
    config: { url: 'https://example.com/' },
  })
  expect(found.nodes[2]).toMatchObject({ type: 'llm', config: { prompt: 'Carry out: send_report\nto: ops\npages: 2' } })
  expect(found.problems.filter(({ severity }) => severity === 'error')).toEqual([])
})

describe('whatever comes, it does not throw', () => {
  test.each([
    undefined,
    null,
    1,
    'x',
    [],
    {},
    { steps: [] },
    { steps: [1] },
    { steps: [{}] },
    { nodes: [], steps: [{ name: 'a' }] },
  ])('%j is given back', (input) => {
    expect(normaliseDocument(input)).toEqual({ shape: 'graph', definition: input })
  })

  test('names that repeat, names that are none of ours, cycles and dangling dependencies are left to validation', () => {
    const found = read({
      steps: [
        { name: 'A `b`', type: 'transform', config: { expression: '1' }, depends_on: ['A `b` 2', 'ghost'] },
        { name: 'A `b`', type: 'nonsense', depends_on: ["A 'b'"] },
        { name: 'Start', type: 'transform', config: { expression: '1' } },
      ],
    })
    expect(found.nodes.map(({ name }) => name)).toEqual(['Start 2', "A 'b'", "A 'b' 2", 'Start', 'End'])
    const codes = new Set(found.problems.map(({ code }) => code))
    for (const code of ['unknown_type', 'dangling_edge']) expect(codes).toContain(code)
  })
})
