import { describe, expect, it } from 'vitest'
import { clipOf, paste } from './clipboard'
import { connectionRefusal } from './connect'
import { containersFor, dissolve, dropInto, dropTarget, freeInside, moveInto, takeOut, wrap } from './containers'
import { remove } from './edit'
import { frameAt, geometryOf } from './geometry'
import { findNode } from './identity'
import { moveTo } from './move'
import { placeStep } from './place'
import { countingBytes, definitionOf, sample, withLoop } from './testing'
import { ancestors, readingOrder } from './topology'

type Definition = ReturnType<typeof sample>
const box = (definition: Definition, id: string) => {
  const found = geometryOf(definition).boxes.get(id)
  if (found === undefined) throw new Error(`there is no ${id}`)
  const { x, y, width, height } = found
  return { x, y, width, height }
}
const spot = (definition: Definition, id: string) => [box(definition, id).x, box(definition, id).y]
const ways = (definition: Definition) => definition.edges.map((e) => `${e.source}.${e.sourcePort}→${e.target}`).sort()

describe('a frame', () => {
  it('is as large as what is in it', () => {
    expect(box(withLoop(), 'loop')).toEqual({ x: 320, y: 0, width: 640, height: 294 })
    expect(spot(withLoop(), 'store')).toEqual([660, 100])
  })

  it('has room for a step when it is empty', () => {
    const empty = remove(withLoop(), { nodes: ['ask', 'store'], edges: [] })
    expect(box(empty, 'loop')).toEqual({ x: 320, y: 0, width: 420, height: 240 })
  })

  it('draws steps below its head that a definition places on it, without changing the definition', () => {
    const byHand = withLoop()
    for (const node of byHand.nodes) node.position = { x: 0, y: 0 }
    expect(spot(byHand, 'ask')).toEqual([40, 100])
  })

  it('grows to the left and up, while the other steps in it stay where they are seen', () => {
    const after = moveTo(withLoop(), new Map([['ask', { x: 300, y: 60 }]]))
    expect([spot(after, 'ask'), spot(after, 'store'), spot(after, 'loop')]).toEqual([
      [300, 60],
      [660, 100],
      [260, -40],
    ])
    expect(findNode(after, 'ask')?.position).toEqual({ x: 40, y: 100 })
  })

  it('takes what is inside along when it is moved', () => {
    const after = moveTo(withLoop(), new Map([['loop', { x: 500, y: 500 }]]))
    expect(spot(after, 'store')).toEqual([840, 600])
    expect(findNode(after, 'store')?.position).toEqual({ x: 340, y: 100 })
  })

  it('keeps a parent that makes no sense from hiding its steps', () => {
    const odd = definitionOf({
      nodes: [
        { id: 'a', type: 'http', name: 'A', parentId: 'b', position: { x: 1, y: 2 } },
        { id: 'b', type: 'http', name: 'B', parentId: 'gone' },
        { id: 'c', type: 'forEach', name: 'C', parentId: 'd' },
        { id: 'd', type: 'forEach', name: 'D', parentId: 'c' },
      ],
    })
    expect(readingOrder(odd)).toHaveLength(4)
    expect(spot(odd, 'a')).toEqual([1, 2])
  })
})

describe('moving steps over a border', () => {
  it('converts their places and cuts the connections that would cross', () => {
    const { definition, moved, cut } = moveInto(sample(), ['check'], undefined)
    expect([moved, cut, definition.nodes.length]).toEqual([[], 0, 5])
    const out = moveInto(withLoop(), ['store'], undefined)
    expect([out.moved, out.cut]).toEqual([['store'], 1])
    expect(findNode(out.definition, 'store')).toMatchObject({ position: { x: 660, y: 100 } })
    expect(findNode(out.definition, 'store')?.parentId).toBeUndefined()
  })

  it('keeps connections among what moves together', () => {
    const out = takeOut(withLoop(), ['ask', 'store'])
    expect(out.cut).toBe(0)
    expect(ways(out.definition)).toContain('ask.approved→store')
    expect(spot(out.definition, 'ask')[1]).toBe(294 + 40)
  })

  it('puts what is sent into a container right of what is in it, and makes room', () => {
    const definition = withLoop()
    const { definition: after, cut } = moveInto(definition, ['end'], 'loop', freeInside(definition, 'loop'))
    expect(cut).toBe(1)
    expect(spot(after, 'end')).toEqual([660 + 240 + 88, 100])
    expect(findNode(after, 'end')?.parentId).toBe('loop')
  })

  it('never puts a start or a container into what is inside of it', () => {
    expect(moveInto(withLoop(), ['start'], 'loop').moved).toEqual([])
    expect(moveInto(withLoop(), ['loop'], 'loop').moved).toEqual([])
    expect(containersFor(withLoop(), ['loop'])).toEqual([])
    expect(containersFor(withLoop(), ['end'])).toEqual([{ id: 'loop', path: 'Each order' }])
  })

  it('by hand: enters where the pointer is, leaves when it touches its frame no more', () => {
    const definition = withLoop()
    const target = (id: string, x: number, y: number) =>
      dropTarget(definition, new Map([[id, { x, y }]]), id, { x: x + 20, y: y + 20 })
    expect(target('end', 500, 150)).toBe('loop')
    expect(target('end', 930, 150)).toBe('loop')
    expect(target('end', 290, 150)).toBeUndefined()
    expect(target('store', 900, 150)).toBe('loop')
    expect(target('store', 1_000, 150)).toBeUndefined()
    expect(target('start', 500, 150)).toBeUndefined()
    const inside = dropInto(definition, new Map([['end', { x: 500, y: 200 }]]), 'loop')
    expect(findNode(inside.definition, 'end')).toMatchObject({ parentId: 'loop', position: { x: 180, y: 200 } })
  })
})

