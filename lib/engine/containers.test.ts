import { describe, expect, test } from 'vitest'
import { draw } from '../testing/definition'
import { ACTOR, beginLog } from '../testing/written-log'

const start = (...drawing: Parameters<typeof draw>) => beginLog(draw(...drawing)).done('start')
const inside = { parentId: 'forEach' }
const condition = { type: 'condition' }
const item = (index: number, ...rest: string[]) => [`each:${index}`, ...rest]

describe('loops inside of containers', () => {
  const loop = ['start>forEach', 'forEach>end', 'in>a', 'a>check', 'check:again>a', 'check:good>out']
  const nodes = { forEach: {}, in: inside, a: inside, check: { ...condition, ...inside }, out: inside }

  test('each item turns by itself, and ends when its loop has', () => {
    const log = start(loop, nodes).open('forEach', 2)
    expect(log.next()).toEqual(['each:0/in'])
    log.done('in', 'out', item(0)).done('a', 'out', item(0, 'visit:1')).done('check', 'again', item(0, 'visit:1'))
    expect(log.next()).toEqual(['each:0/visit:2/a'])
    log.done('a', 'out', item(0, 'visit:2')).done('check', 'good', item(0, 'visit:2'))
    expect(log.next()).toEqual(['each:0/out'])
    log.done('out', 'out', item(0)).done('in', 'out', item(1))
    expect(log.next()).toEqual(['each:1/visit:1/a'])
    log.done('a', 'out', item(1, 'visit:1')).done('check', 'good', item(1, 'visit:1')).done('out', 'out', item(1))
    expect(log.next()).toEqual(['gather forEach'])
    expect(log.done('forEach').next()).toEqual(['end'])
    expect(log.state.containers.get('forEach')?.results).toEqual(['each:0/out', 'each:1/out'])
  })

  test('turning too often ends the run and names the step, counted for each item', () => {
    const log = start(loop, nodes, { settings: { maxNodeVisits: 2 } }).open('forEach', 2, { concurrency: 2 })
    for (const index of [0, 1]) {
      log.done('in', 'out', item(index)).done('a', 'out', item(index, 'visit:1'))
      log.done('check', 'again', item(index, 'visit:1')).done('a', 'out', item(index, 'visit:2'))
      expect(log.next()).not.toContain('run_aborted')
    }
    log.done('check', 'again', item(0, 'visit:2'))
    expect(log.decisions()).toMatchObject([{ event: { type: 'run_aborted', node_id: 'a' } }])
  })

  test('a failure in a loop is the failure of the item, whatever the visit', () => {
    const log = start(loop, nodes).open('forEach', 2, { collect: true })
    log.done('in', 'out', item(0)).done('a', 'out', item(0, 'visit:1')).done('check', 'again', item(0, 'visit:1'))
    log.fail('a', item(0, 'visit:2'))
    expect(log.state.containers.get('forEach')?.errors).toMatchObject([{ index: 0, nodeId: 'a' }])
    expect(log.next()).toEqual(['each:1/in'])
  })
})

describe('containers inside of loops', () => {
  test('each visit opens the container anew', () => {
    const log = start(['start>head', 'head>forEach', 'forEach>check', 'check:again>head', 'check:good>end'], {
      forEach: {},
      a: inside,
      check: condition,
    })
    for (const [visit, items] of [
      ['visit:1', 2],
      ['visit:2', 0],
      ['visit:3', 1],
    ] as const) {
      log.done('head', 'out', [visit]).open('forEach', items, { path: [visit] })
      for (let index = 0; index < items; index++) {
        expect(log.next()).toEqual([`${visit}/each:${index}/a`])
        log.done('a', 'out', [visit, `each:${index}`])
      }
      expect(log.next()).toEqual([`gather ${visit}/forEach`])
      log.done('forEach', 'out', [visit]).done('check', visit === 'visit:3' ? 'good' : 'again', [visit])
    }
    expect(log.next()).toEqual(['end'])
    expect(log.state.containers.size).toBe(3)
  })
})

