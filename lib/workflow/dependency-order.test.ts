import { describe, expect, it } from 'vitest'
import { compile } from '../engine/graph'
import { draw } from '../testing/definition'
import { dependencyOrder } from './dependency-order'

const ordered = (...drawing: Parameters<typeof draw>) => {
  const definition = draw(...drawing)
  return dependencyOrder(definition, compile(definition).plan)
}
const ids = (...drawing: Parameters<typeof draw>) => ordered(...drawing).map(({ id }) => id)
const certain = (...drawing: Parameters<typeof draw>) =>
  ordered(...drawing).flatMap(({ id, certain }) => (certain ? [id] : []))
const branches = { condition: { config: { branches: [{ name: 'yes', when: 'true' }] } } }

describe('the order of nodes', () => {
  it('has what a node depends on before it, however the document is written', () => {
    const nodes = { end: {}, merge: {}, b: {}, a: {}, start: {} }
    const edges = ['start>a', 'start>b', 'a>merge', 'b>merge', 'merge>end']
    expect(ids(edges, nodes)).toEqual(['start', 'b', 'a', 'merge', 'end'])
    expect(
      ordered(edges, nodes)
        .find(({ id }) => id === 'merge')
        ?.dependsOn.sort(),
    ).toEqual(['a', 'b'])
  })

  it('has the body of a container right after it, which depends on the container', () => {
    const nodes = { forEach: {}, one: { parentId: 'forEach' }, two: { parentId: 'forEach' } }
    const found = ordered(['start>forEach', 'start>side', 'one>two', 'forEach>end', 'side>end'], nodes)
    expect(found.map(({ id }) => id)).toEqual(['start', 'forEach', 'one', 'two', 'side', 'end'])
    expect(found.map(({ dependsOn }) => dependsOn)).toEqual([
      [],
      ['start'],
      ['forEach'],
      ['one'],
      ['start'],
      ['forEach', 'side'],
    ])
    expect(found.filter(({ repeats }) => repeats).map(({ id }) => id)).toEqual(['one', 'two'])
  })

  it('goes round no loop', () => {
    const edges = ['start>a', 'a>condition', 'condition:yes>a', 'condition:else>end']
    const found = ordered(edges, branches)
    expect(found.map(({ id, dependsOn, repeats }) => [id, dependsOn, repeats])).toEqual([
      ['start', [], false],
      ['a', ['start'], true],
      ['condition', ['a'], true],
      ['end', ['condition'], false],
    ])
  })

  it('ends with nodes that nothing leads to', () => {
    expect(ids(['start>end', 'lost>lost2'])).toEqual(['start', 'end', 'lost', 'lost2'])
  })
})

describe('what surely runs', () => {
  it('is everything of a chain and of parallel branches', () => {
    expect(certain(['start>a', 'start>b', 'a>merge', 'b>merge', 'merge>end'])).toEqual([
      'start',
      'a',
      'b',
      'merge',
      'end',
    ])
  })

  it('is not what stands behind a branch, but is what all branches lead to', () => {
    const edges = ['start>condition', 'condition:yes>a', 'condition:else>b', 'a>merge', 'b>merge', 'merge>end']
    expect(certain(edges, branches)).toEqual(['start', 'condition', 'merge', 'end'])
  })

  it('is not what a branch that leads nowhere may leave out', () => {
    expect(certain(['start>condition', 'condition:yes>a', 'a>end'], branches)).toEqual(['start', 'condition'])
    expect(certain(['start>approval', 'approval:approved>end'])).toEqual(['start', 'approval'])
  })

  it('is what a loop is left by', () => {
    const edges = ['start>a', 'a>condition', 'condition:yes>a', 'condition:else>end']
    expect(certain(edges, branches)).toEqual(['start', 'a', 'condition', 'end'])
  })

  it('is nothing inside a container', () => {
    expect(certain(['start>forEach', 'forEach>end'], { one: { parentId: 'forEach' } })).toEqual([
      'start',
      'forEach',
      'end',
    ])
  })
})
