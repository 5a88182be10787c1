import { cn } from '@/components/ui/cn'
import { Tooltip } from '@/components/ui/tooltip'
import { type RecentRun, successRate } from './run-health'

/** `94 %` of the last runs that ended; a dash while there is nothing to judge by. */
export function SuccessRate({ runs, className }: { runs: readonly RecentRun[]; className?: string }) {
  const rate = successRate(runs)
  if (rate === null) return <span className={cn('text-subtle-foreground', className)}>—</span>
  const of = rate.counted === 1 ? 'the last finished run' : `the last ${rate.counted} finished runs`
  return (
    <Tooltip content={`Of ${of}`}>
      <span className={cn('tabular-nums', className)}>{Math.round(rate.share * 100)} %</span>
    </Tooltip>
  )
}