describe('disabled steps', () => {
  test('a disabled container is passed through, and nothing inside it is touched', () => {
    const log = start(['start>forEach', 'forEach>end'], { forEach: { disabled: true }, a: inside })
    expect(log.next()).toEqual(['end'])
    expect(log.statusOf('forEach')).toBe('skipped')
    expect([...log.state.nodes.keys()]).toEqual(['start', 'forEach', 'end'])
  })

  test('a disabled first step is passed through in every item', () => {
    const log = start(['start>forEach', 'in>a'], { forEach: {}, in: { ...inside, disabled: true }, a: inside })
    expect(log.open('forEach', 2).next()).toEqual(['each:0/a'])
    expect(log.statusOf('in', item(0))).toBe('skipped')
    expect(log.done('a', 'out', item(0)).next()).toEqual(['each:1/a'])
  })

  test.each([1, 3])('items of disabled steps only end at once, %i at the same time', (concurrency) => {
    const off = { ...inside, disabled: true }
    const log = start(['start>forEach', 'a>b'], { forEach: {}, a: off, b: off }).open('forEach', 1_000, { concurrency })
    expect(log.next()).toEqual(['gather forEach'])
    expect(log.state.containers.get('forEach')).toMatchObject({ ended: 1_000, active: 0 })
  })

  test('a turn of disabled steps only asks the condition again', () => {
    const log = start(['start>while'], { while: {}, a: { parentId: 'while', disabled: true } }).turn('while')
    expect(log.next()).toEqual(['check while'])
    expect(log.checked('while', 0, true).next()).toEqual(['check while'])
    expect(log.checked('while', 1, false).next()).toEqual(['gather while'])
  })
})

describe('a merge of kind any inside a container', () => {
  const race = ['start>forEach', 'a>merge', 'b>merge', 'merge>after']
  const nodes = { forEach: {}, a: inside, b: inside, merge: { ...inside, config: { join: 'any' } }, after: inside }

  test('runs once per item with the first arrival, and the item ends when all has', () => {
    const log = start(race, nodes).open('forEach', 2)
    expect(log.done('b', 'out', item(0)).next()).toEqual(['each:0/a', 'each:0/merge'])
    log.done('merge', 'out', item(0)).done('after', 'out', item(0))
    expect(log.next()).toEqual(['each:0/a'])
    expect(log.done('a', 'out', item(0)).next()).toEqual(['each:1/a', 'each:1/b'])
  })
})

describe('the result of an item', () => {
  test('is what its End gave, whatever ends after it, else what ended last', () => {
    const nodes = { forEach: {}, a: inside, end: inside, b: inside, c: inside }
    const log = start(['start>forEach', 'a:yes>end', 'a>b', 'a:yes>b', 'b>c'], nodes).open('forEach', 2)
    log.done('a', 'yes', item(0)).done('end', 'out', item(0)).done('b', 'out', item(0)).done('c', 'out', item(0))
    log.done('a', 'out', item(1)).done('b', 'out', item(1)).done('c', 'out', item(1))
    expect(log.state.containers.get('forEach')?.results).toEqual(['each:0/end', 'each:1/c'])
  })
})

describe('people inside a container', () => {
  const approval = { ...inside, config: { title: 'Publish?' } }
  const asks = ['start>forEach', 'forEach>end', 'approval:approved>a']
  const asked = (collect: boolean) =>
    start(asks, { forEach: {}, approval, a: inside })
      .open('forEach', 2, { concurrency: 2, collect })
      .waiting('approval', 'approval', item(0))
      .waiting('approval', 'approval', item(1))

  test('a rejection is the error of its item when the container collects', () => {
    const log = asked(true).decided('approval', 'rejected', item(0))
    expect(log.next()).toEqual(['wait'])
    log.decided('approval', 'approved', item(1)).done('a', 'out', item(1))
    expect(log.next()).toEqual(['gather forEach'])
    expect(log.state.containers.get('forEach')).toMatchObject({
      errors: [{ index: 0, nodeId: 'approval', error: { code: 'approval_rejected' } }],
      results: [undefined, 'each:1/a'],
    })
  })

  test('it cancels the run when the container does not collect', () => {
    const log = asked(false).decided('approval', 'rejected', item(1))
    expect(log.decisions()).toMatchObject([{ event: { type: 'run_cancelled', reason: 'approval_rejected' } }])
  })

  test('it fails the container within when only the one around collects', () => {
    const log = start(['start>forEach', 'forEach2>b'], {
      ...{ forEach: {}, forEach2: inside, b: inside },
      approval: { parentId: 'forEach2', config: { title: 'Publish?' } },
    })
    log.open('forEach', 1, { collect: true }).open('forEach2', 1, { path: item(0) })
    log.waiting('approval', 'approval', item(0, 'each:0')).decided('approval', 'rejected', item(0, 'each:0'))
    expect(log.next()).toEqual(['fail each:0/forEach2'])
    expect(log.fail('forEach2', item(0)).next()).toEqual(['gather forEach'])
    expect(log.state.containers.get('forEach')?.errors).toMatchObject([{ index: 0, nodeId: 'forEach2' }])
  })

  test.each([
    [true, ['wait']],
    [false, ['fail forEach']],
  ])('so is a due time that passed, collecting: %s', (collect, next) => {
    const log = asked(collect).fired('approval', 'approval', item(0), 'timedOut')
    expect(log.next()).toEqual(next)
    expect(log.state.containers.get('forEach')?.errors).toMatchObject([{ index: 0, error: { code: 'wait_timed_out' } }])
  })
})

