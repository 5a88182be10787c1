import { describe, expect, it } from 'vitest'
import { findNode } from './identity'
import { placeStep } from './place'
import { countingBytes, definitionOf, sample } from './testing'

const place = (...[definition, where, type]: [ReturnType<typeof sample>, Parameters<typeof placeStep>[1], string]) => {
  const placed = placeStep(definition, where, type, countingBytes())
  if (placed === undefined) throw new Error('the type exists')
  return { ...placed, node: findNode(placed.definition, placed.nodeId) }
}
const edges = (definition: ReturnType<typeof sample>) =>
  definition.edges.map((edge) => `${edge.source}.${edge.sourcePort}→${edge.target}`)

describe('placeStep', () => {
  it('puts the middle of a step at the pointer, on the grid', () => {
    const { node } = place(sample(), { kind: 'free', at: { x: 503, y: 411 } }, 'delay')
    expect(node?.position).toEqual({ x: 380, y: 380 })
  })

  it('never covers another card', () => {
    const { node } = place(sample(), { kind: 'free', at: { x: 440, y: 32 } }, 'delay')
    expect(node?.position).toEqual({ x: 320, y: 100 })
  })

  it('connects what is dropped from a port', () => {
    const where = { kind: 'after', nodeId: 'check', port: 'else', at: { x: 960, y: 200 } } as const
    const { definition, nodeId } = place(sample(), where, 'fail')
    expect(edges(definition)).toContain(`check.else→${nodeId}`)
  })

  it('lies exactly at the height of its port when it is dropped near to it', () => {
    const where = (y: number) => ({ kind: 'after', nodeId: 'fetch', port: 'out', at: { x: 1_600, y } }) as const
    expect(place(sample(), where(37), 'delay').node?.position).toEqual({ x: 1_600, y: 0 })
    expect(place(sample(), where(97), 'delay').node?.position).toEqual({ x: 1_600, y: 100 })
  })

  it('connects what is dropped backwards from an input by its first port', () => {
    const where = { kind: 'before', nodeId: 'send', at: { x: 900, y: -300 } } as const
    const { definition, node } = place(sample(), where, 'condition')
    expect(node?.position).toEqual({ x: 660, y: -300 })
    expect(edges(definition)).toContain(`${node?.id}.yes→send`)
  })

  it('does not connect what has no way in or out', () => {
    const where = { kind: 'before', nodeId: 'send', at: { x: 900, y: -300 } } as const
    expect(edges(place(sample(), where, 'end').definition)).toEqual(edges(sample()))
  })

  it('takes the place of an edge, and what follows makes room', () => {
    const { definition, node } = place(sample(), { kind: 'edge', edgeId: 'e2' }, 'transform')
    expect(edges(definition)).toEqual([
      'start.out→fetch',
      'check.large→send',
      'check.else→end',
      'send.out→end',
      `fetch.out→${node?.id}`,
      `${node?.id}.out→check`,
    ])
    const xs = ['start', 'fetch', node?.id ?? '', 'check', 'send', 'end'].map(
      (id) => findNode(definition, id)?.position.x,
    )
    expect(xs).toEqual([0, 320, 648, 980, 1_300, 1_620])
  })

  it('does not move what a loop leads back to', () => {
    const loop = sample()
    loop.edges.push({ id: 'back', source: 'send', sourcePort: 'out', target: 'fetch' })
    const { definition } = place(loop, { kind: 'edge', edgeId: 'e3' }, 'transform')
    expect(findNode(definition, 'fetch')?.position.x).toBe(320)
    expect(findNode(definition, 'check')?.position.x).toBe(640)
  })

  it('uses the room that is there', () => {
    const wide = definitionOf({
      nodes: [
        { id: 'a', type: 'start', name: 'A', position: { x: 0, y: 0 } },
        { id: 'b', type: 'end', name: 'B', position: { x: 1_000, y: 0 } },
      ],
      edges: [{ id: 'e', source: 'a', target: 'b' }],
    })
    const { definition, node } = place(wide, { kind: 'edge', edgeId: 'e' }, 'delay')
    expect(node?.position).toEqual({ x: 500, y: 0 })
    expect(findNode(definition, 'b')?.position.x).toBe(1_000)
  })

  it('knows no type by another name', () => {
    expect(placeStep(sample(), { kind: 'free', at: { x: 0, y: 0 } }, 'nonsense')).toBeUndefined()
  })
})
