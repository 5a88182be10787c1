import { describe, expect, test } from 'vitest'
import type { NewEvent, RunEvent } from './events'
import { segmentsOf } from './segments'

const actor = { kind: 'user', name: 'Ada' } as const
const at = (seq: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seq)).toISOString()
const log = (...events: NewEvent[]): RunEvent[] =>
  events.map((event, index) => ({ ...event, seq: index + 1, at: at(index + 1) }))
const begun: NewEvent = { type: 'run_started', actor, trigger: 'api', version_number: 0 }
const asks = (id: string): NewEvent => ({
  type: 'node_waiting',
  node_id: id,
  path: [],
  attempt: 1,
  wait_id: `w-${id}`,
  kind: 'input',
})
const waits = (...nodes: string[]): NewEvent => ({ type: 'run_waiting', status: 'waiting_for_user_input', nodes })
const answers = (id: string): NewEvent => ({
  type: 'input_received',
  node_id: id,
  path: [],
  wait_id: `w-${id}`,
  actor,
  output_bytes: 2,
})
const done: NewEvent = { type: 'run_completed', output_bytes: 2 }
const short = (events: RunEvent[]) =>
  segmentsOf(events).map(({ turn, endedAs, answers: given, waits: open }) => [
    turn,
    given.map(({ nodeId }) => nodeId).join('+'),
    endedAs ?? 'goes on',
    open.join('+'),
  ])

describe('segments of a run', () => {
  test('one for a run that never waits, from its start to its end', () => {
    expect(segmentsOf(log(begun, done))).toMatchObject([
      { turn: 1, startedAt: at(1), endedAt: at(2), endedAs: 'completed', isFirst: true },
    ])
  })

  test('one more for each wait for a person', () => {
    expect(short(log(begun, asks('a'), waits('a'), answers('a'), asks('b'), waits('b'), answers('b'), done))).toEqual([
      [1, '', 'waiting_for_user_input', 'w-a'],
      [1, 'a', 'waiting_for_user_input', 'w-b'],
      [1, 'b', 'completed', ''],
    ])
  })

  test('a turn begins one, with the number of the turn and every answer that came with it', () => {
    const turn: NewEvent = { type: 'turn_started', turn: 2, actor, command: 'data' }
    expect(short(log(begun, asks('a'), asks('b'), waits('a', 'b'), turn, answers('a'), answers('b'), done))).toEqual([
      [1, '', 'waiting_for_user_input', 'w-a+w-b'],
      [2, 'a+b', 'completed', ''],
    ])
  })

  test('what still waits beside an answered one is open at the next end too', () => {
    expect(short(log(begun, asks('a'), asks('b'), waits('a', 'b'), answers('b'), waits('a')))).toEqual([
      [1, '', 'waiting_for_user_input', 'w-a+w-b'],
      [1, 'b', 'waiting_for_user_input', 'w-a'],
    ])
  })

  test('a wait for time or for another system does not part them; a pause does', () => {
    const sleeps: NewEvent = { type: 'run_waiting', status: 'running', nodes: ['delay'] }
    expect(short(log(begun, sleeps, { type: 'run_paused', actor }, { type: 'run_resumed', actor }, done))).toEqual([
      [1, '', 'paused', ''],
      [1, '', 'completed', ''],
    ])
  })

  test('a due time that passed begins one without an answer', () => {
    const due: NewEvent = {
      type: 'timer_fired',
      node_id: 'a',
      path: [],
      wait_id: 'w-a',
      kind: 'input',
      port: 'timedOut',
    }
    expect(short(log(begun, asks('a'), waits('a'), due, done))).toEqual([
      [1, '', 'waiting_for_user_input', 'w-a'],
      [1, '', 'completed', ''],
    ])
  })

  test('a run that goes on has a last one without an end, and one that is stopped while it waits ends with its reason', () => {
    expect(short(log(begun))).toEqual([[1, '', 'goes on', '']])
    const stopped: NewEvent = { type: 'run_cancelled', reason: 'cancelled', summary: 'Ada stopped the run.' }
    expect(segmentsOf(log(begun, asks('a'), waits('a'), stopped)).at(-1)).toMatchObject({
      endedAs: 'cancelled',
      failure: { code: 'cancelled', message: 'Ada stopped the run.' },
      waits: [],
    })
  })
})
