import { RUN_STATUS_LOOKS } from '@/components/runs/run-status'
import type { WorkflowSummary } from '@/lib/api/contracts/workflows'
import { isTerminal, type RunStatus } from '@/lib/engine/events'

export type RecentRun = WorkflowSummary['recent_runs'][number]

/** Of the runs that ended by themselves, the share that completed; null when none did. Cancelled and skipped ones say nothing about health. */
export function successRate(runs: readonly RecentRun[]): { share: number; counted: number } | null {
  const ended = runs.filter((run) => isTerminal(run.status) && run.status !== 'cancelled' && run.status !== 'skipped')
  if (ended.length === 0) return null
  const completed = ended.filter((run) => run.status === 'completed').length
  return { share: completed / ended.length, counted: ended.length }
}

/** `12 completed, 1 failed`: the statuses that occur, the most frequent first. */
export function describeRuns(runs: readonly RecentRun[]): string {
  const counts = new Map<RunStatus, number>()
  for (const run of runs) counts.set(run.status, (counts.get(run.status) ?? 0) + 1)
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([status, count]) => `${count} ${RUN_STATUS_LOOKS[status].label.toLowerCase()}`)
    .join(', ')
}

/**
 * Heights of bars, 0…1, by the logarithm of the duration: a run of an hour and one of a second both stay visible.
 * A run without a duration (it has not ended) is drawn at half height.
 */
export function barHeights(runs: readonly RecentRun[]): number[] {
  const logs = runs.map((run) => (run.duration_ms === null ? null : Math.log10(Math.max(10, run.duration_ms))))
  const known = logs.filter((log) => log !== null)
  const low = Math.min(...known)
  const high = Math.max(...known)
  return logs.map((log) => {
    if (log === null) return 0.5
    return high - low < 0.3 ? 0.7 : 0.35 + (0.65 * (log - low)) / (high - low)
  })
}
