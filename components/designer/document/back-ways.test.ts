import { describe, expect, it } from 'vitest'
import { backWays } from './back-ways'
import { geometryOf } from './geometry'
import { definitionOf, sample } from './testing'

describe('the way back of a loop', () => {
  it('runs below every card between its ends', () => {
    const loop = sample()
    loop.edges.push({ id: 'back', source: 'send', sourcePort: 'out', target: 'fetch' })
    const ways = backWays(loop)
    expect([...ways.keys()]).toEqual(['back'])
    const check = geometryOf(loop).boxes.get('check')
    expect(ways.get('back')).toBeGreaterThan((check?.y ?? 0) + (check?.height ?? 0))
  })

  it('passes between rows where there is room, and two never lie on each other', () => {
    const node = (id: string, x: number, y: number) => ({ id, type: 'http', name: id, position: { x, y } })
    const rows = definitionOf({
      nodes: [node('a', 0, 0), node('b', 320, 0), node('c', 640, 0), node('low', 320, 400)],
      edges: [
        { id: 'ab', source: 'a', target: 'b' },
        { id: 'bc', source: 'b', target: 'c' },
        { id: 'ca', source: 'c', target: 'a' },
        { id: 'ba', source: 'b', target: 'a' },
      ],
    })
    expect([...backWays(rows)]).toEqual([
      ['ca', 90],
      ['ba', 104],
    ])
  })
})
