import { describe, expect, it } from 'vitest'
import { addNode, makeNode, moveNodes, remove, setConfigField, setDisabled, updateNode } from './edit'
import { findNode } from './identity'
import { countingBytes, sample } from './testing'

const edgesOf = (definition: ReturnType<typeof sample>, source: string) =>
  definition.edges.filter((edge) => edge.source === source).map((edge) => `${edge.sourcePort}→${edge.target}`)

describe('edges follow the ports of their node', () => {
  it('a renamed branch keeps its way', () => {
    const after = setConfigField(sample(), 'check', 'branches', [{ name: 'huge', when: 'true' }])
    expect(edgesOf(after, 'check')).toEqual(['huge→send', 'else→end'])
  })

  it('an added branch leaves the others alone', () => {
    const after = setConfigField(sample(), 'check', 'branches', [
      { name: 'first', when: 'true' },
      { name: 'large', when: 'true' },
    ])
    expect(edgesOf(after, 'check')).toEqual(['large→send', 'else→end'])
  })

  it('a removed branch takes its edges with it', () => {
    const two = setConfigField(sample(), 'check', 'branches', [
      { name: 'large', when: 'true' },
      { name: 'other', when: 'true' },
    ])
    const one = setConfigField(two, 'check', 'branches', [{ name: 'other', when: 'true' }])
    expect(edgesOf(one, 'check')).toEqual(['else→end'])
  })

  it('branches that change places keep their ways', () => {
    const two = setConfigField(sample(), 'check', 'branches', [
      { name: 'large', when: 'true' },
      { name: 'other', when: 'true' },
    ])
    const swapped = setConfigField(two, 'check', 'branches', [
      { name: 'other', when: 'true' },
      { name: 'large', when: 'true' },
    ])
    expect(edgesOf(swapped, 'check')).toEqual(['large→send', 'else→end'])
  })

  it('the error port goes with the policy that made it', () => {
    const branching = updateNode(sample(), 'send', (node) => ({ ...node, policy: { onError: 'branch' } }))
    const wired = {
      ...branching,
      edges: [...branching.edges, { id: 'x', source: 'send', sourcePort: 'error', target: 'end' }],
    }
    const plain = updateNode(wired, 'send', (node) => ({ ...node, policy: { onError: 'fail' } }))
    expect(edgesOf(wired, 'send')).toEqual(['out→end', 'error→end'])
    expect(edgesOf(plain, 'send')).toEqual(['out→end'])
  })
})

describe('changes that change nothing return the same definition', () => {
  it.each([
    ['a field set to what it is', (d: ReturnType<typeof sample>) => setConfigField(d, 'send', 'method', 'POST')],
    [
      'a field left out that is not there',
      (d: ReturnType<typeof sample>) => setConfigField(d, 'send', 'headers', undefined),
    ],
    ['a move to where it is', (d: ReturnType<typeof sample>) => moveNodes(d, new Map([['start', { x: 0.2, y: 0 }]]))],
    ['removing nothing', (d: ReturnType<typeof sample>) => remove(d, { nodes: ['nobody'], edges: [] })],
    ['enabling what is enabled', (d: ReturnType<typeof sample>) => setDisabled(d, ['send'], false)],
  ])('%s', (_, change) => {
    const before = sample()
    expect(change(before)).toBe(before)
  })
})

describe('nodes', () => {
  it('removing a node removes its edges', () => {
    const after = remove(sample(), { nodes: ['check'], edges: [] })
    expect(after.nodes.map((node) => node.id)).toEqual(['start', 'fetch', 'send', 'end'])
    expect(after.edges.map((edge) => edge.id)).toEqual(['e1', 'e5'])
  })

  it('a new node has the title of its type as a free name and the defaults of its type', () => {
    const before = sample()
    const first = makeNode(before, 'llm', { x: 10.4, y: 20 }, countingBytes())
    if (first === undefined) throw new Error('the type llm exists')
    expect(first).toMatchObject({ name: 'Language model', position: { x: 10, y: 20 }, type: 'llm' })
    const second = makeNode(addNode(before, first), 'llm', { x: 0, y: 0 }, countingBytes())
    expect(second?.name).toBe('Language model 2')
    expect(second?.id).not.toBe(first.id)
    expect(makeNode(before, 'no-such-type', { x: 0, y: 0 })).toBeUndefined()
  })

  it('disabling leaves no trace when it is taken back', () => {
    const before = sample()
    const off = setDisabled(before, ['send', 'fetch'], true)
    expect(findNode(off, 'send')?.disabled).toBe(true)
    expect(findNode(setDisabled(off, ['send', 'fetch'], false), 'send')).toEqual(findNode(before, 'send'))
  })
})
