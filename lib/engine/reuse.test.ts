import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { draw } from '../testing/definition'
import { randomWorkflow } from '../testing/random-graph'
import { applyEvent } from './apply-event'
import { decide } from './decide'
import { type NewEvent, nodeKey, type RunEvent } from './events'
import { compile, type Plan } from './graph'
import { reuseLog } from './reuse'
import { initialState } from './state'

const started: NewEvent = {
  type: 'run_started',
  actor: { kind: 'system', name: 'test' },
  trigger: 'api',
  version_number: 0,
}
const error = { code: 'x', message: 'x' }
const base = { started_at: '', output_bytes: 4, attempt: 1 }

/** Plays events that follow `run_started`; every reused result must be one that the run is waiting for. */
function play(plan: Plan, events: readonly NewEvent[]) {
  const state = initialState(plan)
  const log: RunEvent[] = []
  for (const event of [started, ...events]) {
    const placed = { ...event, seq: log.length + 1, at: '2026-01-01T00:00:00.000Z' }
    applyEvent(plan, state, placed)
    log.push(placed)
  }
  const next = decide(plan, state, new Set()).map((decision) =>
    decision.type === 'execute' ? decision.key : decision.type,
  )
  return { state, log, next }
}

const done = (id: string, path: string[] = [], port = 'out'): NewEvent => ({
  type: 'node_succeeded',
  node_id: id,
  path,
  port,
  ...base,
})
const failed = (id: string, path: string[] = [], port?: string): NewEvent => ({
  type: 'node_failed',
  node_id: id,
  path,
  attempt: 1,
  started_at: '',
  error,
  retry: false,
  ...(port ? { port } : {}),
})

function again(drawing: Parameters<typeof draw>, events: NewEvent[], from?: Parameters<typeof reuseLog>[3]) {
  const { plan } = compile(draw(...drawing))
  const { log } = play(plan, events)
  const reuse = reuseLog(plan, started, log, from)
  return { ...reuse, ...play(plan, reuse.events) }
}

describe('a retry', () => {
  test('takes over what succeeded and begins at what failed', () => {
    const run = again([['start>a', 'a>b', 'b>end']], [done('start'), done('a'), failed('b')])
    expect(run.keys).toEqual(['start', 'a'])
    expect(run.next).toEqual(['b'])
    expect(run.state.nodes.get('a')).toMatchObject({ status: 'succeeded', reused: true })
  })

  test('takes over a failure that was handled, with its error', () => {
    const run = again(
      [['start>a', 'a:error>b', 'b>c'], { a: { policy: { onError: 'branch' } } }],
      [done('start'), failed('a', [], 'error'), done('b'), failed('c')],
    )
    expect(run.keys).toEqual(['start', 'a', 'b'])
    expect(run.next).toEqual(['c'])
    expect(run.state.nodes.get('a')).toMatchObject({ status: 'failed', port: 'error', error })
  })

  const each = [
    ['start>forEach', 'forEach>end', 'a>b'],
    { forEach: {}, a: { parentId: 'forEach' }, b: { parentId: 'forEach' } },
  ] as const satisfies Parameters<typeof draw>
  const opened = (on_item_error: 'fail' | 'collect'): NewEvent => ({
    type: 'container_started',
    node_id: 'forEach',
    path: [],
    attempt: 1,
    container: 'forEach',
    items: 2,
    concurrency: 2,
    on_item_error,
  })

  test('takes over the items that ended, of a container that did not', () => {
    const events = [done('start'), opened('fail'), done('a', ['each:0']), done('b', ['each:0']), done('a', ['each:1'])]
    const run = again([...each], [...events, failed('b', ['each:1']), failed('forEach')])
    expect(run.keys).toEqual(['start', 'forEach', 'each:0/a', 'each:0/b', 'each:1/a'])
    expect(run.next).toEqual(['each:1/b'])
  })

  test('leaves collected errors as they are', () => {
    const events = [
      done('start'),
      opened('collect'),
      failed('a', ['each:0']),
      done('a', ['each:1']),
      done('b', ['each:1']),
    ]
    const run = again([...each], [...events, done('forEach'), failed('end')])
    expect(run.next).toEqual(['end'])
    expect(run.state.containers.get('forEach')?.errors).toMatchObject([{ index: 0, nodeId: 'a' }])
  })
})

