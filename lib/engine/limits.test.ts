import { describe, expect, test } from 'vitest'
import { LIMITS } from '../limits'
import { draw } from '../testing/definition'
import type { WorkflowDefinition } from '../workflow/document'
import { applyEvent } from './apply-event'
import { decide } from './decide'
import type { NewEvent } from './events'
import { compile } from './graph'
import { DEFAULT_LIMITS, HOUR_MS, type RunLimits, smallerBudget } from './limits'
import { initialState } from './state'
import { warningsOf } from './warnings'

const at = '2026-01-01T00:00:00.000Z'
const actor = { kind: 'system', name: 'test' } as const
const begun: NewEvent = { type: 'run_started', actor, trigger: 'api', version_number: 0 }
const succeeded = (nodeId: string, bytes = 1, path: string[] = []): NewEvent => ({
  type: 'node_succeeded',
  node_id: nodeId,
  path,
  attempt: 1,
  port: 'out',
  started_at: at,
  output_bytes: bytes,
})
const shown = (count: number): NewEvent[] =>
  Array.from({ length: count }, () => ({ type: 'message_shown', node_id: 'start', path: [], text: 'x' }))

const LINE = draw(['start>a', 'a>b', 'b>end'])

function standing(events: NewEvent[], definition: WorkflowDefinition = LINE) {
  const { plan } = compile(definition)
  const state = initialState(plan)
  for (const [index, event] of events.entries()) applyEvent(plan, state, { ...event, seq: index + 1, at })
  const limits = (given: Partial<RunLimits> = {}) => ({ ...DEFAULT_LIMITS, ...given })
  return {
    next: (given?: Partial<RunLimits>) => decide(plan, state, new Set(), limits(given))[0],
    warnings: (given?: Partial<RunLimits>) => warningsOf(plan, state, limits(given)),
  }
}

const goesOn = { type: 'execute' }
const fails = (reason: string) => ({ type: 'end', event: { type: 'run_failed', reason } })

describe('the state of a run', () => {
  const most = LIMITS.run_state.value
  test.each([
    [most - 1, goesOn],
    [most, goesOn],
    [most + 1, fails('state_too_large')],
  ])('%i bytes', (bytes, expected) => {
    expect(standing([begun, succeeded('start', bytes)]).next()).toMatchObject(expected)
  })

  test('does not count what is kept apart', () => {
    const apart = { ...succeeded('start', most * 2), output_blob: 'b' } as NewEvent
    expect(standing([begun, apart]).next()).toMatchObject(goesOn)
  })

  test('is as large as the operator says', () => {
    expect(standing([begun, succeeded('start', 11)]).next({ stateBytes: 10 })).toMatchObject(fails('state_too_large'))
    expect(standing([begun, succeeded('start', most + 1)]).next({ stateBytes: most + 1 })).toMatchObject(goesOn)
  })
})

describe('the events of a run', () => {
  const most = LIMITS.events.value
  test.each([
    [most - 1, goesOn],
    [most, fails('too_many_events')],
    [most + 1, fails('too_many_events')],
  ])('%i, and something left to do', (count, expected) => {
    expect(standing([begun, ...shown(count - 1)]).next()).toMatchObject(expected)
  })

  test('the last one may be the end of the run', () => {
    const whole = [begun, succeeded('start'), succeeded('a'), succeeded('b'), succeeded('end')]
    expect(standing(whole).next({ events: 6 })).toEqual({ type: 'complete' })
  })
})

