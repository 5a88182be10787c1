import { describe, expect, test } from 'vitest'
import { draw } from '../testing/definition'
import { compile, pathSeenFrom } from './graph'

/** Problems of a drawing as `code at`, where `at` is the node or the edge. */
function problemsOf(...drawing: Parameters<typeof draw>): string[] {
  return compile(draw(...drawing)).problems.map(({ code, nodeId, edgeId }) => `${code} ${nodeId ?? edgeId ?? ''}`)
}

const inside = { parentId: 'forEach' }

describe('parents', () => {
  const withParent = (parentId: string, rest: Parameters<typeof draw>[1] = {}) =>
    problemsOf(['start>b'], { a: { parentId }, b: {}, ...rest })

  test('a parent must exist and be a container', () => {
    expect(withParent('nobody')).toEqual(['bad_parent a'])
    expect(withParent('b')).toEqual(['bad_parent a'])
    expect(withParent('forEach', { forEach: {} })).toEqual([])
    expect(withParent('while', { while: {} })).toEqual([])
  })

  test('a Start belongs outside', () => {
    expect(problemsOf(['start>forEach'], { forEach: {}, a: inside, start_2: inside })).toEqual(['bad_parent start_2'])
  })

  test('nothing is inside itself, at whatever distance', () => {
    expect(problemsOf(['start>forEach'], { forEach: { parentId: 'forEach' } })).toEqual([
      'bad_parent forEach',
      'empty_container forEach',
    ])
    for (const size of [2, 3, 30]) {
      const ring = Object.fromEntries(
        Array.from({ length: size }, (_, index) => [`forEach${index}`, { parentId: `forEach${(index + 1) % size}` }]),
      )
      const problems = problemsOf(['start>a'], { ...ring, a: {}, b: { parentId: 'forEach0' } })
      const inRing = Object.keys(ring).map((id) => `bad_parent ${id}`)
      expect(problems).toEqual(expect.arrayContaining([...inRing, 'bad_parent b']))
      expect(problems.every((problem) => /^(bad_parent|empty_container) /.test(problem))).toBe(true)
    }
  })

  test.each([
    [24, []],
    [25, []],
    [26, ['too_deep forEach26']],
    [27, ['too_deep forEach26']],
  ])('%i containers in each other', (depth, expected) => {
    const nest = Object.fromEntries(
      Array.from({ length: depth }, (_, index) => [
        `forEach${index + 1}`,
        index === 0 ? {} : { parentId: `forEach${index}` },
      ]),
    )
    expect(problemsOf(['start>forEach1'], { ...nest, a: { parentId: `forEach${depth}` } })).toEqual(expected)
  })
})

describe('borders', () => {
  test.each([
    ['into a container', ['start>forEach', 'start>a'], 'e1'],
    ['out of it', ['start>forEach', 'forEach>b', 'a>b'], 'e2'],
    ['from a container to what is inside it', ['start>forEach', 'forEach>a'], 'e1'],
    ['from what is inside to the container', ['start>forEach', 'a>forEach'], 'e1'],
    ['between two containers', ['start>forEach', 'start>forEach2', 'a>c'], 'e2'],
  ])('an edge %s is refused and named', (_, edges, edgeId) => {
    const other: Parameters<typeof draw>[1] = edges.includes('a>c') ? { forEach2: {}, c: { parentId: 'forEach2' } } : {}
    expect(problemsOf(edges, { forEach: {}, a: inside, ...other })).toEqual([`crosses_container ${edgeId}`])
  })

  test('an edge between two depths is refused, and one at the same depth is not', () => {
    const nodes = { forEach: {}, forEach2: inside, a: inside, b: { parentId: 'forEach2' } }
    expect(problemsOf(['start>forEach', 'a>b'], nodes)).toEqual(['crosses_container e1'])
    expect(problemsOf(['start>forEach', 'a>forEach2'], nodes)).toEqual([])
  })

  test('what is said names the steps, not their ids', () => {
    const { problems } = compile(
      draw(['start>forEach', 'a>b'], { forEach: {}, a: { ...inside, name: 'Ask' }, b: { name: 'Tell' } }),
    )
    expect(problems[0]?.message).toMatch(/^The edge Ask → Tell crosses the border of a container\./)
  })
})