describe('failures inside a container', () => {
  const body = ['start>forEach', 'forEach>end', 'a>c', 'b>c']
  const nodes = { forEach: {}, a: inside, b: inside, c: inside }

  test('a collected failure cuts off the rest of its item, and the next begins', () => {
    const log = start(body, nodes).open('forEach', 2, { collect: true })
    log.started('a', item(0)).started('b', item(0)).fail('a', item(0))
    expect(log.cancelled()).toEqual(['each:0/b'])
    expect(log.statusOf('c', item(0))).toBeUndefined()
    expect(log.next()).toEqual(['each:1/a', 'each:1/b'])
  })

  test('a failure that is not collected ends the container at once, with what runs and waits inside', () => {
    const log = start(body, nodes).open('forEach', 3, { concurrency: 2 })
    log.started('a', item(0)).waiting('b', 'input', item(0)).started('a', item(1)).fail('a', item(1))
    expect(log.next(['each:0/a'])).toContain('fail forEach')
    log.fail('forEach', [])
    expect(log.cancelled().sort()).toEqual(['each:0/a', 'each:0/b'])
    expect(log.state.waits.size).toBe(0)
    expect(log.statusOf('b', item(1))).toBe('skipped')
    expect(log.decisions()).toMatchObject([{ event: { type: 'run_failed', node_id: 'forEach' } }])
  })

  test.each([
    ['out', ['end']],
    ['error', ['onError']],
  ])('the failed container goes on at %s as its policy says', (port, next) => {
    const log = start([...body, 'forEach:error>onError'], nodes)
      .open('forEach', 1)
      .fail('a', item(0))
    log.fail('forEach', [], { port })
    expect(log.next()).toEqual(next)
  })

  test('a retry waits in its item while the others go on', () => {
    const log = start(['start>forEach', 'forEach>end'], { forEach: {}, a: inside }).open('forEach', 3, {
      concurrency: 2,
    })
    log.fail('a', item(0), { retry: true }).waiting('a', 'retry', item(0))
    expect(log.statusOf('a', item(0))).toBe('retrying')
    expect(log.next()).toEqual(['each:1/a'])
    expect(log.done('a', 'out', item(1)).next()).toEqual(['each:2/a'])
    expect(log.done('a', 'out', item(2)).next()).toEqual(['wait'])
    log.fired('a', 'retry', item(0))
    expect(log.decisions()).toMatchObject([{ type: 'execute', key: 'each:0/a', attempt: 2, resumed: false }])
    expect(log.done('a', 'out', item(0), 2).next()).toEqual(['gather forEach'])
  })

  test('a retry that is waited for is called off with its item', () => {
    const log = start(body, nodes).open('forEach', 1, { collect: true })
    log.fail('a', item(0), { retry: true }).waiting('a', 'retry', item(0)).fail('b', item(0))
    expect(log.state.waits.size).toBe(0)
    expect(log.state.cancelled).toEqual([{ key: 'each:0/a', waitId: 'w:each:0/a' }])
    expect(log.next()).toEqual(['gather forEach'])
  })
})

describe('commands while a container is open', () => {
  const opened = () =>
    start(['start>forEach', 'forEach>end', 'a>b'], { forEach: {}, a: inside, b: inside }).open('forEach', 2, {
      concurrency: 2,
    })

  test('paused, nothing begins and nothing is gathered; resumed, it goes on', () => {
    const log = opened().started('a', item(0)).append({ type: 'run_paused', actor: ACTOR })
    expect(log.next(['each:0/a'])).toEqual([])
    log.done('a', 'out', item(0))
    expect(log.next()).toEqual([])
    log.append({ type: 'run_resumed', actor: ACTOR })
    expect(log.next()).toEqual(['each:1/a', 'each:0/b'])
    for (const [id, index] of [
      ['b', 0],
      ['a', 1],
      ['b', 1],
    ] as const)
      log.done(id, 'out', item(index))
    log.append({ type: 'run_paused', actor: ACTOR })
    expect(log.next()).toEqual([])
    log.append({ type: 'run_resumed', actor: ACTOR })
    expect(log.next()).toEqual(['gather forEach'])
  })

  test('a while that is paused asks its condition when it is resumed', () => {
    const log = start(['start>while'], { while: {}, a: { parentId: 'while' } }).turn('while')
    expect(log.append({ type: 'run_paused', actor: ACTOR }).next()).toEqual([])
    expect(log.append({ type: 'run_resumed', actor: ACTOR }).next()).toEqual(['check while'])
  })

  test('stopped, all that is active inside is cancelled and the rest skipped', () => {
    const log = opened().started('a', item(0)).waiting('a', 'timer', item(1))
    log.append({ type: 'run_cancelled', reason: 'cancelled', summary: 'stopped' })
    expect(log.next()).toEqual([])
    expect(log.cancelled().sort()).toEqual(['each:0/a', 'each:1/a', 'forEach'])
    expect(log.state.containers.get('forEach')?.phase).toBe('done')
    expect(log.state.due.size + log.state.ready.size + log.state.running.size + log.state.waits.size).toBe(0)
  })
})

