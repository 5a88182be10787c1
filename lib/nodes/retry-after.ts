import { systemClock } from '../clock'

/** A server may ask for patience, not for ever. */
const MAX_RETRY_AFTER_MS = 3_600_000

/** `Retry-After`: seconds or a date, as RFC 9110 allows both. Nothing when it is absent or neither. */
export function retryAfter(value: string | undefined): { retryAfterMs?: number } {
  if (value === undefined) return {}
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - systemClock.nowMs()
  return Number.isNaN(ms) ? {} : { retryAfterMs: Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS) }
}
