import { describe, expect, it } from 'vitest'
import { definitionOf, sample, withLoop } from '../../document/testing'
import { completionsAt } from './complete'
import { type CodeLanguage, highlight } from './highlight'
import { vocabularyFor } from './vocabulary'

const definition = {
  ...sample(),
  inputs: {
    type: 'object',
    properties: { url: { type: 'string' }, customer: { type: 'object', properties: { name: { type: 'string' } } } },
  },
}
/** `|` marks the cursor. */
function complete(text: string, language: CodeLanguage = 'expression', nodeId = 'send') {
  const cursor = text.indexOf('|')
  const found = completionsAt(text.replace('|', ''), cursor, language, vocabularyFor(definition, nodeId))
  return found && { from: found.from, names: found.words.map((word) => word.label) }
}

describe('completion', () => {
  it('begins with the roots and the functions', () => {
    expect(complete('|')?.names).toEqual(expect.arrayContaining(['inputs', 'nodes', 'vars', '$sum']))
    expect(complete('1 + |')?.names).toContain('inputs')
    expect(complete('x and |')?.names).toContain('inputs')
    expect(complete('$sum(|')?.names).toContain('nodes')
  })

  it('knows the declared inputs, deeply', () => {
    expect(complete('inputs.|')?.names).toEqual(['url', 'customer'])
    expect(complete('inputs.customer.na|')).toEqual({ from: 16, names: ['name'] })
  })

  it('offers the steps that can have run before, and what they give', () => {
    expect(complete('nodes.|')?.names).toEqual(['Start', 'Fetch feed', 'Check'])
    expect(complete('nodes.|', 'expression', 'fetch')?.names).toEqual(['Start'])
    expect(complete('nodes.`Fetch feed`.|')?.names).toEqual(['output'])
    expect(complete('nodes.`Fetch feed`.output.|')?.names).toEqual(['status', 'headers', 'body'])
    expect(complete('nodes.`Fet|')?.from).toBe(6)
  })

  it('reads through filters and indexes', () => {
    expect(complete('inputs.customer[0].|')?.names).toEqual(['name'])
  })

  it('says nothing where it knows nothing', () => {
    expect(complete('"text|')).toBeUndefined()
    expect(complete('inputs.url.|')).toBeUndefined()
    expect(complete('(1 + 2).|')).toBeUndefined()
  })

  it('works inside the placeholders of a template and of JSON, and nowhere else', () => {
    expect(complete('Dear {{ inputs.| }}', 'template')?.names).toEqual(['url', 'customer'])
    expect(complete('Dear {{ inputs.|', 'template')?.names).toEqual(['url', 'customer'])
    expect(complete('{ "a": "{{ inputs.|" }', 'json')?.names).toEqual(['url', 'customer'])
    expect(complete('Dear inputs.|', 'template')).toBeUndefined()
    expect(complete('{{ inputs.url }} and |', 'template')).toBeUndefined()
  })

  it('writes names that are no words in backticks', () => {
    const nodes = vocabularyFor(definition, 'send').find((word) => word.label === 'nodes')
    expect(nodes?.members?.map((word) => word.insert)).toEqual(['Start', '`Fetch feed`', 'Check'])
  })
})

describe('completion around containers', () => {
  const loop = definitionOf({
    ...withLoop(),
    inputs: {
      type: 'object',
      properties: { orders: { type: 'array', items: { type: 'object', properties: { total: { type: 'number' } } } } },
    },
  })
  loop.nodes.push({ id: 'paid', type: 'callback', name: 'Payment', position: { x: 0, y: 0 }, config: {} })
  const names = (text: string, nodeId: string | null) =>
    completionsAt(text, text.length, 'expression', vocabularyFor(loop, nodeId))?.words.map((word) => word.label)

  it('offers the item inside, with what the inputs declare of it, and not outside', () => {
    expect(names('', 'store')).toEqual(expect.arrayContaining(['item', 'index']))
    expect(names('item.', 'store')).toEqual(['total'])
    expect(names('', 'end')).not.toContain('item')
    expect(names('', 'loop')).not.toContain('item')
  })

  it('hides what is inside of another container, and knows what a container gives', () => {
    expect(names('nodes.', 'end')).toEqual(['Start', 'Each order'])
    expect(names('nodes.', null)).toEqual(['Start', 'Each order', 'End', 'Payment'])
    expect(names('nodes.`Each order`.output.', 'end')).toEqual(['results', 'errors', 'count'])
    expect(names('nodes.', 'store')).toEqual(['Start', 'Ask'])
  })

  it('offers the URLs of callback steps', () => {
    expect(names('callbacks.', 'store')).toEqual(['Payment'])
    expect(names('', null)).not.toContain('callbacks')
  })
})

describe('highlight', () => {
  const looks = (text: string, language: CodeLanguage) =>
    highlight(text, language).map(({ from, to, look }) => `${look}:${text.slice(from, to)}`)

  it('tells the parts of an expression apart', () => {
    expect(looks('$sum(inputs.x) > 10 and "a" /* b */', 'expression')).toEqual([
      'function:$sum',
      'operator:(',
      'root:inputs',
      'operator:.',
      'name:x',
      'operator:)',
      'operator:>',
      'number:10',
      'keyword:and',
      'string:"a"',
      'comment:/* b */',
    ])
  })

  it('finds placeholders in text and in JSON', () => {
    expect(looks('Hi {{ inputs }} [[name]]', 'template')).toEqual([
      'brace:{{',
      'root:inputs',
      'brace:}}',
      'brace:[[name]]',
    ])
    expect(looks('{ "a": "x {{ item }}", "b": [1, true] }', 'json')).toEqual([
      'key:"a"',
      'string:"x ',
      'brace:{{',
      'root:item',
      'brace:}}',
      'string:"',
      'key:"b"',
      'number:1',
      'keyword:true',
    ])
    expect(looks('{{ inputs }}', 'json')).toEqual(['brace:{{', 'root:inputs', 'brace:}}'])
  })
})