describe('an End that ends all', () => {
  const endsAll = { ...inside, config: { endsAll: true } }

  test('gives the result of its item, cuts off the rest of it, and lets the next begin', () => {
    const log = start(['start>forEach', 'a>end', 'b>c'], { forEach: {}, a: inside, end: endsAll, b: inside, c: inside })
    log.open('forEach', 2).started('b', item(0)).done('a', 'out', item(0)).done('end', 'out', item(0))
    expect(log.cancelled()).toEqual(['each:0/b'])
    expect(log.next()).toEqual(['each:1/a', 'each:1/b'])
    log.done('b', 'out', item(1)).done('c', 'out', item(1)).done('a', 'out', item(1)).done('end', 'out', item(1))
    expect(log.next()).toEqual(['gather forEach'])
    expect(log.state.containers.get('forEach')?.results).toEqual(['each:0/end', 'each:1/end'])
  })

  test('takes along the loops and containers in its item, however deep, and nothing of other items', () => {
    const log = start(['start>forEach', 'in>x', 'x:again>x', 'a>end'], {
      ...{ forEach: {}, in: inside, x: { ...inside, ...condition }, a: inside, end: endsAll, while: inside },
      ...{ forEach2: { parentId: 'while' }, deep: { parentId: 'forEach2' } },
    })
    log.open('forEach', 2, { concurrency: 2 })
    for (const index of [0, 1]) {
      log.done('in', 'out', item(index)).started('x', item(index, 'visit:1')).turn('while', item(index))
      log.checked('while', 0, true, item(index)).open('forEach2', 1, { path: item(index, 'while:0') })
      log.started('deep', item(index, 'while:0', 'each:0'))
    }
    log.done('a', 'out', item(0)).done('end', 'out', item(0))
    expect(log.cancelled().sort()).toEqual([
      'each:0/visit:1/x',
      'each:0/while',
      'each:0/while:0/each:0/deep',
      'each:0/while:0/forEach2',
    ])
    expect([...log.state.running].sort()).toEqual(['each:1/visit:1/x', 'each:1/while:0/each:0/deep'])
  })

  test('inside a loop of an item it ends the item, not the visit', () => {
    const log = start(['start>forEach', 'in>x', 'x:again>x', 'x:stop>end', 'x:done>a'], {
      ...{ forEach: {}, in: inside, x: { ...inside, ...condition }, end: endsAll, a: inside },
    })
    log.open('forEach', 1).done('in', 'out', item(0)).done('x', 'again', item(0, 'visit:1'))
    log.done('x', 'stop', item(0, 'visit:2')).done('end', 'out', item(0))
    expect(log.next()).toEqual(['gather forEach'])
  })

  test('in a while it ends the turn, and the condition is asked again', () => {
    const nodes = { while: {}, end: { parentId: 'while', config: { endsAll: true } }, b: { parentId: 'while' } }
    const log = start(['start>while'], nodes).turn('while').checked('while', 0, true)
    expect(log.done('end', 'out', ['while:0']).next()).toEqual(['check while'])
    expect(log.statusOf('b', ['while:0'])).toBe('skipped')
  })

  test('outside of containers it ends the run with its output, once what is in flight has let go', () => {
    const log = start(['start>a', 'a>end', 'start>b', 'b>end_2', 'start>forEach'], {
      ...{ forEach: {}, c: inside, end: { config: { endsAll: true } } },
    })
    log.started('b').open('forEach', 1).waiting('c', 'input', item(0)).done('a').done('end')
    expect(log.cancelled().sort()).toEqual(['b', 'each:0/c', 'forEach'])
    expect(log.next(['b'])).toEqual([])
    expect(log.next()).toEqual(['complete'])
    expect(log.state.endKey).toBe('end')
  })

  test('disabled it ends nothing', () => {
    const log = start(['start>end', 'start>b'], { end: { disabled: true, config: { endsAll: true } } })
    expect(log.next()).toEqual(['b'])
  })
})
