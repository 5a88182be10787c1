import { describe, expect, it } from 'vitest'
import { nestingOf } from '@/components/designer/document/nesting'
import { applyEvent } from '@/lib/engine/apply-event'
import type { NewEvent, RunEvent } from '@/lib/engine/events'
import { compile } from '@/lib/engine/graph'
import { initialState } from '@/lib/engine/state'
import { definitionSchema } from '@/lib/workflow/document'
import { timelineOf } from '../timeline'
import { edgeViewsOf, nodeViewsOf } from './graph-states'
import { selectionOf, visitsOf } from './node-visits'
import { failedItems, itemStatus, itemText, levelsOf, perspectiveOf, perspectiveOfNode, prefixFor } from './perspective'
import { relatedRunsOf } from './related-runs'
import { rowsOf, treeOf } from './timeline-rows'

const definition = definitionSchema.parse({
  nodes: [
    { id: 'start', type: 'start', name: 'Start' },
    { id: 'loop', type: 'forEach', name: 'Each order', config: { items: 'inputs.orders', onItemError: 'collect' } },
    { id: 'ask', type: 'approval', name: 'Ask', parentId: 'loop', config: { title: 'Go?' } },
    { id: 'label', type: 'template', name: 'Label', parentId: 'loop', config: { text: 'x' } },
    { id: 'inner', type: 'forEach', name: 'Each line', parentId: 'loop', config: { items: 'item.lines' } },
    { id: 'deep', type: 'template', name: 'Deep', parentId: 'inner', config: { text: 'x' } },
    { id: 'end', type: 'end', name: 'End' },
  ],
  edges: [
    { id: 'e1', source: 'start', target: 'loop' },
    { id: 'e2', source: 'loop', target: 'end' },
    { id: 'e3', source: 'ask', sourcePort: 'approved', target: 'label' },
    { id: 'e4', source: 'label', target: 'inner' },
  ],
})
const T0 = Date.parse('2026-02-01T10:00:00.000Z')
const iso = (ms: number) => new Date(T0 + ms).toISOString()
const actor = { kind: 'user' as const, name: 'Ada' }
const done = (node_id: string, path: string[], ms: number): [number, NewEvent] => [
  ms,
  { type: 'node_succeeded', node_id, path, attempt: 1, port: 'out', started_at: iso(ms), output_bytes: 1 },
]
const open = (node_id: string, path: string[], items: number, ms: number): [number, NewEvent] => [
  ms,
  {
    type: 'container_started',
    node_id,
    path,
    attempt: 1,
    container: 'forEach',
    items,
    concurrency: 2,
    on_item_error: 'collect',
  },
]
const ask = (path: string[], ms: number): [number, NewEvent] => [
  ms,
  { type: 'node_waiting', node_id: 'ask', path, attempt: 1, wait_id: `w${path}`, kind: 'approval', title: 'Go?' },
]
const decide = (path: string[], decision: 'approved' | 'rejected', ms: number): [number, NewEvent] => [
  ms,
  {
    type: 'approval_decided',
    node_id: 'ask',
    path,
    wait_id: `w${path}`,
    decision,
    actor,
    shown_hash: 'h',
    output_bytes: 1,
  },
]
const entries: [number, NewEvent][] = [
  [0, { type: 'run_started', actor, trigger: 'api', version_number: 0 }],
  done('start', [], 1),
  open('loop', [], 3, 2),
  ask(['each:0'], 3),
  ask(['each:1'], 4),
  decide(['each:1'], 'rejected', 10),
  ask(['each:2'], 11),
  decide(['each:0'], 'approved', 20),
  done('label', ['each:0'], 21),
  open('inner', ['each:0'], 2, 22),
  done('deep', ['each:0', 'each:0'], 23),
]
const log = (list: [number, NewEvent][]): RunEvent[] =>
  list.map(([ms, event], index) => ({ ...event, seq: index + 1, at: iso(ms) }))
function folded() {
  const { plan } = compile(definition)
  const state = initialState(plan)
  for (const event of log(entries)) applyEvent(plan, state, event)
  return state
}
const look = (text: string) => perspectiveOf(definition, text)

