import { describe, expect, test } from 'vitest'
import type { RunStatus } from '@/lib/engine/events'
import { barHeights, describeRuns, type RecentRun, successRate } from './run-health'

const run = (status: RunStatus, duration_ms: number | null = 1_000): RecentRun => ({ id: status, status, duration_ms })

describe('the health of a workflow', () => {
  test('counts what ended by itself; people who stopped a run say nothing about it', () => {
    const runs = [run('completed'), run('completed'), run('failed'), run('timed_out'), run('cancelled'), run('running')]
    expect(successRate(runs)).toEqual({ share: 0.5, counted: 4 })
    expect(successRate([run('running'), run('cancelled')])).toBeNull()
  })

  test('is also said in words', () => {
    expect(describeRuns([run('failed'), run('completed'), run('completed')])).toBe('2 completed, 1 failed')
  })

  test('a long run is taller than a short one, and every bar can be seen', () => {
    const [short = 0, long = 0, unended = 0] = barHeights([
      run('completed', 50),
      run('completed', 60_000),
      run('running', null),
    ])
    expect(long).toBe(1)
    expect(short).toBeGreaterThan(0.2)
    expect(unended).toBe(0.5)
    expect(barHeights([run('running', null)])).toEqual([0.5])
  })
})
