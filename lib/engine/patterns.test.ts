import { describe, expect, test } from 'vitest'
import { draw } from '../testing/definition'
import { beginOf, type Choices, cutOff, endOf, everyRun, times, together, type Watched } from '../testing/every-run'
import { compile } from './graph'

/**
 * The basic control-flow patterns of the Workflow Patterns catalogue, each by its formal demand, over every run that a
 * drawing has: every order of events and every outcome. The table is docs/patterns.md.
 */

const runsOf = (drawing: Parameters<typeof draw>, choices?: Choices) => everyRun(draw(...drawing), choices)

/** `always` holds in each run; each of `sometimes` in at least one, so that nothing holds only because it never came to it. */
function holds(runs: Watched[], always: (run: Watched) => boolean, ...sometimes: ((run: Watched) => boolean)[]) {
  for (const run of runs) expect(always(run), run.steps.join(' ')).toBe(true)
  for (const [index, once] of sometimes.entries()) expect(runs.some(once), `possible, ${index}`).toBe(true)
}

const completed = (run: Watched) => run.state.status === 'completed'
const once = (run: Watched, ...ids: string[]) => ids.every((id) => times(run, id) === 1)
const isBefore = (run: Watched, a: string, b: string) => endOf(run, a) >= 0 && endOf(run, a) < beginOf(run, b)
const or = (join: 'all' | 'any') => ({ config: { join } })

describe('basic control flow', () => {
  test('WCP-1 Sequence', () => {
    const runs = runsOf([['start>a', 'a>b', 'b>c']])
    holds(
      runs,
      (run) => completed(run) && once(run, 'a', 'b', 'c') && isBefore(run, 'a', 'b') && isBefore(run, 'b', 'c'),
    )
  })

  test('WCP-2 Parallel Split', () => {
    holds(
      runsOf([['start>a', 'a>b', 'a>c']]),
      (run) => completed(run) && once(run, 'b', 'c') && isBefore(run, 'a', 'b') && isBefore(run, 'a', 'c'),
      (run) => together(run, 'b', 'c'),
      (run) => isBefore(run, 'b', 'c'),
      (run) => isBefore(run, 'c', 'b'),
    )
  })

  test('WCP-3 Synchronization', () => {
    holds(
      runsOf([['start>a', 'start>b', 'start>c', 'a>join', 'b>join', 'c>join', 'join>d'], { join: { type: 'merge' } }]),
      (run) => completed(run) && once(run, 'd') && ['a', 'b', 'c'].every((id) => isBefore(run, id, 'd')),
      (run) => together(run, 'a', 'b'),
    )
  })

  const choice = ['start>condition', 'condition:x>a', 'condition:y>b', 'condition:else>c']

  test('WCP-4 Exclusive Choice', () => {
    const only = (id: string) => (run: Watched) => once(run, id)
    holds(
      runsOf([choice]),
      (run) => completed(run) && ['a', 'b', 'c'].filter((id) => times(run, id) > 0).length === 1,
      only('a'),
      only('b'),
      only('c'),
    )
  })

  test('WCP-5 Simple Merge', () => {
    holds(
      runsOf([[...choice, 'a>d', 'b>d', 'c>d']]),
      (run) => completed(run) && once(run, 'd') && ['a', 'b', 'c'].filter((id) => isBefore(run, id, 'd')).length === 1,
      (run) => isBefore(run, 'a', 'd'),
      (run) => isBefore(run, 'c', 'd'),
    )
  })
})