describe('how long a run is active', () => {
  const most = LIMITS.run_active.value * HOUR_MS
  const gap = LIMITS.node_time.ceiling
  const waits: NewEvent = { type: 'run_waiting', status: 'running', nodes: ['a'] }
  /** Events, each so many milliseconds after the one before. */
  function playedAt(steps: [NewEvent, number][]) {
    const { plan } = compile(LINE)
    const state = initialState(plan)
    let nowMs = 0
    for (const [index, [event, ms]] of steps.entries()) {
      nowMs += ms
      applyEvent(plan, state, { ...event, seq: index + 1, at: new Date(nowMs).toISOString() })
    }
    return {
      state,
      next: decide(plan, state, new Set(), DEFAULT_LIMITS)[0],
      warnings: warningsOf(plan, state, DEFAULT_LIMITS),
    }
  }
  const busy = (ms: number): [NewEvent, number][] => {
    const whole = Array.from({ length: Math.floor(ms / gap) }, (): [NewEvent, number] => [shown(1)[0] as NewEvent, gap])
    return [...whole, [shown(1)[0] as NewEvent, ms % gap]]
  }

  test.each([
    [most - 1, goesOn],
    [most, { type: 'end', event: { type: 'run_timed_out' } }],
    [most + 1, { type: 'end', event: { type: 'run_timed_out' } }],
  ])('%i ms', (ms, expected) => {
    const { state, next } = playedAt([[begun, 0], [succeeded('start'), 9_999_999], ...busy(ms)])
    expect(state.activeMs).toBe(ms)
    expect(next).toMatchObject(expected)
  })

  test('leaves out the queue, waits and pauses', () => {
    const actor = { kind: 'user', name: 'Ann' } as const
    const { state } = playedAt([
      [begun, 0],
      [succeeded('start'), 5 * gap],
      [waits, 100],
      [{ type: 'message_shown', node_id: 'start', path: [], text: 'x' }, 9 * gap],
      [{ type: 'run_paused', actor }, 10],
      [{ type: 'run_resumed', actor }, 9 * gap],
      [succeeded('a'), 1],
    ])
    expect(state.activeMs).toBe(111)
  })

  test('takes a gap in which nobody can have held the run, and a clock that goes back, for what they can be at most', () => {
    expect(
      playedAt([
        [begun, 0],
        [succeeded('start'), 0],
        [succeeded('a'), 40 * most],
      ]).state.activeMs,
    ).toBe(gap)
    expect(
      playedAt([
        [begun, 0],
        [succeeded('start'), 0],
        [succeeded('a'), -40 * most],
      ]).state.activeMs,
    ).toBe(0)
  })

  test('is told at four fifths', () => {
    const { warnings } = playedAt([[begun, 0], [succeeded('start'), 0], ...busy(most * 0.8 + 1)])
    expect(warnings).toMatchObject([{ code: 'run_active', message: 'The run was active for 19.2 of 24 hours.' }])
  })
})

describe('the steps of a run', () => {
  const limited = (maxSteps: number) => draw(['start>a', 'a>b', 'b>end'], {}, { settings: { maxSteps } })
  const three = [begun, succeeded('start'), succeeded('a'), succeeded('b')]
  test.each([
    [2, { type: 'end', event: { type: 'run_aborted', reason: 'looping_risk' } }],
    [3, { type: 'end', event: { type: 'run_aborted', reason: 'looping_risk', node_id: 'end' } }],
    [4, goesOn],
  ])('three taken, %i allowed, one more to take', (most, expected) => {
    expect(standing(three, limited(most)).next()).toMatchObject(expected)
  })

  test('a run that has taken as many as it may, and needs no more, is complete', () => {
    expect(standing([...three, succeeded('end')], limited(4)).next()).toEqual({ type: 'complete' })
  })
})

describe('the visits of a node by a loop', () => {
  const loop = (maxNodeVisits: number) =>
    draw(
      ['start>a', 'a>condition', 'condition:again>a', 'condition:else>end'],
      {
        condition: { config: { branches: [{ name: 'again', when: 'true' }] } },
      },
      { settings: { maxNodeVisits } },
    )
  const visits = (count: number): NewEvent[] => [
    begun,
    succeeded('start'),
    ...Array.from({ length: count }, (_, index) => `visit:${index + 1}`).flatMap((visit) => [
      succeeded('a', 1, [visit]),
      { ...succeeded('condition', 1, [visit]), port: 'again' } as NewEvent,
    ]),
  ]
  test.each([
    [2, goesOn],
    [3, { type: 'end', event: { type: 'run_aborted', reason: 'looping_risk', node_id: 'a' } }],
  ])('%i of 3, and again', (count, expected) => {
    expect(standing(visits(count), loop(3)).next()).toMatchObject(expected)
  })
})