describe('a fork', () => {
  test('runs the chosen node and what follows again, and nothing else', () => {
    const events = [done('start'), done('a'), done('b'), done('c'), done('merge'), done('end')]
    const run = again([['start>a', 'start>b', 'b>c', 'a>merge', 'c>merge', 'merge>end']], events, { nodeId: 'b' })
    expect(run.keys).toEqual(['start', 'a'])
    expect(run.next).toEqual(['b'])
  })

  test('from a node in a loop begins again at its first visit, or at the visit that is named', () => {
    const drawing = [
      ['start>a', 'a>condition', 'condition:again>a', 'condition:else>end'],
      { condition: { config: { branches: [{ name: 'again', when: 'true' }] } } },
    ] as const satisfies Parameters<typeof draw>
    const turns = [
      done('start'),
      ...['visit:1', 'visit:2', 'visit:3'].flatMap((visit, index) => [
        done('a', [visit]),
        done('condition', [visit], index < 2 ? 'again' : 'else'),
      ]),
    ]
    expect(again([...drawing], turns, { nodeId: 'a' }).next).toEqual(['visit:1/a'])
    expect(again([...drawing], turns, { nodeId: 'a', path: ['visit:3'] }).next).toEqual(['visit:3/a'])
  })

  test('from a container runs all of it again', () => {
    const events: NewEvent[] = [
      done('start'),
      {
        type: 'container_started',
        node_id: 'forEach',
        path: [],
        attempt: 1,
        container: 'forEach',
        items: 1,
        concurrency: 1,
        on_item_error: 'fail',
      },
      done('a', ['each:0']),
      done('forEach'),
    ]
    const run = again([['start>forEach'], { forEach: {}, a: { parentId: 'forEach' } }], events, { nodeId: 'forEach' })
    expect([run.keys, run.next]).toEqual([['start'], ['forEach']])
  })
})

describe('for any workflow, any prefix of any run and any node', () => {
  test('only results of the old run are taken over, all of them expected, and without a choice none is lost', () => {
    fc.assert(
      fc.property(
        randomWorkflow,
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        fc.nat(60),
        fc.nat(),
        (definition, stream, length, chosen) => {
          const { plan } = compile(definition)
          const random = () => stream.next().value ?? 0
          const log = wander(plan, random, length)
          const ends = new Set(
            log.flatMap((event) => (event.type === 'node_succeeded' ? [nodeKey(event.path, event.node_id)] : [])),
          )
          const all = reuseLog(plan, started, log)
          const reused = all.events.flatMap((event) =>
            event.type === 'node_reused' ? [nodeKey(event.path, event.node_id)] : [],
          )
          expect(new Set(reused)).toEqual(ends)

          const nodeId = definition.nodes[chosen % definition.nodes.length]?.id ?? ''
          const some = reuseLog(plan, started, log, { nodeId })
          const { state } = play(plan, some.events)
          for (const event of some.events)
            if (event.type === 'node_reused') expect(ends).toContain(nodeKey(event.path, event.node_id))
          for (const [key, node] of state.nodes)
            if (node.nodeId === nodeId) expect(node.status, key).not.toBe('succeeded')
        },
      ),
      { numRuns: 200 },
    )
  })
})

/** A run of random outcomes, cut after `length` decisions. */
function wander(plan: Plan, random: () => number, length: number): RunEvent[] {
  const state = initialState(plan)
  const log: RunEvent[] = []
  const append = (event: NewEvent) => {
    const placed = { ...event, seq: log.length + 1, at: '2026-01-01T00:00:00.000Z' }
    applyEvent(plan, state, placed)
    log.push(placed)
  }
  append(started)
  for (let turn = 0; turn < length; turn++) {
    const decisions = decide(plan, state, new Set())
    const pick = decisions[Math.floor(random() * decisions.length)]
    if (!pick || pick.type === 'complete' || pick.type === 'end' || pick.type === 'wait') break
    if (pick.type === 'fail') break
    const at =
      pick.type === 'execute'
        ? { node_id: pick.nodeId, path: pick.path }
        : { node_id: pick.container.nodeId, path: pick.container.path }
    const type = plan.nodes.get(at.node_id)?.type
    if (pick.type === 'check')
      append({
        type: 'while_checked',
        ...at,
        index: pick.container.total,
        go: pick.container.total < 2 && random() < 0.6,
      })
    else if (pick.type === 'execute' && (type === 'forEach' || type === 'while')) {
      append({
        type: 'container_started',
        ...at,
        attempt: 1,
        container: type,
        ...(type === 'forEach' ? { items: Math.floor(random() * 3) } : {}),
        concurrency: 2,
        on_item_error: 'fail',
      })
    } else
      append({
        type: 'node_succeeded',
        ...at,
        ...base,
        port: type === 'condition' ? (['a', 'b', 'else'][Math.floor(random() * 3)] ?? 'a') : 'out',
      })
  }
  return log
}
