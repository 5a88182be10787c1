import { describe, expect, it } from 'vitest'
import { applyEvent } from '@/lib/engine/apply-event'
import type { NewEvent, RunEvent } from '@/lib/engine/events'
import { compile } from '@/lib/engine/graph'
import { initialState } from '@/lib/engine/state'
import { definitionSchema } from '@/lib/workflow/document'
import { timelineOf } from '../timeline'
import { barsOf } from './bars'
import { answerText, conversationOf } from './conversation'
import { clockText, filterEvents, offsetText } from './event-filter'
import { edgeViewsOf, nodeViewsOf } from './graph-states'
import { selectionOf, visitsOf } from './node-visits'
import { timeScale } from './time-scale'

const definition = definitionSchema.parse({
  nodes: [
    { id: 'start', type: 'start', name: 'Start' },
    { id: 'check', type: 'condition', name: 'Check', config: { branches: [{ name: 'yes', when: 'true' }] } },
    { id: 'ask', type: 'approval', name: 'Ask', config: { title: 'Go?' } },
    { id: 'no', type: 'end', name: 'No' },
    { id: 'end', type: 'end', name: 'End' },
  ],
  edges: [
    { id: 'e1', source: 'start', target: 'check' },
    { id: 'e2', source: 'check', sourcePort: 'yes', target: 'ask' },
    { id: 'e3', source: 'check', sourcePort: 'else', target: 'no' },
    { id: 'e4', source: 'ask', sourcePort: 'approved', target: 'end' },
  ],
})
const T0 = Date.parse('2026-02-01T10:00:00.000Z')
const iso = (ms: number) => new Date(T0 + ms).toISOString()
const actor = { kind: 'user' as const, name: 'Ada' }
const done = (node_id: string, startMs: number, port = 'out'): NewEvent => ({
  type: 'node_succeeded',
  node_id,
  path: [],
  attempt: 1,
  port,
  started_at: iso(startMs),
  output_bytes: 1,
})
const asked: [number, NewEvent][] = [
  [0, { type: 'run_started', actor, trigger: 'api', version_number: 0 }],
  [2, done('start', 1)],
  [4, done('check', 3, 'yes')],
  [6, { type: 'node_started', node_id: 'ask', path: [], attempt: 1 }],
  [8, { type: 'node_waiting', node_id: 'ask', path: [], attempt: 1, wait_id: 'w', kind: 'approval', title: 'Go?' }],
  [9, { type: 'run_waiting', status: 'waiting_for_approval', nodes: ['ask'] }],
]
const decided: [number, NewEvent][] = [
  [
    7_200_000,
    {
      type: 'approval_decided',
      node_id: 'ask',
      path: [],
      wait_id: 'w',
      decision: 'approved',
      actor,
      comment: 'Fine',
      shown_hash: 'h',
      output_bytes: 1,
    },
  ],
  [7_200_010, done('end', 7_200_005)],
  [7_200_011, { type: 'run_completed', output_bytes: 1 }],
]
const log = (entries: [number, NewEvent][]): RunEvent[] =>
  entries.map(([ms, event], index) => ({ ...event, seq: index + 1, at: iso(ms) }))
function folded(events: RunEvent[]) {
  const { plan } = compile(definition)
  const state = initialState(plan)
  for (const event of events) applyEvent(plan, state, event)
  return state
}
const waiting = folded(log(asked))
const ended = folded(log([...asked, ...decided]))

describe('the graph of a run', () => {
  it('shows where it is, where it went and what it did not take', () => {
    const nodes = nodeViewsOf(definition, waiting, T0 + 1_006)
    expect(nodes.ask).toEqual({ status: 'waiting', durationMs: 1_000, note: 'Waiting for a decision' })
    expect(nodes.check).toMatchObject({ status: 'succeeded', note: 'Yes' })
    expect(nodes.no?.status).toBe('skipped')
    expect(nodes.end?.status).toBe('pending')
    expect(edgeViewsOf(definition, waiting)).toEqual({ e1: 'taken', e2: 'active', e3: 'dead', e4: 'idle' })
  })

  it('has nothing undecided once the run has ended', () => {
    expect(edgeViewsOf(definition, ended)).toEqual({ e1: 'taken', e2: 'taken', e3: 'dead', e4: 'taken' })
    expect(Object.values(nodeViewsOf(definition, ended, T0)).map((view) => view.status)).not.toContain('pending')
  })
})

