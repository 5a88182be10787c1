import { describe, expect, it } from 'vitest'
import { placeholders, referenceName, referencesIn, renameInExpression, renameInTemplate } from './references'

const renames = new Map([
  ['Fetch', 'Get feed'],
  ['Fetch feed', 'Feed'],
])

describe('referencesIn', () => {
  it.each([
    ['nodes.Fetch.output', ['Fetch']],
    ['nodes.`Fetch feed`.output.body', ['Fetch feed']],
    ['$sum(nodes.A.output.items.price) + nodes.B.output', ['A', 'B']],
    ['nodes . Fetch . output', ['Fetch']],
    ['$$.nodes.Fetch.output', ['Fetch']],
    ['items[price > $nodes.Fetch.output.limit]', ['Fetch']],
    ['nodes.`Fe', ['Fe']],
  ])('reads %s', (expression, names) => {
    expect(referencesIn(expression).map((reference) => reference.name)).toEqual(names)
  })

  it.each([
    ['a field of something else', 'inputs.nodes.Fetch'],
    ['a string', '"nodes.Fetch.output"'],
    ['a string with an escape', "'it\\'s nodes.Fetch'"],
    ['a comment', '/* nodes.Fetch */ 1'],
    ['a regular expression', '$match(x, /nodes.Fetch"/)'],
    ['a variable of its own', '($nodes := inputs; $nodes.Fetch)'],
    ['a longer name', 'mynodes.Fetch'],
    ['nodes alone', '$count(nodes)'],
  ])('leaves %s alone', (_, expression) => {
    expect(referencesIn(expression)).toEqual([])
  })

  it('takes a slash after a value for a division', () => {
    expect(referencesIn('10 / nodes.A.output / nodes.B.output').map((r) => r.name)).toEqual(['A', 'B'])
  })
})

describe('renaming', () => {
  it('writes the new name in backticks when it needs them, and plain when it does not', () => {
    expect(renameInExpression('nodes.Fetch.output', renames)).toBe('nodes.`Get feed`.output')
    expect(renameInExpression('nodes.`Fetch feed`.output', renames)).toBe('nodes.Feed.output')
  })

  it('renames every mention and nothing else', () => {
    const before = 'nodes.Fetch.output = "nodes.Fetch" ? nodes.Other.output : $x(nodes.Fetch.output.Fetch)'
    const after = 'nodes.`Get feed`.output = "nodes.Fetch" ? nodes.Other.output : $x(nodes.`Get feed`.output.Fetch)'
    expect(renameInExpression(before, renames)).toBe(after)
  })

  it('renames two nodes at once without renaming the result again', () => {
    const swap = new Map([
      ['A', 'B'],
      ['B', 'A'],
    ])
    expect(renameInExpression('nodes.A.output + nodes.B.output', swap)).toBe('nodes.B.output + nodes.A.output')
  })

  it('touches only the placeholders of a template', () => {
    const before = 'nodes.Fetch is {{ nodes.Fetch.output }} and [[nodes.Fetch]] {{ {"a": {"b": nodes.Fetch.output}} }}'
    const after =
      'nodes.Fetch is {{ nodes.`Get feed`.output }} and [[nodes.Fetch]] {{ {"a": {"b": nodes.`Get feed`.output}} }}'
    expect(renameInTemplate(before, renames)).toBe(after)
  })

  it('leaves an unclosed placeholder as it is', () => {
    expect(renameInTemplate('{{ nodes.Fetch.output', renames)).toBe('{{ nodes.Fetch.output')
  })
})

describe('placeholders', () => {
  it('does not end at braces inside a string', () => {
    const template = 'a {{ "}}" & x }} b'
    expect(placeholders(template).map(({ start, end }) => template.slice(start, end))).toEqual([' "}}" & x '])
  })
})

describe('referenceName', () => {
  it.each([
    ['Fetch', 'Fetch'],
    ['fetch_2', 'fetch_2'],
    ['Fetch feed', '`Fetch feed`'],
    ['2nd', '`2nd`'],
    ['and', '`and`'],
    ['Zürich', '`Zürich`'],
  ])('%s → %s', (name, written) => {
    expect(referenceName(name)).toBe(written)
  })
})
