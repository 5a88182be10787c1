import type { PlanPolicy } from './graph'

/**
 * Whether a failed attempt is followed by another, and after how many milliseconds. Full jitter: between 0 and the capped
 * exponential. `retryAfterMs` (from `Retry-After`) is a floor, obeyed up to an hour. `random` in [0, 1).
 * Source: *Exponential Backoff And Jitter*, AWS Architecture Blog (2015).
 */
export function retryDelayMs(
  retry: PlanPolicy['retry'],
  failed: { attempt: number; retryable: boolean; retryAfterMs?: number | undefined },
  random: number,
): number | undefined {
  if (!retry || !failed.retryable || failed.attempt >= retry.maxAttempts) return undefined
  const ceiling = Math.min(retry.backoffMs * retry.factor ** (failed.attempt - 1), retry.maxBackoffMs)
  const delay = retry.jitter ? ceiling * random : ceiling
  return Math.round(Math.max(delay, Math.min(failed.retryAfterMs ?? 0, 3_600_000)))
}
