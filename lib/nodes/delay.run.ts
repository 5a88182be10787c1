import { systemClock } from '../clock'
import type { DelayConfig } from './delay'
import { NodeError, type Runner } from './runner'

/** ISO 8601 with a date, a time and an offset: without an offset the instant would depend on the server's zone. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/

export const runDelay: Runner<DelayConfig> = async ({ config }) => {
  const dueAt = new Date(dueMs(config)).toISOString()
  return { type: 'wait', kind: 'timer', request: { until: dueAt }, dueAt }
}

function dueMs(config: DelayConfig): number {
  if (config.until === undefined) return systemClock.nowMs() + (config.seconds ?? 0) * 1_000
  const ms = INSTANT.test(config.until) ? Date.parse(config.until) : Number.NaN
  if (Number.isNaN(ms)) {
    throw new NodeError(
      'invalid_instant',
      `"${config.until}" is not an instant. Write a date, a time and an offset, for example 2030-01-31T09:00:00Z.`,
      { retryable: false },
    )
  }
  return ms
}