describe('the item that is looked at', () => {
  it('is in the address, and in the address of a step', () => {
    expect(look('loop@1')).toEqual({ containerId: 'loop', path: [], index: 1, prefix: ['each:1'] })
    expect(look('each:0/inner@1')?.prefix).toEqual(['each:0', 'each:1'])
    expect([look(''), look('gone@1'), look('loop')]).toEqual([undefined, undefined, undefined])
    const deep = perspectiveOfNode(definition, 'deep', ['each:0', 'each:1', 'visit:2'])
    expect(deep && itemText(deep)).toBe('each:0/inner@1')
    expect(perspectiveOfNode(definition, 'end', ['visit:1'])).toBeUndefined()
  })

  it('decides which addresses of a step are meant: those in the containers that both are in', () => {
    const inner = look('each:0/inner@1')
    expect(['start', 'loop', 'ask', 'inner', 'deep'].map((id) => prefixFor(definition, inner, id))).toEqual([
      [],
      [],
      ['each:0'],
      ['each:0'],
      ['each:0', 'each:1'],
    ])
    expect(prefixFor(definition, undefined, 'deep')).toEqual([])
  })

  it('switches the graph, the selection and the visits to what happened there', () => {
    const state = folded()
    const all = nodeViewsOf(definition, state, T0)
    expect(all.loop).toMatchObject({ status: 'running', progress: { text: '1 of 3', errors: 1 } })
    expect(all.ask).toMatchObject({ status: 'waiting', count: 3 })
    const first = nodeViewsOf(definition, state, T0, look('loop@0'))
    expect([first.ask?.status, first.label?.status]).toEqual(['succeeded', 'succeeded'])
    expect(first.inner?.progress?.text).toBe('1 of 2')
    const third = nodeViewsOf(definition, state, T0, look('loop@2'))
    expect([third.ask?.status, third.label?.status, third.inner?.status]).toEqual(['waiting', 'pending', 'pending'])
    expect(edgeViewsOf(definition, state, look('loop@0'))).toMatchObject({ e1: 'active', e3: 'taken' })
    expect(edgeViewsOf(definition, state, look('loop@2'))).toMatchObject({ e1: 'active', e3: 'idle' })
    const ids = new Set(definition.nodes.map((node) => node.id))
    expect(selectionOf(state, ids, 'ask', ['each:0'])?.key).toBe('each:0/ask')
    expect(visitsOf(state, 'deep', ['each:0']).map((visit) => visit.label)).toEqual(['item 1', 'item 2'])
  })

  it('is offered per level: the containers outside first, then those in the chosen item', () => {
    const state = folded()
    const levels = (text: string) =>
      levelsOf(definition, state, look(text)).map(({ container, index }) => `${container.key}=${index ?? 'all'}`)
    expect(levels('')).toEqual(['loop=all'])
    expect(levels('loop@0')).toEqual(['loop=0', 'each:0/inner=all'])
    expect(levels('each:0/inner@1')).toEqual(['loop=0', 'each:0/inner=1'])
    expect(levels('loop@2')).toEqual(['loop=2'])
  })

  it('knows how every item stands', () => {
    const state = folded()
    const loop = state.containers.get('loop')
    const inner = state.containers.get('each:0/inner')
    if (!loop || !inner) throw new Error('both were opened')
    expect([0, 1, 2].map((i) => itemStatus(state, loop, i, failedItems(loop)))).toEqual([
      'running',
      'failed',
      'waiting',
    ])
    expect([0, 1, 2].map((i) => itemStatus(state, inner, i, failedItems(inner)))).toEqual([
      'succeeded',
      'running',
      'queued',
    ])
  })
})

describe('a container that only waits', () => {
  it('says so, and works as soon as something inside it works', () => {
    const { plan } = compile(definition)
    const state = initialState(plan)
    for (const event of log(entries.slice(0, 5))) applyEvent(plan, state, event)
    expect(nodeViewsOf(definition, state, T0).loop?.status).toBe('waiting')
    expect(nodeViewsOf(definition, folded(), T0).loop?.status).toBe('running')
  })
})

describe('the timeline', () => {
  const tree = treeOf(timelineOf(log(entries)).spans, nestingOf(definition))
  const rows = (...keys: string[]) =>
    rowsOf(tree, new Set(keys)).map((row) =>
      row.kind === 'item'
        ? `${row.depth} item ${row.item.index} ${row.bar.outcome}`
        : `${row.depth} ${row.lane.nodeId}`,
    )

  it('shows containers closed, then their items, then the steps of an item', () => {
    expect(rows()).toEqual(['0 start', '0 loop'])
    expect(rows('loop')).toEqual(['0 start', '0 loop', '1 item 0 open', '1 item 1 succeeded', '1 item 2 open'])
    expect(rows('loop', 'each:0@loop', 'each:0/inner')).toEqual([
      '0 start',
      '0 loop',
      '1 item 0 open',
      '2 ask',
      '2 label',
      '2 inner',
      '3 item 0 succeeded',
      '1 item 1 succeeded',
      '1 item 2 open',
    ])
  })

  it('of ten thousand items has a line each, and lays out none that is closed', () => {
    const many: [number, NewEvent][] = [entries[0] as [number, NewEvent], open('loop', [], 10_000, 1)]
    for (let i = 0; i < 10_000; i++)
      many.push(done('label', [`each:${i}`], i), done('deep', [`each:${i}`, 'each:0'], i))
    const large = treeOf(timelineOf(log(many)).spans, nestingOf(definition))
    const all = rowsOf(large, new Set(['loop']))
    expect(all).toHaveLength(10_001)
    expect(rowsOf(large, new Set())).toHaveLength(1)
  })
})

describe('runs that belong together', () => {
  it('are found in the log', () => {
    const related = relatedRunsOf(
      log([
        [
          0,
          {
            type: 'run_started',
            actor,
            trigger: 'workflow',
            version_number: 0,
            parent: { run_id: 'p', node_id: 'sub', path: ['each:1'] },
            source: { run_id: 's', kind: 'retry' },
          },
        ],
        [
          1,
          {
            type: 'node_waiting',
            node_id: 'sub',
            path: [],
            attempt: 1,
            wait_id: 'w',
            kind: 'child',
            child_run_id: 'c',
          },
        ],
      ]),
    )
    expect(related.parent).toEqual({ runId: 'p', nodeKey: 'each:1/sub' })
    expect(related.source?.run_id).toBe('s')
    expect([...related.children]).toEqual([['sub', 'c']])
  })
})