describe('where the body of a container begins', () => {
  test('an empty container is refused', () => {
    expect(problemsOf(['start>forEach', 'forEach>while'], { forEach: {}, while: {} })).toEqual([
      'empty_container forEach',
      'empty_container while',
    ])
  })

  test('a body without a first step is refused', () => {
    const nodes = { forEach: {}, a: inside, b: inside }
    expect(problemsOf(['start>forEach', 'a>b', 'b>a'], nodes)).toEqual(['no_entry forEach'])
    expect(problemsOf(['start>forEach', 'a>a', 'a>b'], nodes)).toEqual(['no_entry forEach'])
  })

  test('several first steps are fine, and what only a cycle leads to never runs', () => {
    const nodes = { forEach: {}, a: inside, b: inside, c: inside, d: inside }
    const { plan, problems } = compile(draw(['start>forEach', 'c>d', 'd>c'], nodes))
    expect(problems).toEqual([])
    expect(plan.entries.get('forEach')).toEqual(['a', 'b'])
    expect(plan.neverIds).toEqual(['c', 'd'])
    expect(plan.unreachableIds).toEqual([])
  })
})

describe('loops inside of containers', () => {
  const nodes = { forEach: {}, in: inside, a: inside, b: inside }

  test('a dag refuses them too', () => {
    const loop = ['start>forEach', 'in>a', 'a>b', 'b>a']
    expect(problemsOf(loop, nodes)).toEqual([])
    expect(problemsOf(loop, nodes, { kind: 'dag' })).toEqual(['cycle_in_dag e3'])
  })

  test('one with two entries is refused, and the edge that is named closes it', () => {
    const edges = ['start>forEach', 'in>a', 'in>b', 'a>b', 'b>a']
    const found = problemsOf(edges, nodes)
    expect(found).toEqual([expect.stringMatching(/^irreducible_loop e[34]$/)])
    const without = edges.filter((_, index) => found[0] !== `irreducible_loop e${index}`)
    expect(problemsOf(without, nodes)).toEqual([])
  })

  test('two loops that each have two entries are both named', () => {
    const edges = ['start>a', 'start>b', 'a>b', 'b>a', 'a>c', 'b>d', 'c>d', 'd>c']
    const found = problemsOf(edges)
    expect(found).toHaveLength(2)
    expect(found[0]).toMatch(/irreducible_loop e[23]/)
    expect(found[1]).toMatch(/irreducible_loop e[67]/)
  })

  test('a loop around a container is no loop inside it', () => {
    const edges = ['start>condition', 'condition:on>forEach', 'forEach>condition', 'condition:out>end']
    const { plan, problems } = compile(draw(edges, { forEach: {}, a: inside }))
    expect(problems).toEqual([])
    expect(plan.nodes.get('a')).toMatchObject({ containers: ['forEach'], loopDepth: 0, regionId: 'body:forEach' })
    expect(plan.nodes.get('forEach')).toMatchObject({ containers: [], loopDepth: 1, regionId: 'condition' })
  })
})

describe('the path of a node as seen from another', () => {
  const { plan } = compile(
    draw(
      [
        ...['start>a', 'a>forEach', 'forEach>condition', 'condition:again>a', 'condition:done>end'],
        ...['in>b', 'b>condition2', 'condition2:again>b'],
      ],
      { forEach: {}, in: inside, b: inside, condition2: inside, while: inside, c: { parentId: 'while' } },
    ),
  )

  test.each([
    ['end', 'c', ['visit:2', 'each:3', 'while:1'], []],
    ['a', 'c', ['visit:2', 'each:3', 'while:1'], ['visit:2']],
    ['in', 'c', ['visit:2', 'each:3', 'while:1'], ['visit:2', 'each:3']],
    ['b', 'c', ['visit:2', 'each:3', 'while:1'], ['visit:2', 'each:3', 'visit:1']],
    ['b', 'condition2', ['visit:2', 'each:3', 'visit:4'], ['visit:2', 'each:3', 'visit:4']],
    ['a', 'start', [], ['visit:1']],
    ['in', 'a', ['visit:2'], undefined],
    ['c', 'in', ['visit:2', 'each:3'], undefined],
    ['c', 'end', [], undefined],
  ])('%s from %s at %j', (nodeId, from, path, expected) => {
    expect(pathSeenFrom(plan, nodeId, { nodeId: from, path })).toEqual(expected)
  })
})
