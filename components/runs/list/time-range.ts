const HOUR_MS = 3_600_000

/** Stretches of time that end now. */
export const SPANS = {
  '1h': { label: 'Last hour', ms: HOUR_MS },
  '24h': { label: 'Last 24 hours', ms: 24 * HOUR_MS },
  '7d': { label: 'Last 7 days', ms: 7 * 24 * HOUR_MS },
  '30d': { label: 'Last 30 days', ms: 30 * 24 * HOUR_MS },
} as const
export type Span = keyof typeof SPANS

/** `custom`: from one instant until another, either of them open. */
export const TIMES = [...(Object.keys(SPANS) as Span[]), 'custom'] as const
export type Time = (typeof TIMES)[number]

/** Where a span begins. */
export function spanStart(span: Span, nowMs: number): number {
  return nowMs - SPANS[span].ms
}

const STEPS = 12

/**
 * Where reading begins for a span to be covered: a little before the span does, so that the same list is asked for again
 * when somebody comes back to it soon.
 */
export function readFrom(span: Span, nowMs: number): string {
  const step = SPANS[span].ms / STEPS
  return new Date(spanStart(span, Math.floor(nowMs / step) * step)).toISOString()
}

/** `2026-02-01T10:00Z`: an instant of four-digit years to the minute; null for what is none. */
export function minuteOf(text: string): string | null {
  const instant = new Date(text)
  const year = instant.getUTCFullYear()
  return year >= 1970 && year <= 9999 ? `${instant.toISOString().slice(0, 16)}Z` : null
}

/** The same minute as the reader's clock says it, for an input of the browser. */
export function localOf(minute: string): string {
  if (minute === '') return ''
  const instant = new Date(minute)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = [instant.getFullYear(), two(instant.getMonth() + 1), two(instant.getDate())].join('-')
  return `${day}T${two(instant.getHours())}:${two(instant.getMinutes())}`
}
