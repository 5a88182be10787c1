import { describe, expect, it } from 'vitest'
import { nodeTypes } from '@/lib/nodes/registry'
import { hasIcon } from './canvas/node-icon'
import { setConfigField } from './document/edit'
import { NOTHING } from './document/history'
import { sample, withLoop } from './document/testing'
import { placesOf, selectionAfter, wishOf } from './from-flow'
import { type Drawing, problemsByNode, toFlowEdges, toFlowNodes } from './to-flow'

const plain: Drawing = { selection: NOTHING, problems: new Map() }

describe('toFlowNodes', () => {
  it('draws every node in reading order with the ports of its config', () => {
    const nodes = toFlowNodes(sample(), plain)
    expect(nodes.map((node) => node.id)).toEqual(['start', 'fetch', 'check', 'send', 'end'])
    expect(nodes[2]?.handles?.map((handle) => handle.id)).toEqual([null, 'large', 'else'])
    expect(nodes[0]?.handles?.map((handle) => handle.type)).toEqual(['source'])
    expect(nodes[4]?.handles?.map((handle) => handle.type)).toEqual(['target'])
  })

  it('keeps the objects of nodes that did not change', () => {
    const before = sample()
    const first = toFlowNodes(before, plain)
    const second = toFlowNodes(setConfigField(before, 'send', 'url', 'https://example.org'), plain, first)
    expect(second.map((node, i) => node === first[i])).toEqual([true, true, true, false, true])
  })

  it('draws one node anew when only its problems or its run state change', () => {
    const definition = sample()
    const first = toFlowNodes(definition, plain)
    const problem = {
      path: 'nodes.1.config.url',
      nodeId: 'fetch',
      severity: 'error',
      code: 'x',
      message: 'No URL',
    } as const
    const problems = problemsByNode([problem])
    const second = toFlowNodes(definition, { ...plain, problems, nodeStates: { end: { status: 'running' } } }, first)
    expect(second[1]?.data.problems).toEqual([problem])
    expect(second[4]?.data.run).toEqual({ status: 'running' })
    const again = toFlowNodes(definition, { ...plain, problems, nodeStates: { end: { status: 'running' } } }, second)
    expect(again).toEqual(second)
    expect(again.every((node, i) => node === second[i])).toBe(true)
  })

  it('draws a container as a frame, before what is inside of it', () => {
    const nodes = toFlowNodes(withLoop(), plain)
    const [, loop, ask] = nodes
    expect([loop?.type, loop?.selectable, loop?.width, loop?.data.inside]).toEqual(['frame', false, 640, 2])
    expect([ask?.type, ask?.parentId, ask?.position]).toEqual(['workflow', 'loop', { x: 40, y: 100 }])
    expect(loop?.ariaLabel).toBe('Each order, forEach, 2 steps inside')
    expect(ask?.ariaLabel).toContain('inside Each order')
    if (ask === undefined) throw new Error('it was drawn')
    const dragged = { ...ask, position: { x: 60, y: 120 } }
    expect(placesOf(withLoop(), [dragged])).toEqual(new Map([['ask', { x: 380, y: 120 }]]))
  })

  it('draws a port that only an edge still knows, so that no edge is invisible', () => {
    const definition = sample()
    definition.edges.push({ id: 'lost', source: 'fetch', sourcePort: 'old', target: 'end' })
    const nodes = toFlowNodes(definition, plain)
    expect(nodes[1]?.data.ports).toEqual([
      { name: 'out', used: true },
      { name: 'old', missing: true, used: true },
    ])
    expect(toFlowEdges(definition, plain, nodes).find((edge) => edge.id === 'lost')?.data?.broken).toBe(true)
  })

  it('draws a type it does not know, and a config of the wrong shape', () => {
    const definition = sample()
    definition.nodes.push({ id: 'odd', type: 'from-the-future', name: 'Odd', position: { x: 0, y: 0 }, config: {} })
    const broken = setConfigField(definition, 'check', 'branches', 'not a list')
    expect(toFlowNodes(broken, plain)).toHaveLength(6)
  })
})

describe('toFlowEdges', () => {
  it('keeps unchanged edges and leaves out those without a node', () => {
    const definition = sample()
    const nodes = toFlowNodes(definition, plain)
    const first = toFlowEdges(definition, plain, nodes)
    const changed = {
      ...definition,
      edges: [...definition.edges, { id: 'lost', source: 'nobody', sourcePort: 'out', target: 'end' }],
    }
    const second = toFlowEdges(changed, { ...plain, edgeStates: { e3: 'taken' } }, nodes, first)
    expect(second.map((edge, i) => edge === first[i])).toEqual([true, true, false, true, true])
    expect(second[2]?.data?.state).toBe('taken')
  })
})

describe('from React Flow', () => {
  it('reads connections, positions and selections', () => {
    expect(wishOf({ source: 'a', target: 'b', sourceHandle: null, targetHandle: null })).toEqual({
      source: 'a',
      sourcePort: 'out',
      target: 'b',
    })
    const [start] = toFlowNodes(sample(), plain)
    if (start === undefined) throw new Error('the sample has nodes')
    expect(placesOf(sample(), [{ ...start, position: { x: 7, y: 8 } }])).toEqual(new Map([['start', { x: 7, y: 8 }]]))
    const before = { nodes: ['a'], edges: [] }
    const after = selectionAfter(
      before,
      [
        { type: 'select', id: 'a', selected: false },
        { type: 'select', id: 'b', selected: true },
      ],
      [],
    )
    expect(after.nodes).toEqual(['b'])
    expect(selectionAfter(before, [{ type: 'select', id: 'a', selected: true }], [])).toBe(before)
  })
})

it('every node type finds its icon', () => {
  expect(Object.values(nodeTypes).filter((type) => !hasIcon(type.icon))).toEqual([])
})
