import { describe, expect, it } from 'vitest'
import { diffDefinitions } from './diff'
import { definitionSchema } from './document'

const base = definitionSchema.parse({
  inputs: { type: 'object', properties: { url: { type: 'string' } } },
  nodes: [
    { id: 'a', type: 'start', name: 'Start' },
    { id: 'b', type: 'http', name: 'Fetch', config: { url: 'https://example.com', method: 'GET' } },
    { id: 'c', type: 'end', name: 'End' },
  ],
  edges: [
    { id: 'e1', source: 'a', target: 'b' },
    { id: 'e2', source: 'b', target: 'c' },
  ],
})

describe('diffDefinitions', () => {
  it('finds nothing between equal definitions, whatever the order of members', () => {
    const turned = { ...base, nodes: base.nodes.map((node) => Object.fromEntries(Object.entries(node).reverse())) }
    expect(diffDefinitions(base, definitionSchema.parse(turned))).toEqual([])
  })

  it('names what was added, removed, changed and moved', () => {
    const [a, b] = base.nodes
    if (a === undefined || b === undefined) throw new Error('the base has nodes')
    const after = definitionSchema.parse({
      ...base,
      nodes: [
        { ...a, position: { x: 50, y: 0 } },
        { ...b, name: 'Load', config: { url: 'https://example.org', method: 'GET' }, disabled: true },
        { id: 'd', type: 'delay', name: 'Wait' },
      ],
      edges: [
        { id: 'e1', source: 'a', target: 'b' },
        { id: 'e3', source: 'b', sourcePort: 'error', target: 'd' },
      ],
    })
    expect(diffDefinitions(base, after).map(({ kind, what, label, fields }) => [kind, what, label, fields])).toEqual([
      ['moved', 'node', 'Start', []],
      ['changed', 'node', 'Load', ['name', 'disabled', 'url']],
      ['added', 'node', 'Wait', []],
      ['removed', 'node', 'End', []],
      ['added', 'edge', 'Load (error) → Wait', []],
      ['removed', 'edge', 'Fetch → End', []],
    ])
  })

  it('names changed inputs, outputs, limits and shape', () => {
    const after = definitionSchema.parse({
      ...base,
      kind: 'dag',
      inputs: { type: 'object', properties: { url: { type: 'string' }, limit: { type: 'number' } } },
      outputs: { total: 'inputs.limit' },
      settings: { maxSteps: 10 },
    })
    expect(diffDefinitions(base, after).map(({ what, fields }) => [what, fields])).toEqual([
      ['inputs', ['limit']],
      ['outputs', ['total']],
      ['settings', ['maxSteps']],
      ['kind', []],
    ])
  })
})
