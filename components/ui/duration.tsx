'use client'

import { cn } from './cn'
import { formatDuration } from './format'
import { Tooltip } from './tooltip'
import { useNow } from './use-now'

export interface DurationProps {
  /** Milliseconds; null shows a dash. */
  ms: number | null | undefined
  className?: string
}

/** A span of time for people; exact milliseconds on hover. */
export function Duration({ ms, className }: DurationProps) {
  if (ms === null || ms === undefined) return <span className={cn('text-subtle-foreground', className)}>—</span>
  const exact = `${Math.round(ms).toLocaleString()} ms`
  return (
    <Tooltip content={ms < 1_000 ? null : <span className="tabular-nums">{exact}</span>}>
      <span className={cn('whitespace-nowrap tabular-nums', className)}>{formatDuration(ms)}</span>
    </Tooltip>
  )
}

/** Counts up from `since` each second, or stands at `until`. */
export function Elapsed({ since, until, className }: { since: string; until?: string | null; className?: string }) {
  const nowMs = useNow(until ? undefined : 1_000)
  const endMs = until ? Date.parse(until) : nowMs
  return <Duration ms={Math.max(0, endMs - Date.parse(since))} className={className} />
}
