import { describe, expect, test } from 'vitest'
import { draw } from '../testing/definition'
import { beginOf, type Choices, cutOff, endOf, everyRun, times, together, type Watched } from '../testing/every-run'

/** Multiple instances, cancellation and iteration of the Workflow Patterns catalogue, over every run of a drawing. */

const runsOf = (drawing: Parameters<typeof draw>, choices?: Choices) => everyRun(draw(...drawing), choices)

function holds(runs: Watched[], always: (run: Watched) => boolean, ...sometimes: ((run: Watched) => boolean)[]) {
  for (const run of runs) expect(always(run), run.steps.join(' ')).toBe(true)
  for (const [index, once] of sometimes.entries()) expect(runs.some(once), `possible, ${index}`).toBe(true)
}

const completed = (run: Watched) => run.state.status === 'completed'
const isBefore = (run: Watched, a: string, b: string) => endOf(run, a) >= 0 && endOf(run, a) < beginOf(run, b)
const hasEnded = (run: Watched, at: string) => endOf(run, at) >= 0
/** It ended before it was cut off, or never began, or was cut off: nothing of it is left. */
const isOver = (run: Watched, at: string) => beginOf(run, at) < 0 || hasEnded(run, at) || cutOff(run).includes(at)

const inside = { parentId: 'forEach' }
const list = (items: string, concurrency = 3) => ({ config: { items, concurrency } })
const items = ['each:0/task', 'each:1/task', 'each:2/task']

describe('multiple instances', () => {
  test('WCP-12 Multiple Instances without Synchronization', () => {
    // On a path of its own: they run at the same time, and nothing that follows waits for them.
    holds(
      runsOf([['start>forEach', 'start>a'], { forEach: list('[1, 2]'), task: inside }]),
      (run) => completed(run) && times(run, 'task') === 2 && hasEnded(run, 'a'),
      (run) => together(run, 'each:0/task', 'each:1/task'),
      (run) => hasEnded(run, 'a') && endOf(run, 'a') < beginOf(run, 'each:0/task'),
    )
  })

  test('WCP-13 Multiple Instances with a priori Design-Time Knowledge', () => {
    holds(
      runsOf([['start>forEach', 'forEach>after'], { forEach: list('[1, 2, 3]'), task: inside }]),
      (run) => completed(run) && times(run, 'task') === 3 && items.every((at) => isBefore(run, at, 'after')),
      (run) => together(run, 'each:0/task', 'each:2/task'),
    )
  })

  test('WCP-14 Multiple Instances with a priori Run-Time Knowledge', () => {
    // The number is known when the list is evaluated, and not before.
    for (const count of [0, 1, 2, 3]) {
      const edges = ['start>a', 'a>forEach', 'forEach>after']
      const counted = { items: { forEach: count } }
      holds(
        runsOf([edges, { forEach: list('nodes.a.output'), task: inside }], counted),
        (run) =>
          completed(run) &&
          times(run, 'task') === count &&
          items.slice(0, count).every((at) => isBefore(run, at, 'after')) &&
          times(run, 'after') === 1,
      )
    }
  })
})

