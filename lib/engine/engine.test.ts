import { describe, expect, test } from 'vitest'
import { draw } from '../testing/definition'
import { ACTOR, beginLog, PLACE } from '../testing/written-log'
import { applyEvent } from './apply-event'
import { decide } from './decide'
import type { NewEvent } from './events'
import { compile } from './graph'
import { initialState } from './state'

const actor = ACTOR
const place = PLACE
const start = (...drawing: Parameters<typeof draw>) => beginLog(draw(...drawing))

describe('readiness', () => {
  test('a chain runs one node after another and completes', () => {
    const log = start(['start>a', 'a>end'])
    expect(log.next()).toEqual(['start'])
    expect(log.done('start').next()).toEqual(['a'])
    expect(log.done('a').next()).toEqual(['end'])
    expect(log.done('end').next()).toEqual(['complete'])
    expect(log.state.endKey).toBe('end')
  })

  test('independent branches are ready together, and a join waits for both', () => {
    const log = start(['start>a', 'start>b', 'a>join', 'b>join']).done('start')
    expect(log.next()).toEqual(['a', 'b'])
    expect(log.done('a').next()).toEqual(['b'])
    expect(log.done('b').next()).toEqual(['join'])
  })

  test('a join after a branch does not wait for the path not taken, however long that path is', () => {
    const log = start(['start>condition', 'condition:yes>a', 'condition:no>b', 'b>c', 'a>join', 'c>join'])
    log.done('start').done('condition', 'yes')
    expect(log.next()).toEqual(['a'])
    expect(log.statusOf('c')).toBe('skipped')
    expect(log.done('a').next()).toEqual(['join'])
  })

  test('a merge of kind any runs once, with the first arrival', () => {
    const log = start(['start>a', 'start>b', 'a>merge', 'b>merge', 'merge>end'], { merge: { config: { join: 'any' } } })
    log.done('start').done('a')
    expect(log.next().sort()).toEqual(['b', 'merge'])
    log.done('merge').done('b').done('end')
    expect(log.next()).toEqual(['complete'])
  })

  test('a node that no start reaches is skipped and holds no join back', () => {
    const log = start(['start>join', 'stray>join'])
    expect(log.done('start').next()).toEqual(['join'])
    expect(log.statusOf('stray')).toBe('skipped')
  })

  test('a disabled node is passed through', () => {
    const log = start(['start>a', 'a>end'], { a: { disabled: true } })
    expect(log.done('start').next()).toEqual(['end'])
    expect(log.statusOf('a')).toBe('skipped')
  })

  test('a node whose process died is executed again under the same attempt', () => {
    const log = start(['start>http', 'http>end']).done('start')
    log.append({ type: 'node_started', node_id: 'http', path: [], attempt: 1 })
    expect(decide(log.plan, log.state, new Set(['http']))).toEqual([])
    expect(decide(log.plan, log.state, new Set())).toMatchObject([{ type: 'execute', attempt: 1, resumed: true }])
  })
})

