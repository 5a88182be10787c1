import { describe, expect, it } from 'vitest'
import { align, distribute } from './align'
import { findText } from './find'
import { layOut, layoutGraph, type OpenEngine } from './layout'
import { definitionOf, sample, withLoop } from './testing'
import { ancestors, neighbour, readingOrder } from './topology'

const at = (definition: ReturnType<typeof sample>) =>
  Object.fromEntries(definition.nodes.map((node) => [node.id, node.position]))

describe('align and distribute', () => {
  it('lines up on the outermost edge and on the middle', () => {
    expect(at(align(sample(), ['fetch', 'send'], 'top'))).toMatchObject({ fetch: { y: -80 }, send: { y: -80 } })
    expect(at(align(sample(), ['fetch', 'send'], 'left'))).toMatchObject({ fetch: { x: 320 }, send: { x: 320 } })
    expect(at(align(sample(), ['fetch', 'send'], 'right'))).toMatchObject({ fetch: { x: 960 }, send: { x: 960 } })
  })

  it('makes the gaps equal and leaves the outermost where they are', () => {
    const uneven = definitionOf({
      nodes: [0, 300, 1_000].map((x, i) => ({ id: `n${i}`, type: 'http', name: `N${i}`, position: { x, y: 0 } })),
    })
    expect(at(distribute(uneven, ['n2', 'n0', 'n1'], 'horizontally'))).toEqual({
      n0: { x: 0, y: 0 },
      n1: { x: 500, y: 0 },
      n2: { x: 1_000, y: 0 },
    })
  })

  it('does nothing with too few nodes', () => {
    const before = sample()
    expect(align(before, ['fetch'], 'left')).toBe(before)
    expect(distribute(before, ['fetch', 'send'], 'vertically')).toBe(before)
  })
})

describe('layout', () => {
  const inARow = (): OpenEngine => ({
    layout: async (graph) => ({
      ...graph,
      children: graph.children?.map((child, i) => ({ ...child, x: 12 + i * 300, y: 12 })),
    }),
    close: () => {},
  })

  it('keeps the top left corner of what it lays out', async () => {
    const after = await layOut(sample(), ['fetch', 'check', 'send'], inARow)
    expect(at(after)).toMatchObject({
      start: { x: 0, y: 0 },
      fetch: { x: 320, y: -80 },
      check: { x: 620, y: -80 },
      send: { x: 920, y: -80 },
    })
  })

  it('lays out containers from the inside out', async () => {
    const sizes: (number | undefined)[] = []
    await layOut(withLoop(), [], () => ({
      ...inARow(),
      layout: async (graph) => {
        sizes.push(graph.children?.find((child) => child.id === 'loop')?.width)
        return inARow().layout(graph)
      },
    }))
    expect(sizes).toEqual([undefined, 40 + 300 + 240 + 60])
  })

  it('asks for ports in the order they are drawn, and for edges among what is laid out', () => {
    const graph = layoutGraph(sample(), ['check', 'send', 'end'])
    expect(graph.children?.[0]?.ports?.map((port) => port.id)).toEqual(['check<', 'check>large', 'check>else'])
    expect(graph.edges?.map((edge) => edge.id)).toEqual(['e3', 'e4', 'e5'])
  })
})

describe('topology', () => {
  it('reads along the edges, branches in port order, loose nodes last', () => {
    const definition = sample()
    definition.nodes.unshift({ id: 'loose', type: 'http', name: 'Loose', position: { x: 5, y: 900 }, config: {} })
    expect(readingOrder(definition).map((node) => node.id)).toEqual(['start', 'fetch', 'check', 'send', 'end', 'loose'])
  })

  it('ends in loops', () => {
    const definition = sample()
    definition.edges.push({ id: 'back', source: 'send', sourcePort: 'out', target: 'fetch' })
    expect(readingOrder(definition)).toHaveLength(5)
    expect([...ancestors(definition, 'fetch')].sort()).toEqual(['check', 'fetch', 'send', 'start'])
  })

  it('walks with the arrow keys: along edges, else to what lies there', () => {
    expect(neighbour(sample(), 'check', 'right')).toBe('send')
    expect(neighbour(sample(), 'check', 'left')).toBe('fetch')
    expect(neighbour(sample(), 'end', 'right')).toBeUndefined()
    expect(neighbour(sample(), 'send', 'down')).toBe('check')
  })
})

describe('find', () => {
  it('finds names, types, and text deep in configs, and says where', () => {
    expect(findText(sample(), 'fetch feed').map((match) => [match.nodeId, match.where])).toEqual([
      ['fetch', 'Name'],
      ['check', 'Branches'],
      ['send', 'URL'],
      ['send', 'Body'],
    ])
    expect(findText(sample(), '  ')).toEqual([])
  })

  it('marks the match in its excerpt', () => {
    const [match] = findText(sample(), 'EXAMPLE.com')
    expect(match?.excerpt.slice(match.start, match.end)).toBe('example.com')
  })
})