describe('cancellation', () => {
  const endsAll = { ...inside, config: { endsAll: true } }
  const region = { forEach: { config: { items: '[1]' } } }

  test('WCP-19 Cancel Task', () => {
    // The task and what cancels it are drawn side by side; whichever comes first ends the region.
    holds(
      runsOf([
        ['start>forEach', 'forEach>after', 'task>end_done', 'input>end_cancelled'],
        { ...region, task: inside, input: inside, end_done: endsAll, end_cancelled: endsAll },
      ]),
      (run) =>
        completed(run) &&
        times(run, 'after') === 1 &&
        times(run, 'end_done') + times(run, 'end_cancelled') === 1 &&
        isOver(run, 'each:0/task') &&
        isOver(run, 'each:0/input'),
      (run) => cutOff(run).includes('each:0/task'),
      (run) => times(run, 'end_cancelled') === 1 && times(run, 'task') === 0,
      (run) => hasEnded(run, 'each:0/task') && cutOff(run).includes('each:0/input'),
    )
  })

  test('WCP-20 Cancel Case', () => {
    const parts = [['start>a', 'start>forEach', 'start>b'], { forEach: list('[1]'), task: inside }] as const
    const at = (run: Watched, ending: string) => run.steps.findIndex((step) => step.startsWith(ending))
    const begunAfter = (run: Watched, ending: string) =>
      run.steps.slice(at(run, ending) + 1).filter((step) => /^[+±]/.test(step))
    const isAllOver = (run: Watched) => ['a', 'each:0/task', 'b'].every((id) => isOver(run, id))
    // Wherever the others are when one path comes to Fail, they are withdrawn with it.
    holds(
      runsOf([[...parts[0], 'b>fail'], parts[1]]),
      (run) => run.state.status === 'failed' && isAllOver(run) && begunAfter(run, '±fail').length === 0,
      (run) => cutOff(run).includes('each:0/task') && cutOff(run).includes('forEach') && cutOff(run).includes('a'),
    )
    // An End that ends everything: the same, and the run has completed.
    holds(
      runsOf([[...parts[0], 'b>end'], { ...parts[1], end: { config: { endsAll: true } } }]),
      (run) => completed(run) && isAllOver(run) && begunAfter(run, '±end').length === 0,
      (run) => cutOff(run).includes('each:0/task') && cutOff(run).includes('a'),
    )
    // A rejection that leads nowhere.
    holds(
      runsOf([['start>a', 'start>approval', 'approval:approved>b']], { ports: { approval: ['rejected'] } }),
      (run) => run.state.status === 'cancelled' && isOver(run, 'a') && times(run, 'b') === 0,
      (run) => cutOff(run).includes('a'),
    )
  })

  test('WCP-25 Cancel Region', () => {
    // What is inside is withdrawn wherever it is; what is outside goes on as if nothing had happened.
    holds(
      runsOf([
        ['start>forEach', 'start>out', 'out>out2', 'forEach>after', 'a>b', 'delay>end_cancelled'],
        { ...region, a: inside, b: inside, delay: inside, end_cancelled: endsAll },
      ]),
      (run) =>
        completed(run) &&
        ['each:0/a', 'each:0/b'].every((at) => isOver(run, at)) &&
        ['out', 'out2', 'after'].every((id) => times(run, id) === 1 && hasEnded(run, id)) &&
        cutOff(run).every((at) => at.startsWith('each:0/')),
      (run) => cutOff(run).includes('each:0/a') && times(run, 'b') === 0,
      (run) => cutOff(run).includes('each:0/b') && hasEnded(run, 'each:0/a'),
      (run) => together(run, 'out', 'each:0/a') && cutOff(run).includes('each:0/a'),
    )
  })

  const many = { parentId: 'forEach', config: { items: '[1, 2]', concurrency: 2 } }
  const instances = ['each:0/each:0/task', 'each:0/each:1/task']
  const cancellable = (port: string, also: Record<string, object> = {}): Parameters<typeof draw> => [
    ['start>forEach', 'forEach>after', `forEach2>end_done`, `input>end_${port}`],
    {
      ...{ ...region, forEach2: many, task: { parentId: 'forEach2' }, input: inside },
      ...{ end_done: endsAll, [`end_${port}`]: endsAll, ...also },
    },
  ]

  test('WCP-26 Cancel Multiple Instance Activity', () => {
    holds(
      runsOf(cancellable('cancelled')),
      (run) => completed(run) && instances.every((at) => isOver(run, at)) && times(run, 'after') === 1,
      // Some are done and stay so, some are withdrawn while they run, some have not begun.
      (run) => hasEnded(run, 'each:0/each:0/task') && cutOff(run).includes('each:0/each:1/task'),
      (run) => instances.every((at) => cutOff(run).includes(at)),
      (run) => instances.every((at) => beginOf(run, at) < 0) && cutOff(run).includes('each:0/forEach2'),
      (run) => instances.every((at) => hasEnded(run, at)) && cutOff(run).includes('each:0/input'),
    )
    // An item that fails withdraws the others, when the container does not collect.
    holds(
      runsOf(
        [
          ['start>forEach', 'forEach:error>after'],
          { forEach: { ...list('[1, 2]'), policy: { onError: 'branch' } }, task: inside },
        ],
        { ports: { task: (path) => (path[0] === 'each:0' ? ['!'] : ['out']) } },
      ),
      (run) => completed(run) && times(run, 'after') === 1 && isOver(run, 'each:1/task'),
      (run) => cutOff(run).includes('each:1/task'),
    )
  })

  test('WCP-27 Complete Multiple Instance Activity', () => {
    // Whoever completes it early: what is still going on is withdrawn, and what follows goes on, once.
    holds(
      runsOf(cancellable('completed')),
      (run) =>
        completed(run) &&
        times(run, 'after') === 1 &&
        instances.every((at) => isOver(run, at)) &&
        [...instances, 'each:0/input'].every((at) => run.steps.indexOf(`x${at}`) < beginOf(run, 'after')),
      (run) => hasEnded(run, 'each:0/each:0/task') && cutOff(run).includes('each:0/each:1/task'),
    )
  })
})

describe('iteration', () => {
  test('WCP-21 Structured Loop', () => {
    // Tested before each turn: may turn not at all.
    const pretest = runsOf([['start>while', 'while>after'], { task: { parentId: 'while' } }], {
      turns: { while: [0, 1, 3] },
    })
    expect(pretest.map((run) => times(run, 'task')).sort()).toEqual([0, 1, 3])
    holds(pretest, (run) => completed(run) && times(run, 'after') === 1)
    // Tested after each turn: turns at least once.
    const posttest = runsOf([['start>task', 'task>condition', 'condition:again>task', 'condition:done>after']], {
      ports: { condition: (path) => (path[0] === 'visit:3' ? ['done'] : ['again', 'done']) },
    })
    expect(posttest.map((run) => times(run, 'task')).sort()).toEqual([1, 2, 3])
    holds(posttest, (run) => completed(run) && times(run, 'after') === 1 && times(run, 'task') >= 1)
    // One turn after the other, also when a turn takes two paths at once.
    holds(
      runsOf([['start>while', 'while>after'], { a: { parentId: 'while' }, b: { parentId: 'while' } }], {
        turns: { while: [2] },
      }),
      (run) => ['a', 'b'].every((id) => ['a', 'b'].every((next) => isBefore(run, `while:0/${id}`, `while:1/${next}`))),
      (run) => together(run, 'while:0/a', 'while:0/b'),
    )
  })
})