describe('loops', () => {
  const retryUntilGood = ['start>work', 'work>check', 'check:again>work', 'check:good>end']

  test('a back edge starts a new visit, and the exit goes on once', () => {
    const log = start(retryUntilGood, { check: { type: 'condition' } }).done('start')
    expect(log.next()).toEqual(['visit:1/work'])
    log.done('work', 'out', ['visit:1']).done('check', 'again', ['visit:1'])
    expect(log.next()).toEqual(['visit:2/work'])
    log.done('work', 'out', ['visit:2']).done('check', 'good', ['visit:2'])
    expect(log.next()).toEqual(['end'])
    expect(log.done('end').next()).toEqual(['complete'])
  })

  test('an exit that no visit takes is dead once the loop has ended, so a join behind it goes on', () => {
    const log = start(['start>work', 'work:again>work', 'work:rare>join', 'work:done>after', 'after>join'], {
      work: { type: 'condition' },
    }).done('start')
    log.done('work', 'again', ['visit:1']).done('work', 'done', ['visit:2'])
    expect(log.next()).toEqual(['after'])
    expect(log.done('after').next()).toEqual(['join'])
  })

  test('a loop inside a loop starts at its first visit in every visit around it', () => {
    const log = start(
      ['start>outer', 'outer>inner', 'inner:again>inner', 'inner:next>tail', 'tail:again>outer', 'tail:done>end'],
      {
        inner: { type: 'condition' },
        tail: { type: 'condition' },
      },
    ).done('start')
    log.done('outer', 'out', ['visit:1'])
    expect(log.next()).toEqual(['visit:1/visit:1/inner'])
    log.done('inner', 'again', ['visit:1', 'visit:1']).done('inner', 'next', ['visit:1', 'visit:2'])
    expect(log.next()).toEqual(['visit:1/tail'])
    log.done('tail', 'again', ['visit:1']).done('outer', 'out', ['visit:2'])
    expect(log.next()).toEqual(['visit:2/visit:1/inner'])
  })

  test('an exit that several visits take counts once, so a join behind it waits for its other edge', () => {
    const log = start(
      ['start>work', 'work>side', 'work>check', 'check:again>work', 'check:good>last', 'side>join', 'last>join'],
      { check: { type: 'condition' } },
    ).done('start')
    log.done('work', 'out', ['visit:1']).done('check', 'again', ['visit:1'])
    expect(log.next().sort()).toEqual(['side', 'visit:2/work'])
    log.done('work', 'out', ['visit:2']).done('side')
    expect(log.next()).toEqual(['visit:2/check'])
    expect(log.done('check', 'good', ['visit:2']).next()).toEqual(['last'])
    expect(log.done('last').next()).toEqual(['join'])
  })

  test('two visits that leave by the same exit do not make up for a path that never came', () => {
    const log = start(
      ['start>work', 'work>join', 'work>check', 'check:again>work', 'check:good>last', 'start>slow', 'slow>join'],
      { check: { type: 'condition' } },
    ).done('start')
    log.done('work', 'out', ['visit:1']).done('check', 'again', ['visit:1']).done('work', 'out', ['visit:2'])
    expect(log.next().sort()).toEqual(['slow', 'visit:2/check'])
  })

  test('a loop on a path not taken dies as a whole', () => {
    const log = start(['start>condition', 'condition:no>work', 'work>work', 'work>join', 'condition:yes>join'])
    expect(log.done('start').done('condition', 'yes').next()).toEqual(['join'])
  })

  test('turning more often than the limit ends the run and names the node', () => {
    const log = start(['start>work', 'work>work'], {}, { settings: { maxNodeVisits: 2 } }).done('start')
    log.done('work', 'out', ['visit:1']).done('work', 'out', ['visit:2'])
    expect(decide(log.plan, log.state, new Set())).toMatchObject([{ event: { type: 'run_aborted', node_id: 'work' } }])
  })

  test('a loop with two entries is refused and the edge is named', () => {
    const { problems } = compile(draw(['start>a', 'start>b', 'a>b', 'b>a']))
    expect(problems).toMatchObject([{ code: 'irreducible_loop', edgeId: expect.stringMatching(/^e[23]$/) }])
  })

  test('a dag refuses a cycle and names the edge', () => {
    const { problems } = compile(draw(['start>a', 'a>b', 'b>a'], {}, { kind: 'dag' }))
    expect(problems).toMatchObject([{ code: 'cycle_in_dag', edgeId: 'e2' }])
  })
})

