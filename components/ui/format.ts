/** Human spellings of times, durations, sizes and counts. The exact value is always one hover away. */

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** `340 ms`, `4.2 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h`: two units at most. */
export function formatDuration(ms: number): string {
  if (ms < SECOND_MS) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < 10 * SECOND_MS) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`
  if (ms < HOUR_MS) return join(Math.floor(ms / MINUTE_MS), 'min', Math.floor((ms % MINUTE_MS) / SECOND_MS), 's')
  if (ms < DAY_MS) return join(Math.floor(ms / HOUR_MS), 'h', Math.floor((ms % HOUR_MS) / MINUTE_MS), 'min')
  return join(Math.floor(ms / DAY_MS), 'd', Math.floor((ms % DAY_MS) / HOUR_MS), 'h')
}

function join(major: number, majorUnit: string, minor: number, minorUnit: string): string {
  return minor === 0 ? `${major} ${majorUnit}` : `${major} ${majorUnit} ${minor} ${minorUnit}`
}

/** `just now`, `12 s ago`, `5 min ago`, `3 h ago`, `yesterday`, `4 d ago`, then the date. Future: `in 5 min`. */
export function formatRelative(atMs: number, nowMs: number): string {
  const age = nowMs - atMs
  const span = Math.abs(age)
  const say = (count: number, unit: string) => (age >= 0 ? `${count} ${unit} ago` : `in ${count} ${unit}`)
  if (span < 5 * SECOND_MS) return age >= 0 ? 'just now' : 'now'
  if (span < MINUTE_MS) return say(Math.floor(span / SECOND_MS), 's')
  if (span < HOUR_MS) return say(Math.floor(span / MINUTE_MS), 'min')
  if (span < DAY_MS) return say(Math.floor(span / HOUR_MS), 'h')
  if (span < 2 * DAY_MS) return age >= 0 ? 'yesterday' : 'tomorrow'
  if (span < 7 * DAY_MS) return say(Math.floor(span / DAY_MS), 'd')
  return formatDate(atMs, nowMs)
}

/** `12 Mar`, with the year when it is another one. */
export function formatDate(atMs: number, nowMs: number): string {
  const sameYear = new Date(atMs).getFullYear() === new Date(nowMs).getFullYear()
  return new Date(atMs).toLocaleDateString(undefined, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  })
}

/** `12 Mar, 14:03:22` in the reader's own zone and customs. */
export function formatLocal(atMs: number, nowMs: number): string {
  const time = new Date(atMs).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const today = new Date(nowMs).toDateString() === new Date(atMs).toDateString()
  return today ? time : `${formatDate(atMs, nowMs)}, ${time}`
}

/** `2026-11-02 13:03:22.104 UTC`. */
export function formatUtc(atMs: number): string {
  const iso = new Date(atMs).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)} UTC`
}

/** `812 B`, `1.2 KB`, `3.4 MB`, in powers of 1 000. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(bytes < 10_000 ? 1 : 0)} KB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** `812`, `1.2 k`, `3.4 M`. */
export function formatCount(count: number): string {
  if (count < 1_000) return String(count)
  if (count < 1_000_000) return `${(count / 1_000).toFixed(count < 10_000 ? 1 : 0)} k`
  return `${(count / 1_000_000).toFixed(1)} M`
}

/** `$0.0042`, `$1.20`; `$0` for nothing. */
export function formatUsd(usd: number): string {
  if (usd === 0) return '$0'
  return `$${usd < 0.01 ? usd.toPrecision(2) : usd.toFixed(2)}`
}
