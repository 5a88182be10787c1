import { describe, expect, it } from 'vitest'
import type { RunSummary } from '@/lib/api/contracts/runs'
import { newId } from '@/lib/ids'
import { applyFrames, mergeHead, type RunsPage, replaceRun } from './merge-runs'

const id = (n: number) => newId(1_000_000 + n, new Uint8Array(6))
function run(n: number, part: Partial<RunSummary> = {}): RunSummary {
  return {
    id: id(n),
    workflow_id: newId(1, new Uint8Array(6)),
    workflow_name: 'Earthquake bulletin',
    version: { number: 3, label: '3' },
    status: 'running',
    trigger: 'api',
    run_by: 'Ada',
    waiting_for: null,
    error_reason: null,
    error_summary: null,
    turn: 1,
    last_seq: 5,
    tokens: 0,
    cost_usd: 0,
    created_at: new Date(1_700_000_000_000 + n * 1_000).toISOString(),
    started_at: null,
    ended_at: null,
    parent_run_id: null,
    source_run_id: null,
    agent_id: null,
    labels: [],
    link_url: '',
    ...part,
  }
}
const page = (numbers: number[], next: string | null = 'more'): RunsPage => ({
  items: numbers.map((n) => run(n)),
  next_cursor: next,
})
const shown = (pages: RunsPage[]) =>
  pages.flatMap((each) => each.items.map((item) => Number(Date.parse(item.created_at) - 1_700_000_000_000) / 1_000))
const frame = (n: number, last_seq: number, status: RunSummary['status']) => ({
  kind: 'run' as const,
  run_id: id(n),
  workflow_id: id(0),
  status,
  last_seq,
})

describe('a fresh first page over the loaded ones', () => {
  it('puts new runs on top and keeps what was loaded further down', () => {
    expect(shown(mergeHead([page([9, 8, 7]), page([6, 5], null)], page([11, 10, 9])))).toEqual([11, 10, 9, 8, 7, 6, 5])
  })

  it('takes away a run that does not match the filters any more', () => {
    expect(shown(mergeHead([page([9, 8, 7]), page([6])], page([9, 7])))).toEqual([9, 7, 6])
    expect(shown(mergeHead([page([9, 8], null)], page([9], null)))).toEqual([9])
  })

  it('starts over when so much is new that pages between are unknown', () => {
    expect(shown(mergeHead([page([9, 8])], page([99, 98])))).toEqual([99, 98])
  })

  it('keeps what a search found further back when its first stretch finds nothing', () => {
    const further = [page([], 'more'), page([6, 5], null)]
    expect(mergeHead(further, page([], 'more'))).toEqual(further)
    expect(shown(mergeHead([page([9], 'more')], page([], null)))).toEqual([])
  })

  it('lets an answer that has seen less of the log change nothing', () => {
    const stale: RunsPage = { items: [run(9, { last_seq: 4, status: 'running' })], next_cursor: null }
    const known: RunsPage = { items: [run(9, { last_seq: 6, status: 'completed' })], next_cursor: null }
    expect(mergeHead([known], stale)[0]?.items[0]?.status).toBe('completed')
    expect(replaceRun([known], run(9, { last_seq: 4 }))[0]?.items[0]?.status).toBe('completed')
  })
})

describe('a frame of the stream', () => {
  it('changes the status at once, unless the row knows more', () => {
    expect(applyFrames([page([9])], [frame(9, 6, 'completed')])[0]?.items[0]?.status).toBe('completed')
    expect(applyFrames([page([9])], [frame(9, 5, 'paused')])[0]?.items[0]?.status).toBe('running')
  })
})
