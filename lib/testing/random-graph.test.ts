import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../engine/graph'
import { randomWorkflow } from './random-graph'

/** A property says nothing about what is never drawn: here is how often each thing is. */

describe('random workflows', () => {
  const drawn = fc.sample(randomWorkflow, { seed: 7, numRuns: 400 }).map((definition) => {
    const { plan, problems } = compile(definition)
    expect(problems).toEqual([])
    const isContainer = (node: { type: string }) => node.type === 'forEach' || node.type === 'while'
    const planned = [...plan.nodes.values()]
    return { plan, nodes: definition.nodes, edges: definition.edges, planned, isContainer }
  })
  type Drawn = (typeof drawn)[number]
  const has = (type: string) => (it: Drawn) => it.nodes.some((node) => node.type === type)

  test.each<[string, number, (it: Drawn) => boolean]>([
    ['branches', 0.3, has('condition')],
    [
      'parallel paths',
      0.3,
      (it) =>
        it.nodes.some((node) => it.edges.filter((e) => e.source === node.id && e.sourcePort === 'out').length > 1),
    ],
    ['joins of kind all', 0.2, (it) => it.nodes.some((node) => node.type === 'merge' && node.config.join === 'all')],
    ['joins of kind any', 0.2, (it) => it.planned.some((node) => node.join === 'any')],
    [
      'joins that no structure has',
      0.2,
      (it) => it.nodes.some((n) => n.type !== 'merge' && (it.plan.nodes.get(n.id)?.incomingCount ?? 0) > 1),
    ],
    ['loops', 0.25, (it) => it.planned.some((node) => node.loopDepth > 0)],
    ['loops in loops', 0.08, (it) => it.planned.some((node) => node.loopDepth > 1)],
    [
      'ways out of two loops at once',
      0.02,
      (it) => it.planned.some((node) => node.outgoing.some((edge) => edge.exits.length > 1)),
    ],
    [
      'exits that every turn takes',
      0.05,
      (it) =>
        it.planned.some((node) =>
          node.outgoing.some(
            (edge) =>
              edge.exits.length > 0 &&
              node.outgoing.some((other) => other.port === edge.port && other.exits.length === 0),
          ),
        ),
    ],
    [
      'ways back from an inner loop to the outer one',
      0.02,
      (it) => it.planned.some((node) => node.outgoing.some((edge) => edge.back && edge.exits.length > 0)),
    ],
    ['forEach', 0.2, has('forEach')],
    ['while', 0.2, has('while')],
    ['containers that collect', 0.1, (it) => it.nodes.some((node) => node.config.onItemError === 'collect')],
    [
      'containers in containers',
      0.1,
      (it) => it.nodes.some((node) => it.isContainer(node) && node.parentId !== undefined),
    ],
    ['loops in containers', 0.08, (it) => it.planned.some((node) => node.loopDepth > 0 && node.containers.length > 0)],
    ['containers in loops', 0.08, (it) => it.planned.some((node) => it.isContainer(node) && node.loopDepth > 0)],
    [
      'containers whose failure flows on',
      0.2,
      (it) => it.planned.some((node) => it.isContainer(node) && node.policy.onError !== 'fail'),
    ],
    ['errors that branch', 0.2, (it) => it.edges.some((edge) => edge.sourcePort === 'error')],
    ['approvals', 0.15, has('approval')],
    ['other waits', 0.3, (it) => ['input', 'delay', 'callback'].some((type) => has(type)(it))],
    ['Ends that end all', 0.1, (it) => it.planned.some((node) => node.endsAll)],
    ['Ends that end an item', 0.05, (it) => it.planned.some((node) => node.endsAll && node.containers.length > 0)],
    ['Fail', 0.1, has('fail')],
    ['something disabled', 0.4, (it) => it.nodes.some((node) => node.disabled)],
    ['a disabled container', 0.03, (it) => it.planned.some((node) => node.disabled && it.isContainer(node))],
  ])('have %s, at least %d of them', (_, share, isSo) => {
    expect(drawn.filter(isSo).length / drawn.length).toBeGreaterThanOrEqual(share)
  })
})