describe('branching and synchronization', () => {
  /** One condition per branch behind a fork: any combination may be chosen. A path that was chosen may be longer. */
  const multiChoice = [
    ...['start>condition1', 'condition1:yes>a', 'a>a2'],
    ...['start>condition2', 'condition2:yes>b'],
    ...['start>condition3', 'condition3:yes>c'],
  ]
  const ports = { condition1: ['yes', 'no'], condition2: ['yes', 'no'], condition3: ['yes', 'no'] }
  const chosen = (run: Watched) => ['1', '2', '3'].map((n) => run.state.nodes.get(`condition${n}`)?.port === 'yes')
  const branches = ['a', 'b', 'c']

  test('WCP-6 Multi-Choice', () => {
    const runs = runsOf([multiChoice.filter((edge) => edge !== 'a>a2')], { ports })
    holds(
      runs,
      (run) => completed(run) && branches.every((id, index) => times(run, id) === (chosen(run)[index] ? 1 : 0)),
    )
    expect(new Set(runs.map((run) => chosen(run).join())).size).toBe(8)
  })

  test('WCP-7 Structured Synchronizing Merge', () => {
    const two = multiChoice.filter((edge) => !edge.includes('3'))
    const runs = runsOf([[...two, 'a2>merge', 'b>merge', 'merge>d'], {}], { ports })
    holds(
      runs,
      (run) => {
        const [a, b] = chosen(run)
        return (
          completed(run) &&
          times(run, 'd') === (a || b ? 1 : 0) &&
          (!a || isBefore(run, 'a2', 'd')) &&
          (!b || isBefore(run, 'b', 'd'))
        )
      },
      (run) => together(run, 'a', 'b'),
    )
    expect(new Set(runs.map((run) => chosen(run).slice(0, 2).join())).size).toBe(4)
  })

  test('WCP-8 Multi-Merge', () => {
    // Paths that meet outside of a container run what follows once, whatever the join.
    const met = runsOf([['start>a', 'start>b', 'a>merge', 'b>merge', 'merge>d'], { merge: or('any') }])
    holds(met, (run) => once(run, 'd'))
    // Inside a container each path is an item, and what follows the simple merge runs for each, unsynchronized.
    const inside = { parentId: 'forEach' }
    const runs = runsOf(
      [
        ['start>forEach', 'condition:x>a', 'condition:y>b', 'a>d', 'b>d'],
        {
          forEach: { config: { items: '[1, 2]', concurrency: 2 } },
          condition: inside,
          a: inside,
          b: inside,
          d: inside,
        },
      ],
      { ports: { condition: (path) => (path[0] === 'each:0' ? ['x'] : ['y']) } },
    )
    holds(
      runs,
      (run) =>
        completed(run) &&
        times(run, 'd') === 2 &&
        isBefore(run, 'each:0/a', 'each:0/d') &&
        isBefore(run, 'each:1/b', 'each:1/d'),
      (run) => beginOf(run, 'each:0/d') < endOf(run, 'each:1/b'),
      (run) => together(run, 'each:0/d', 'each:1/d'),
    )
  })

  test('WCP-9 Structured Discriminator', () => {
    const race = ['a>merge', 'b>merge', 'merge>d']
    holds(
      runsOf([['start>a', 'start>b', ...race], { merge: or('any') }]),
      // Once, as soon as the first has arrived; the later one is waited for by nobody and starts nothing.
      (run) => completed(run) && once(run, 'a', 'b', 'd') && (isBefore(run, 'a', 'd') || isBefore(run, 'b', 'd')),
      (run) => endOf(run, 'd') < endOf(run, 'b'),
      (run) => endOf(run, 'd') < endOf(run, 'a'),
    )
    // It resets when all have arrived: in a loop, the next visit begins only then, and fires anew.
    const again = runsOf(
      [
        ['start>fork', 'fork>a', 'fork>b', ...race, 'd>condition', 'condition:again>fork', 'condition:done>e'],
        { merge: or('any') },
      ],
      {
        ports: { condition: (path) => (path[0] === 'visit:1' ? ['again'] : ['done']), fork: ['out'] },
      },
    )
    holds(
      again,
      (run) =>
        completed(run) &&
        times(run, 'd') === 2 &&
        once(run, 'e') &&
        ['a', 'b'].every((id) => isBefore(run, `visit:1/${id}`, 'visit:2/fork')),
      (run) => endOf(run, 'visit:1/d') < endOf(run, 'visit:1/b'),
    )
  })
})

describe('structure', () => {
  test('WCP-10 Arbitrary Cycles', () => {
    // Several exits, from different places, and a way back from inside an inner loop to the outer one.
    const runs = runsOf(
      [
        [
          ...['start>a', 'a>condition1', 'condition1:out1>x', 'condition1:go>b', 'b>condition2'],
          ...['condition2:inner>b', 'condition2:outer>a', 'condition2:out2>y'],
        ],
        {},
        { settings: { maxNodeVisits: 2 } },
      ],
      {},
    )
    const done = runs.filter(completed)
    holds(
      done,
      (run) => times(run, 'x') + times(run, 'y') === 1,
      (run) => once(run, 'x') && times(run, 'b') >= 1,
      (run) => once(run, 'y') && times(run, 'a') === 2,
      (run) => once(run, 'y') && times(run, 'b') === 2 && times(run, 'a') === 1,
    )
    // The others turned more often than they may.
    holds(
      runs.filter((run) => !completed(run)),
      (run) => run.state.status === 'aborted_looping_risk',
    )
    // Several entries: refused, naming an edge of the loop.
    const { problems } = compile(
      draw(['start>condition', 'condition:x>a', 'condition:y>b', 'a>b', 'b:again>a', 'b:done>end']),
    )
    expect(problems).toMatchObject([{ code: 'irreducible_loop', edgeId: expect.stringMatching(/^e[34]$/) }])
    // Drawn instead: every way into the loop goes through one node, which sends it on to where it belongs.
    const enter = [
      'start>into',
      'into>condition',
      'condition:x>a',
      'condition:y>b',
      'a>b',
      'b:again>into',
      'b:done>end',
    ]
    const entered = runsOf([enter, {}, { settings: { maxNodeVisits: 2 } }])
    holds(
      entered.filter(completed),
      (run) => times(run, 'b') === times(run, 'into'),
      (run) => beginOf(run, 'visit:1/a') < 0 && beginOf(run, 'visit:2/a') >= 0,
    )
  })

  test('WCP-11 Implicit Termination', () => {
    // It ends when nothing is left to do, and not before: an End ends its own path only.
    holds(
      runsOf([['start>a', 'a>end', 'start>b', 'b>c', 'start>input']]),
      (run) => completed(run) && once(run, 'a', 'b', 'c', 'input') && cutOff(run).length === 0 && endOf(run, 'c') >= 0,
      (run) => endOf(run, 'end') < beginOf(run, 'c'),
      (run) => endOf(run, 'end') < endOf(run, 'input'),
    )
  })
})

