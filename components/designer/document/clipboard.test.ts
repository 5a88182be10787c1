import { describe, expect, it } from 'vitest'
import { clipFromText, clipOf, clipToText, paste } from './clipboard'
import { countingBytes, definitionOf, sample } from './testing'

describe('copy and paste', () => {
  it('copies the nodes and the edges between them, and nothing that leads out', () => {
    const clip = clipOf(sample(), ['fetch', 'check'])
    expect(clip.nodes.map((node) => node.id)).toEqual(['fetch', 'check'])
    expect(clip.edges.map((edge) => edge.id)).toEqual(['e2'])
  })

  it('gives copies new ids and free names, and lets them mention each other', () => {
    const before = sample()
    const { definition, selection } = paste(
      before,
      clipOf(before, ['fetch', 'check', 'send']),
      undefined,
      countingBytes(),
    )
    const copies = definition.nodes.slice(before.nodes.length)
    expect(copies.map((node) => node.name)).toEqual(['Fetch feed 2', 'Check 2', 'Send 2'])
    expect(new Set(definition.nodes.map((node) => node.id)).size).toBe(definition.nodes.length)
    expect(copies[1]?.config).toEqual({
      branches: [{ name: 'large', when: 'nodes.`Fetch feed 2`.output.body.count > 10' }],
    })
    expect(copies[2]?.config.body).toEqual({
      text: 'Found {{ nodes.`Fetch feed 2`.output.body.count }}',
      checked: '{{ nodes.`Check 2`.output }}',
    })
    expect(selection.nodes).toEqual(copies.map((node) => node.id))
    expect(
      definition.edges.slice(before.edges.length).map((edge) => [edge.source, edge.sourcePort, edge.target]),
    ).toEqual([
      [copies[0]?.id, 'out', copies[1]?.id],
      [copies[1]?.id, 'large', copies[2]?.id],
    ])
  })

  it('keeps mentions of nodes that were not copied', () => {
    const before = sample()
    const { definition } = paste(before, clipOf(before, ['send']), undefined, countingBytes())
    expect(definition.nodes.at(-1)?.config.url).toBe('https://example.com/{{ nodes.`Fetch feed`.output.status }}')
  })

  it('keeps names and mentions when they are free in the other workflow', () => {
    const clip = clipOf(sample(), ['fetch', 'check'])
    const other = definitionOf({ nodes: [{ id: 'start', type: 'start', name: 'Start' }] })
    const { definition } = paste(other, clip, { x: 500, y: 300 }, countingBytes())
    expect(definition.nodes.map((node) => node.name)).toEqual(['Start', 'Fetch feed', 'Check'])
    expect(definition.nodes.slice(1).map((node) => node.position)).toEqual([
      { x: 340, y: 300 },
      { x: 660, y: 300 },
    ])
  })

  it('does not bring a second start', () => {
    const before = sample()
    const { definition, leftOut } = paste(before, clipOf(before, ['start', 'fetch']), undefined, countingBytes())
    expect(leftOut).toEqual(['Start'])
    expect(definition.nodes).toHaveLength(before.nodes.length + 1)
    expect(definition.edges).toHaveLength(before.edges.length)
  })

  it('never lays a copy exactly on another node', () => {
    const before = sample()
    const once = paste(before, clipOf(before, ['fetch']), undefined, countingBytes()).definition
    const twice = paste(once, clipOf(before, ['fetch']), undefined, countingBytes()).definition
    const places = twice.nodes.map((node) => `${node.position.x},${node.position.y}`)
    expect(new Set(places).size).toBe(places.length)
  })

  it('does not share objects with the original', () => {
    const before = sample()
    const { definition } = paste(before, clipOf(before, ['send']), undefined, countingBytes())
    expect(definition.nodes.at(-1)?.config).toEqual(before.nodes[3]?.config)
    expect(definition.nodes.at(-1)?.config).not.toBe(before.nodes[3]?.config)
  })
})

describe('clip as text', () => {
  it('survives the clipboard', () => {
    const clip = clipOf(sample(), ['fetch', 'check'])
    expect(clipFromText(clipToText(clip))).toEqual(clip)
  })

  it('reads a whole definition, alone or in an answer of the API', () => {
    const definition = sample()
    expect(clipFromText(JSON.stringify(definition))?.nodes).toHaveLength(5)
    expect(clipFromText(JSON.stringify({ id: 'x', definition }))?.edges).toHaveLength(5)
  })

  it.each(['', 'hello', '{', '[]', '{"nodes":[]}', '{"nodes":[{"id":"a b","type":"x","name":"y"}]}', '42'])(
    'takes %j for something else',
    (text) => {
      expect(clipFromText(text)).toBeUndefined()
    },
  )
})
