import { systemClock } from '../clock'

/** `{ dueAt }` so many seconds from now, or nothing when there is no due time. */
export function dueAt(seconds: number | undefined): { dueAt?: string } {
  return seconds === undefined ? {} : { dueAt: new Date(systemClock.nowMs() + seconds * 1_000).toISOString() }
}
