'use client'

import { Progress as Radix } from 'radix-ui'
import { cn } from './cn'

export interface ProgressProps {
  done: number
  total: number
  /** What is going on, e.g. "Runs stopped". */
  label: string
  className?: string
}

/** Real progress: so many of so many. */
export function Progress({ done, total, label, className }: ProgressProps) {
  const share = total > 0 ? Math.min(1, done / total) : 0
  return (
    <div className={cn('grid gap-1.5', className)}>
      <div className="flex justify-between gap-3 text-muted-foreground text-xs">
        <span>{label}</span>
        <span className="tabular-nums">
          {done.toLocaleString()} / {total.toLocaleString()}
        </span>
      </div>
      <Radix.Root
        value={Math.min(done, total)}
        max={Math.max(total, 1)}
        aria-label={label}
        className="h-1.5 overflow-hidden rounded-full bg-muted"
      >
        <Radix.Indicator
          className="h-full origin-left rounded-full bg-primary transition-transform"
          style={{ transform: `scaleX(${share})` }}
        />
      </Radix.Root>
    </div>
  )
}