describe('what ?node= means', () => {
  const ids = new Set(definition.nodes.map((node) => node.id))
  it('is a node of the definition, or nothing', () => {
    expect(selectionOf(waiting, ids, 'ask')).toEqual({ nodeId: 'ask', key: 'ask' })
    expect(selectionOf(undefined, ids, 'ask')).toEqual({ nodeId: 'ask', key: 'ask' })
    expect(selectionOf(waiting, ids, 'gone')).toBeUndefined()
    expect(selectionOf(waiting, ids, '')).toBeUndefined()
  })

  it('with a bare node id is the visit that matters most, with an address that visit', () => {
    const state = folded(log(asked))
    const visit = { ...state.nodes.get('ask'), nodeId: 'ask', attempt: 1, unresolved: 0, taken: 1 }
    state.nodes.set('visit:2/ask', { ...visit, path: ['visit:2'], status: 'succeeded' })
    expect(selectionOf(state, ids, 'ask')?.key).toBe('ask')
    expect(selectionOf(state, ids, 'visit:2/ask')?.key).toBe('visit:2/ask')
    expect(visitsOf(state, 'ask').map((each) => each.label)).toEqual(['', 'visit 2'])
  })
})

describe('the axis of the timeline', () => {
  const timeline = timelineOf(log([...asked, ...decided]))
  it('is true to time unless folded', () => {
    const scale = timeScale(timeline, timeline.lastMs, false)
    expect(scale.place(T0)).toBe(0)
    expect(scale.place(timeline.lastMs)).toBe(1)
    expect(scale.idleShare).toBeGreaterThan(0.99)
  })

  it('folds a wait of two hours so that milliseconds of work can be seen, and says how long it was', () => {
    const scale = timeScale(timeline, timeline.lastMs, true)
    expect(scale.folded.map((stretch) => Math.round(stretch.durationMs / 60_000))).toEqual([120])
    expect(scale.place(T0 + 8)).toBeGreaterThan(0.2)
    const places = [0, 2, 4, 8, 3_600_000, 7_200_000, 7_200_011].map((ms) => scale.place(T0 + ms))
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places.at(-1)).toBe(1)
  })
})

describe('the bars of a lane', () => {
  it('become one where they could not be told apart, and none is lost', () => {
    const visits: [number, NewEvent][] = [[0, { type: 'run_started', actor, trigger: 'api', version_number: 0 }]]
    for (let visit = 1; visit <= 2_000; visit++) {
      visits.push([visit * 10, { ...done('n', visit * 10 - 5), path: [`visit:${visit}`] } as NewEvent])
    }
    const timeline = timelineOf(log(visits))
    const bars = timeline.lanes.flatMap((lane) =>
      barsOf(lane, timeScale(timeline, timeline.lastMs, false), timeline.lastMs),
    )
    expect(bars.length).toBeLessThan(260)
    expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(2_000)
  })
})

describe('what was said', () => {
  it('is the answered part of the log in order, an open question excluded', () => {
    expect(conversationOf(log(asked))).toEqual([])
    expect(conversationOf(log([...asked, ...decided]))).toMatchObject([
      { kind: 'decision', who: 'Ada', decision: 'approved', comment: 'Fine', title: 'Go?' },
    ])
  })
})

describe('an answer', () => {
  it('is said in words and never longer than fits', () => {
    expect(answerText({ your_name: 'Grace', urgent: true, tags: ['a'] })).toBe(
      'Your name: Grace\nUrgent: yes\nTags: ["a"]',
    )
    expect(answerText('yes please')).toBe('yes please')
    expect(answerText(undefined)).toBe('')
    expect(answerText('x'.repeat(1_000))).toHaveLength(401)
  })
})

describe('the event log', () => {
  const nameOf = (id: string) => definition.nodes.find((node) => node.id === id)?.name ?? id
  const types = (filter: Parameters<typeof filterEvents>[1]) =>
    filterEvents(log([...asked, ...decided]), filter, nameOf).map((event) => event.type)
  const none = { group: undefined, nodeId: undefined, text: '' }

  it('is filtered by kind, node and text together', () => {
    expect(types({ ...none, group: 'wait' })).toEqual(['node_waiting', 'approval_decided'])
    expect(types({ ...none, nodeId: 'ask', text: 'fine' })).toEqual(['approval_decided'])
    expect(types({ ...none, text: 'start' })).toContain('run_started')
    expect(types(none)).toHaveLength(9)
  })

  it('has times that can be read', () => {
    expect(offsetText(12)).toBe('+0.012')
    expect(offsetText(62_345)).toBe('+1:02.345')
    expect(offsetText(7_200_000)).toBe('+2:00:00')
    expect(clockText(iso(1))).toMatch(/\.001$/)
  })
})