describe('wrap and dissolve', () => {
  it('leads what led to the steps to the container, and on from it', () => {
    const wrapped = wrap(sample(), ['fetch', 'check', 'send'], 'forEach', countingBytes())
    if ('refusal' in wrapped) throw new Error(wrapped.refusal)
    const { definition, containerId } = wrapped
    expect(ways(definition)).toEqual(
      [`start.out→${containerId}`, 'fetch.out→check', 'check.large→send', `${containerId}.out→end`].sort(),
    )
    expect([spot(definition, containerId), spot(definition, 'fetch')]).toEqual([
      [320, -80],
      [360, 100],
    ])
    expect(findNode(definition, 'send')?.parentId).toBe(containerId)
    const back = dissolve(definition, containerId, countingBytes())
    expect(ways(back.definition)).toEqual(['check.large→send', 'fetch.out→check', 'send.out→end', 'start.out→fetch'])
    expect(back.definition.nodes.map((node) => node.position)).toEqual(
      sample().nodes.map((node) => (node.id === 'end' ? findNode(definition, 'end')?.position : node.position)),
    )
  })

  it('says why not', () => {
    expect(wrap(withLoop(), ['ask', 'end'], 'while')).toEqual({
      refusal: 'Choose steps that lie side by side in one container.',
    })
    expect(wrap(withLoop(), ['start'], 'while')).toHaveProperty('refusal')
  })

  it('nests', () => {
    const wrapped = wrap(withLoop(), ['store'], 'while', countingBytes())
    if ('refusal' in wrapped) throw new Error(wrapped.refusal)
    expect(findNode(wrapped.definition, wrapped.containerId)?.parentId).toBe('loop')
    expect(ways(wrapped.definition)).toContain(`ask.approved→${wrapped.containerId}`)
    expect(spot(wrapped.definition, wrapped.containerId)).toEqual([660, 100])
    const [x = 0, y = 0] = spot(wrapped.definition, 'store')
    expect(frameAt(wrapped.definition, { x, y })).toBe(wrapped.containerId)
  })
})

describe('what else knows containers', () => {
  it('refuses connections over a border and says what to connect', () => {
    const refusal = (source: string, target: string, sourcePort = 'out') =>
      connectionRefusal(withLoop(), { source, target, sourcePort })
    expect(refusal('start', 'store')).toContain('Connect “Each order” itself')
    expect(refusal('store', 'end')).toContain('Connect “Each order” itself')
    expect(refusal('loop', 'store')).toContain('begin by themselves')
    expect(refusal('store', 'loop')).toContain('goes on by itself')
  })

  it('adds a step where it is asked for', () => {
    const at = { x: 500, y: 250 }
    const free = placeStep(withLoop(), { kind: 'free', at }, 'delay', countingBytes())
    expect(findNode(free?.definition ?? sample(), free?.nodeId ?? '')?.parentId).toBe('loop')
    const inside = placeStep(withLoop(), { kind: 'inside', containerId: 'loop' }, 'delay', countingBytes())
    expect(findNode(inside?.definition ?? sample(), inside?.nodeId ?? '')).toMatchObject({
      parentId: 'loop',
      position: { x: 660, y: 100 },
    })
    const after = placeStep(withLoop(), { kind: 'after', nodeId: 'store', port: 'out', at }, 'delay', countingBytes())
    expect(findNode(after?.definition ?? sample(), after?.nodeId ?? '')?.parentId).toBe('loop')
    expect(ways(after?.definition ?? sample())).toContain(`store.out→${after?.nodeId}`)
  })

  it('copies a container with what is inside; a copy of an inner step stays in its container', () => {
    const definition = withLoop()
    const whole = paste(definition, clipOf(definition, ['loop']), undefined, countingBytes())
    const copies = whole.definition.nodes.slice(5)
    expect(copies.map((node) => node.name)).toEqual(['Each order 2', 'Ask 2', 'Store 2'])
    expect(copies[1]).toMatchObject({ parentId: copies[0]?.id, position: { x: 40, y: 100 } })
    expect(whole.selection.nodes).toEqual([copies[0]?.id])
    const one = paste(definition, clipOf(definition, ['store']), undefined, countingBytes())
    expect(one.definition.nodes.at(-1)).toMatchObject({ parentId: 'loop', position: { x: 380, y: 140 } })
    const elsewhere = paste(sample(), clipOf(definition, ['store']), { x: 0, y: 0 }, countingBytes())
    expect(elsewhere.definition.nodes.at(-1)?.parentId).toBeUndefined()
  })

  it('deletes what is inside of a deleted container', () => {
    const after = remove(withLoop(), { nodes: ['loop'], edges: [] })
    expect(after.nodes.map((node) => node.id)).toEqual(['start', 'end'])
    expect(after.edges).toEqual([])
  })

  it('reads what is inside right after the container', () => {
    expect(readingOrder(withLoop()).map((node) => node.id)).toEqual(['start', 'loop', 'ask', 'store', 'end'])
  })

  it('offers to expressions what comes before the container, and nothing from inside of another', () => {
    expect([...ancestors(withLoop(), 'store')].sort()).toEqual(['ask', 'start'])
    expect([...ancestors(withLoop(), 'end')].sort()).toEqual(['loop', 'start'])
  })
})