describe('a warning', () => {
  test.each([
    ['state_too_large', 79, 80],
    ['too_many_events', 3, 4],
  ])('%s comes at four fifths, not before, and once', (code, before, from) => {
    const codes = (events: NewEvent[], limits: Partial<RunLimits>) =>
      standing(events)
        .warnings(limits)
        .map((event) => event.type === 'run_warning' && event.code)
    const of = (used: number): [NewEvent[], Partial<RunLimits>] =>
      code === 'state_too_large'
        ? [[begun, succeeded('start', used)], { stateBytes: 100 }]
        : [[begun, ...shown(used - 1)], { events: 5 }]
    expect(codes(...of(before))).toEqual([])
    const [events, limits] = of(from)
    expect(codes(events, limits)).toEqual([code])
    expect(codes([...events, { type: 'run_warning', code, message: '' }], { ...limits, events: 100 })).toEqual([])
  })

  test('says how much of what', () => {
    const usage = { provider: 'p', model: 'm', input_tokens: 30, output_tokens: 50, latency_ms: 1, cost_usd: 0.1 }
    const called: NewEvent = { type: 'llm_called', node_id: 'start', path: [], attempt: 1, usage }
    const { warnings } = standing([begun, called])
    expect(
      warnings({ budget: { tokens: 100, usd: 0.125 } }).map((event) => event.type === 'run_warning' && event.message),
    ).toEqual(['The run used 80 of the 100 tokens of its budget.', 'The run spent 0.1 of the 0.125 USD of its budget.'])
    expect(warnings({ llmCalls: 1 })).toMatchObject([
      { code: 'llm_calls', message: 'The run made 1 of 1 calls of models.' },
    ])
    expect(warnings({ budget: { tokens: 101 } })).toEqual([])
  })
})

describe('a node that exceeds the budget', () => {
  const failed = (nodeId: string, path: string[] = []): NewEvent => ({
    type: 'node_failed',
    node_id: nodeId,
    path,
    attempt: 1,
    started_at: at,
    error: { code: 'budget_exceeded', message: 'no' },
    retry: false,
  })

  test('ends the run as budget_exceeded', () => {
    expect(standing([begun, succeeded('start'), failed('a')]).next()).toMatchObject(fails('budget_exceeded'))
  })

  test('also inside a container that collects', () => {
    const definition = draw(['start>forEach', 'forEach>end'], {
      forEach: { config: { items: '[1]', onItemError: 'collect' } },
      a: { parentId: 'forEach' },
    })
    const opened: NewEvent = {
      type: 'container_started',
      node_id: 'forEach',
      path: [],
      attempt: 1,
      container: 'forEach',
      items: 2,
      concurrency: 1,
      on_item_error: 'collect',
    }
    expect(standing([begun, succeeded('start'), opened, failed('a', ['each:0'])], definition).next()).toMatchObject(
      fails('budget_exceeded'),
    )
  })
})

test.each([
  [undefined, undefined, undefined],
  [{}, {}, undefined],
  [{ tokens: 5 }, undefined, { tokens: 5 }],
  [
    { tokens: 5, usd: 1 },
    { tokens: 9, usd: 0.5 },
    { tokens: 5, usd: 0.5 },
  ],
  [{ tokens: 5 }, { usd: 2 }, { tokens: 5, usd: 2 }],
])('of two budgets the smaller of each holds: %j, %j', (one, other, both) => {
  expect(smallerBudget(one, other)).toEqual(both)
})
