import { describe, expect, it } from 'vitest'
import type { ComparedNode } from '@/lib/api/contracts/run-compare'
import { draw } from '@/lib/testing/definition'
import { comparedViews, unionOf } from './comparison-graph'

const visit = (node_id: string, verdict: ComparedNode['verdict'], path: string[] = []): ComparedNode => ({
  node_key: [...path, node_id].join('/'),
  node_id,
  node_name: node_id,
  path,
  verdict,
  changed: [],
  a: null,
  b: null,
  input: null,
  output: null,
})

describe('two graphs as one', () => {
  it('is the later one with what only the earlier one has', () => {
    const union = unionOf(draw(['start>old', 'old>end']), draw(['start>fresh', 'fresh>end']))
    expect(union.nodes.map(({ id }) => id).sort()).toEqual(['end', 'fresh', 'old', 'start'])
    expect(union.edges.map(({ source, target }) => `${source}>${target}`)).toEqual([
      'start>fresh',
      'fresh>end',
      'start>old',
      'old>end',
    ])
    expect(new Set(union.edges.map(({ id }) => id)).size).toBe(4)
  })

  it('is the graph itself when both are the same', () => {
    const one = draw(['start>a', 'a>end'])
    expect(unionOf(one, draw(['start>a', 'a>end']))).toEqual(one)
  })
})

describe('how a step compares', () => {
  it('is told over all its items: what differs anywhere differs', () => {
    const definition = draw(['start>a', 'a>b', 'b>c', 'c>end'])
    const views = comparedViews(definition, [
      visit('start', 'same'),
      visit('a', 'only_a'),
      visit('b', 'same', ['x.0']),
      visit('b', 'only_b', ['x.1']),
      visit('c', 'only_b', ['x.0']),
      visit('c', 'only_b', ['x.1']),
    ])
    expect(views).toEqual({
      start: { status: 'same' },
      a: { status: 'only_a' },
      b: { status: 'changed', note: '1 of 2 differ' },
      c: { status: 'only_b', note: '2 of 2 differ' },
      end: { status: 'pending' },
    })
  })
})
