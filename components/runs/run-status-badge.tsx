'use client'

import { Badge } from '@/components/ui/badge'
import { cn } from '@/components/ui/cn'
import { Tooltip } from '@/components/ui/tooltip'
import type { RunStatus } from '@/lib/engine/events'
import { RUN_STATUS_LOOKS } from './run-status'

/** The status of a run: an icon and a word, and on hover what it means. */
export function RunStatusBadge({ status, className }: { status: RunStatus; className?: string }) {
  const { label, meaning, tone } = RUN_STATUS_LOOKS[status]
  return (
    <Tooltip content={meaning}>
      <Badge tone={tone} className={className} data-status={status}>
        <RunStatusIcon status={status} />
        {label}
      </Badge>
    </Tooltip>
  )
}

/** The icon alone, for places where the word stands beside it. */
export function RunStatusIcon({ status, className }: { status: RunStatus; className?: string }) {
  const { icon: Icon, spins } = RUN_STATUS_LOOKS[status]
  return <Icon aria-hidden className={cn(spins && 'motion-safe:animate-spin', className)} />
}