describe('failures, waits and commands', () => {
  const error = { code: 'boom', message: 'it broke' }
  const failed = (port?: string, retry = false): NewEvent => ({
    type: 'node_failed',
    node_id: 'http',
    path: [],
    attempt: 1,
    started_at: place.at,
    error,
    retry,
    ...(port ? { port } : {}),
  })
  const waiting = (id: string, kind: 'approval' | 'input' | 'retry' | 'timer'): NewEvent => ({
    type: 'node_waiting',
    node_id: id,
    path: [],
    attempt: 1,
    wait_id: `w-${id}`,
    kind,
  })

  test('a failure that nothing handles fails the run and names the node', () => {
    const log = start(['start>http', 'http>end']).done('start').append(failed())
    expect(decide(log.plan, log.state, new Set())).toMatchObject([
      { event: { type: 'run_failed', reason: 'execution_error', node_id: 'http', summary: 'http failed: it broke' } },
    ])
  })

  test('a failure that is data goes on by its port', () => {
    const log = start(['start>http', 'http:error>b', 'http>a']).done('start').append(failed('error'))
    expect(log.next()).toEqual(['b'])
  })

  test('a retry waits and then counts the next attempt', () => {
    const log = start(['start>http']).done('start').append(failed(undefined, true)).append(waiting('http', 'retry'))
    expect(log.next()).toEqual(['wait'])
    log.append({ type: 'timer_fired', node_id: 'http', path: [], wait_id: 'w-http', kind: 'retry' })
    expect(decide(log.plan, log.state, new Set())).toMatchObject([{ type: 'execute', attempt: 2, resumed: false }])
  })

  test('a waiting branch does not stop the other one', () => {
    const log = start(['start>approval', 'start>a']).done('start').append(waiting('approval', 'approval'))
    expect(log.next()).toEqual(['a'])
    expect(log.done('a').next()).toEqual(['wait'])
  })

  test('a rejection that leads nowhere cancels the run', () => {
    const log = start(['start>approval', 'approval:approved>a']).done('start').append(waiting('approval', 'approval'))
    log.append({
      type: 'approval_decided',
      node_id: 'approval',
      path: [],
      wait_id: 'w-approval',
      decision: 'rejected',
      actor,
      shown_hash: '',
      output_bytes: 2,
    })
    expect(decide(log.plan, log.state, new Set())).toMatchObject([
      { event: { type: 'run_cancelled', reason: 'approval_rejected' } },
    ])
  })

  test('a rejection with an edge goes on by it', () => {
    const log = start(['start>approval', 'approval:rejected>a']).done('start').append(waiting('approval', 'approval'))
    log.append({
      type: 'approval_decided',
      node_id: 'approval',
      path: [],
      wait_id: 'w-approval',
      decision: 'rejected',
      actor,
      shown_hash: '',
      output_bytes: 2,
    })
    expect(log.next()).toEqual(['a'])
  })

  test('an approval past its due time fails the run unless an edge says otherwise', () => {
    const fired: NewEvent = {
      type: 'timer_fired',
      node_id: 'approval',
      path: [],
      wait_id: 'w-approval',
      kind: 'approval',
      port: 'timedOut',
    }
    const without = start(['start>approval', 'approval:approved>a'])
      .done('start')
      .append(waiting('approval', 'approval'))
      .append(fired)
    expect(decide(without.plan, without.state, new Set())).toMatchObject([
      { event: { type: 'run_failed', reason: 'timeout' } },
    ])
    const withEdge = start(['start>approval', 'approval:timedOut>b'])
      .done('start')
      .append(waiting('approval', 'approval'))
      .append(fired)
    expect(withEdge.next()).toEqual(['b'])
  })

  test('a paused run starts nothing until it is resumed', () => {
    const log = start(['start>a']).done('start').append({ type: 'run_paused', actor })
    expect(log.next()).toEqual([])
    expect(log.state.status).toBe('paused')
    expect(log.append({ type: 'run_resumed', actor }).next()).toEqual(['a'])
  })

  test('an ended run ignores whatever comes after', () => {
    const log = start(['start>a']).append({ type: 'run_cancelled', reason: 'cancelled', summary: 'stopped' })
    expect(log.done('start').state.status).toBe('cancelled')
    expect(log.next()).toEqual([])
  })

  test('a gap in the log is refused', () => {
    const { plan } = compile(draw(['start>a']))
    expect(() => applyEvent(plan, initialState(plan), { type: 'run_paused', actor, seq: 2, ...place })).toThrow(/gap/)
  })
})
