import { describe, expect, it } from 'vitest'
import { ApiError } from '@/lib/api/client/error'
import type { RunStatus } from '@/lib/engine/events'
import { urgency } from './approval-subject'
import { changesWaiting } from './use-approvals'
import { stateAfter } from './use-decide'

const frame = (run_id: string, status: RunStatus) => ({
  kind: 'run' as const,
  run_id,
  workflow_id: 'w',
  status,
  last_seq: 1,
})

describe('which changes of runs concern approvals', () => {
  it('is a change of status or a wait for a decision, not another node of a busy run', () => {
    const known = new Map<string, RunStatus>()
    expect(changesWaiting([frame('a', 'running')], known)).toBe(true)
    expect(changesWaiting([frame('a', 'running')], known)).toBe(false)
    expect(changesWaiting([frame('a', 'waiting_for_approval')], known)).toBe(true)
    expect(changesWaiting([frame('a', 'waiting_for_approval')], known)).toBe(true)
    expect(changesWaiting([frame('a', 'running')], known)).toBe(true)
  })

  it('forgets runs that have ended', () => {
    const known = new Map<string, RunStatus>([['a', 'running']])
    expect(changesWaiting([frame('a', 'completed')], known)).toBe(true)
    expect(known.size).toBe(0)
  })
})

describe('what a refused decision means', () => {
  const refusal = (code: 'already_decided' | 'run_ended' | 'approval_changed', problem: Record<string, unknown> = {}) =>
    new ApiError({ code, status: 409, title: '', message: 'Said by the server.', problem })
  const decision = {
    run_id: 'r',
    node_id: 'n',
    path: [],
    decision: 'approved',
    decided_by: 'Ada',
    decided_at: '2026-02-01T10:00:00.000Z',
    comment: null,
    shown_hash: 'h',
    already_decided: true,
    outcome: 'approved',
    quorum: { needed: 1, so_far: 1, rejections_needed: 1, rejections: 0 },
  }

  it('is the decision that stands when the server says which', () => {
    expect(stateAfter(refusal('already_decided', { decision }))).toMatchObject({
      kind: 'decided',
      conflict: true,
      decision: { decided_by: 'Ada' },
    })
  })

  it('is that nothing is left to decide when the time passed or the run ended', () => {
    const timedOut = refusal('already_decided', { decision: { decision: 'timed_out' } })
    expect(stateAfter(timedOut)).toEqual({ kind: 'gone', message: 'Said by the server.' })
    expect(stateAfter(refusal('run_ended'))).toEqual({ kind: 'gone', message: 'Said by the server.' })
  })

  it('leaves everything else open to another try', () => {
    expect(stateAfter(refusal('approval_changed')).kind).toBe('failed')
    expect(stateAfter(new TypeError('x'))).toEqual({ kind: 'failed', message: 'x', errors: [] })
  })
})

describe('the due time', () => {
  it('stands out within the hour and afterwards', () => {
    const now = Date.parse('2026-02-01T10:00:00.000Z')
    expect(urgency(null, now)).toBe('none')
    expect(urgency('2026-02-01T12:00:00.000Z', now)).toBe('none')
    expect(urgency('2026-02-01T10:30:00.000Z', now)).toBe('soon')
    expect(urgency('2026-02-01T09:59:59.000Z', now)).toBe('late')
  })
})
