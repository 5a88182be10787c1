import { describe, expect, it } from 'vitest'
import type { NewEvent, RunEvent } from '@/lib/engine/events'
import { ticksOf, timelineOf } from './timeline'

const T0 = Date.parse('2026-02-01T10:00:00.000Z')
const iso = (ms: number) => new Date(T0 + ms).toISOString()
const actor = { kind: 'user' as const, name: 'Ada' }

/** Events at the given milliseconds, numbered in order. */
function log(...events: [ms: number, event: NewEvent][]): RunEvent[] {
  return events.map(([ms, event], index) => ({ ...event, seq: index + 1, at: iso(ms) }))
}
const started = (node_id: string, attempt = 1, path: string[] = []): NewEvent => ({
  type: 'node_started',
  node_id,
  path,
  attempt,
})
const succeeded = (node_id: string, startedMs: number, path: string[] = []): NewEvent => ({
  type: 'node_succeeded',
  node_id,
  path,
  attempt: 1,
  port: 'out',
  started_at: iso(startedMs),
  output_bytes: 1,
})
const failed = (node_id: string, attempt: number, retry: boolean): NewEvent => ({
  type: 'node_failed',
  node_id,
  path: [],
  attempt,
  started_at: iso(0),
  error: { code: 'http_error', message: '503' },
  retry,
})
const waiting = (node_id: string, kind: 'retry' | 'approval' | 'timer'): NewEvent => ({
  type: 'node_waiting',
  node_id,
  path: [],
  attempt: 1,
  wait_id: `w-${node_id}`,
  kind,
})
const bars = (events: RunEvent[]) =>
  timelineOf(events).lanes.map((lane) => [
    lane.nodeId,
    ...lane.spans.map((span) => [
      span.kind,
      span.startMs - T0,
      span.endMs === undefined ? 'open' : span.endMs - T0,
      span.outcome,
    ]),
  ])

describe('the timeline of a run', () => {
  it('gives parallel branches a lane each, in the order in which they first ran', () => {
    const events = log([0, started('a')], [5, started('b')], [20, succeeded('a', 0)], [30, succeeded('b', 5)])
    expect(bars(events)).toEqual([
      ['a', ['work', 0, 20, 'succeeded']],
      ['b', ['work', 5, 30, 'succeeded']],
    ])
  })

  it('takes the start of an inline node from its only event', () => {
    expect(bars(log([12, succeeded('t', 10)]))).toEqual([['t', ['work', 10, 12, 'succeeded']]])
  })

  it('shows an attempt, the pause before the next one and that one on the same lane, with a tick at the failure', () => {
    const events = log(
      [0, started('h')],
      [10, failed('h', 1, true)],
      [10, waiting('h', 'retry')],
      [110, { type: 'timer_fired', node_id: 'h', path: [], wait_id: 'w-h', kind: 'retry' }],
      [111, started('h', 2)],
      [120, failed('h', 2, false)],
    )
    expect(bars(events)).toEqual([
      ['h', ['work', 0, 10, 'retrying'], ['retry', 10, 110, 'succeeded'], ['work', 111, 120, 'failed']],
    ])
    expect(timelineOf(events).retries).toEqual([
      { key: 'h', nodeId: 'h', lane: 0, atMs: T0 + 10, attempt: 1, message: '503' },
    ])
  })

  it('keeps a wait open until the decision', () => {
    const open = log([0, started('ok')], [2, waiting('ok', 'approval')])
    expect(bars(open)).toEqual([['ok', ['work', 0, 2, 'succeeded'], ['approval', 2, 'open', 'open']]])
    const decided = log(
      [0, started('ok')],
      [2, waiting('ok', 'approval')],
      [
        900,
        {
          type: 'approval_decided',
          node_id: 'ok',
          path: [],
          wait_id: 'w-ok',
          decision: 'approved',
          actor,
          shown_hash: 'h',
          output_bytes: 1,
        },
      ],
    )
    expect(bars(decided)[0]?.[2]).toEqual(['approval', 2, 900, 'succeeded'])
  })

  it('puts visits of a loop on one lane and items that overlap on several', () => {
    const visits = log(
      [0, started('n', 1, ['visit:1'])],
      [5, succeeded('n', 0, ['visit:1'])],
      [6, started('n', 1, ['visit:2'])],
      [9, succeeded('n', 6, ['visit:2'])],
    )
    expect(timelineOf(visits).lanes).toHaveLength(1)
    const items = log(
      [0, started('n', 1, ['each:0'])],
      [1, started('n', 1, ['each:1'])],
      [5, succeeded('n', 0, ['each:0'])],
      [6, started('n', 1, ['each:2'])],
    )
    expect(timelineOf(items).lanes.map((lane) => lane.spans.map((span) => span.path[0]))).toEqual([
      ['each:0', 'each:2'],
      ['each:1'],
    ])
  })

  it('ends what is open when the run ends, and knows when it was paused', () => {
    const timeline = timelineOf(
      log(
        [0, started('a')],
        [4, { type: 'run_paused', actor }],
        [8, { type: 'run_resumed', actor }],
        [9, { type: 'run_cancelled', reason: 'cancelled', summary: 'Stopped.', actor }],
      ),
    )
    expect(timeline.ended).toBe(true)
    expect(timeline.lanes[0]?.spans[0]).toMatchObject({ outcome: 'cancelled', endMs: T0 + 9 })
    expect(timeline.pauses).toEqual([{ startMs: T0 + 4, endMs: T0 + 8 }])
  })

  it('has an axis in round steps', () => {
    expect(ticksOf(100, 5)).toEqual([0, 20, 40, 60, 80, 100])
    expect(ticksOf(190_000, 5)).toEqual([0, 60_000, 120_000, 180_000])
    expect(ticksOf(0, 5)).toEqual([0])
  })
})
