'use client'

import { Duration, Elapsed } from '@/components/ui/duration'
import { formatCount, formatUsd } from '@/components/ui/format'
import { Tooltip } from '@/components/ui/tooltip'
import type { RunSummary } from '@/lib/api/contracts/runs'
import { isTerminal } from '@/lib/engine/events'

/** How long a run took, counting while it goes on. */
export function RunDuration({ run }: { run: Pick<RunSummary, 'status' | 'started_at' | 'ended_at'> }) {
  if (!run.started_at) return <Duration ms={null} />
  if (run.ended_at) return <Duration ms={Date.parse(run.ended_at) - Date.parse(run.started_at)} />
  // Ended, but the row has not been read again: a counter that goes on would be a lie.
  return isTerminal(run.status) ? <Duration ms={null} /> : <Elapsed since={run.started_at} />
}

/** Tokens and cost of a run or call; a dash when no model was called. `unit`: says that it is tokens. */
export function Usage({ tokens, costUsd, unit }: { tokens: number; costUsd: number; unit?: boolean }) {
  if (tokens === 0) return <span className="text-subtle-foreground">—</span>
  return (
    <Tooltip content={`${tokens.toLocaleString()} tokens, ${costUsd === 0 ? 'no cost' : `$${costUsd}`}`}>
      <span className="whitespace-nowrap tabular-nums">
        {formatCount(tokens)}
        {unit ? ' tokens' : ''}
        {costUsd > 0 ? <span className="text-muted-foreground"> · {formatUsd(costUsd)}</span> : null}
      </span>
    </Tooltip>
  )
}