describe('state-based', () => {
  const region = { forEach: { config: { items: '[1]' } } }
  const inside = { parentId: 'forEach' }
  const endsAll = { parentId: 'forEach', config: { endsAll: true } }

  test('WCP-16 Deferred Choice', () => {
    // All alternatives are offered; what happens first decides, and the others are withdrawn at that moment.
    const won = (steps: readonly string[]) => steps.join().match(/end_(.)/)?.[1] ?? ''
    const runs = runsOf(
      [
        [
          ...['start>forEach', 'input>end_a', 'callback:out>end_b', 'delay>end_c'],
          ...['forEach>switch', 'switch:a>a', 'switch:b>b', 'switch:c>c'],
        ],
        {
          ...{ ...region, input: inside, callback: inside, delay: inside },
          ...{ end_a: endsAll, end_b: endsAll, end_c: endsAll },
        },
      ],
      { ports: { switch: (_, steps) => [won(steps)] } },
    )
    const decided = runsOf([['start>approval', 'approval:approved>a', 'approval:rejected>b', 'approval:timedOut>c']])
    holds(
      decided,
      (run) => completed(run) && times(run, 'a') + times(run, 'b') + times(run, 'c') === 1,
      (run) => once(run, 'a'),
      (run) => once(run, 'b'),
      (run) => once(run, 'c'),
    )
    const waits = ['each:0/input', 'each:0/callback', 'each:0/delay']
    holds(
      runs,
      (run) =>
        completed(run) &&
        waits.every((at) => times(run, at) === 1 && (endOf(run, at) >= 0 || cutOff(run).includes(at))) &&
        cutOff(run).length === 2 &&
        cutOff(run).every((at) => run.steps.indexOf(`x${at}`) < endOf(run, 'forEach')) &&
        ['a', 'b', 'c'].filter((id) => times(run, id) === 1).join() === won(run.steps),
      (run) => once(run, 'a'),
      (run) => once(run, 'b'),
      (run) => once(run, 'c'),
    )
  })

  test('WCP-17 Interleaved Parallel Routing', () => {
    // The order is data, worked out before; one at a time, each exactly once, in any order.
    const orders = ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']
    for (const order of orders) {
      const runs = runsOf(
        [
          ['start>forEach', 'forEach>after', 'switch:a>a', 'switch:b>b', 'switch:c>c'],
          { forEach: { config: { items: 'inputs.order' } }, switch: inside, a: inside, b: inside, c: inside },
        ],
        { items: { forEach: 3 }, ports: { switch: (path) => [order[Number(path[0]?.slice(5))] ?? ''] } },
      )
      const [first = '', second = '', third = ''] = order
      holds(
        runs,
        (run) =>
          completed(run) &&
          once(run, 'a', 'b', 'c', 'after') &&
          isBefore(run, first, second) &&
          isBefore(run, second, third),
      )
    }
  })

  test('WCP-18 Milestone', () => {
    // The milestone is reached when the container is; what ends it withdraws the offer of "extra".
    holds(
      runsOf([
        ['start>a', 'a>forEach', 'forEach>b', 'input>extra', 'approval:approved>end'],
        { ...region, input: inside, extra: inside, approval: inside, end: endsAll },
      ]),
      (run) =>
        completed(run) &&
        once(run, 'b') &&
        (times(run, 'extra') === 0 || (isBefore(run, 'a', 'extra') && beginOf(run, 'extra') < beginOf(run, 'end'))),
      (run) => once(run, 'extra'),
      (run) => times(run, 'extra') === 0 && cutOff(run).includes('each:0/input'),
    )
  })
})
