import { describe, expect, it } from 'vitest'
import { findNode } from './identity'
import { nameRefusal, renameInputs, renameNode } from './rename'
import { sample } from './testing'

describe('renameNode', () => {
  it('renames every mention in expressions, in templates, in lists and in nested JSON', () => {
    const renamed = renameNode(sample(), 'fetch', 'Feed')
    expect(findNode(renamed, 'fetch')?.name).toBe('Feed')
    expect(findNode(renamed, 'check')?.config).toEqual({
      branches: [{ name: 'large', when: 'nodes.Feed.output.body.count > 10' }],
    })
    expect(findNode(renamed, 'send')?.config).toEqual({
      method: 'POST',
      url: 'https://example.com/{{ nodes.Feed.output.status }}',
      body: { text: 'Found {{ nodes.Feed.output.body.count }}', checked: '{{ nodes.Check.output }}' },
    })
    expect(JSON.stringify(renamed)).not.toContain('Fetch feed')
  })

  it('renames mentions in the outputs of the workflow', () => {
    const before = { ...sample(), outputs: { result: 'nodes.Send.output.body' } }
    expect(renameNode(before, 'send', 'Post it').outputs).toEqual({ result: 'nodes.`Post it`.output.body' })
  })

  it('keeps nodes that do not mention it as the same objects', () => {
    const before = sample()
    const after = renameNode(before, 'fetch', 'Feed')
    expect(findNode(after, 'start')).toBe(findNode(before, 'start'))
    expect(findNode(after, 'end')).toBe(findNode(before, 'end'))
  })

  it('changes nothing for a refused name or the name it has', () => {
    const before = sample()
    expect(renameNode(before, 'fetch', 'Check')).toBe(before)
    expect(renameNode(before, 'fetch', '   ')).toBe(before)
    expect(renameNode(before, 'fetch', ' Fetch feed ')).toBe(before)
  })
})

describe('nameRefusal', () => {
  it('says what is wrong, and allows a node its own name', () => {
    expect(nameRefusal(sample(), 'fetch', 'Check')).toBe('Another node is called “Check”.')
    expect(nameRefusal(sample(), 'fetch', '')).toContain('Give the node a name')
    expect(nameRefusal(sample(), 'fetch', 'a`b')).toContain('backtick')
    expect(nameRefusal(sample(), 'fetch', 'x'.repeat(101))).toContain('100')
    expect(nameRefusal(sample(), 'fetch', 'Fetch feed')).toBeUndefined()
  })
})

describe('renameInputs', () => {
  it('renames mentions of inputs, and not nodes of the same name', () => {
    const before = { ...sample(), outputs: { all: 'inputs.url & nodes.url.output' } }
    const after = renameInputs(before, new Map([['url', 'feed url']]))
    expect(findNode(after, 'fetch')?.config.url).toBe('{{ inputs.`feed url` }}')
    expect(after.outputs).toEqual({ all: 'inputs.`feed url` & nodes.url.output' })
  })
})
