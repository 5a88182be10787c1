'use client'

import { cn } from './cn'
import { formatLocal, formatRelative, formatUtc } from './format'
import { Tooltip } from './tooltip'
import { useNow } from './use-now'

export interface TimeProps {
  /** ISO 8601 instant; null shows a dash. */
  value: string | null | undefined
  /** `relative`: "5 min ago", keeps itself current. `local`: clock time, with the date when it is not today. */
  mode?: 'relative' | 'local'
  className?: string
}

/** An instant for people; local time and the exact UTC instant on hover. */
export function Time({ value, mode = 'relative', className }: TimeProps) {
  const atMs = value ? Date.parse(value) : Number.NaN
  const fresh = Math.abs(Date.now() - atMs) < 60_000
  const steppedNow = useNow(mode === 'relative' ? (fresh ? 1_000 : 30_000) : undefined)
  if (Number.isNaN(atMs)) return <span className={cn('text-subtle-foreground', className)}>—</span>
  // The stepped clock may lag behind an instant of this very second: that is "just now", not the future.
  // Nor may a coarse step fall behind the minute that ended the fine ones.
  const nowMs = Math.max(steppedNow, Math.min(Date.now(), fresh ? atMs : atMs + 60_000))
  return (
    <Tooltip
      content={
        <span className="grid gap-0.5 tabular-nums">
          <span>{new Date(atMs).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })}</span>
          <span className="font-mono opacity-80">{formatUtc(atMs)}</span>
        </span>
      }
    >
      <time
        dateTime={new Date(atMs).toISOString()}
        suppressHydrationWarning
        className={cn('whitespace-nowrap tabular-nums', className)}
      >
        {mode === 'relative' ? formatRelative(atMs, nowMs) : formatLocal(atMs, nowMs)}
      </time>
    </Tooltip>
  )
}
