import {
  Ban,
  Check,
  CircleDashed,
  Equal,
  EqualNot,
  History,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  Minus,
  Plus,
  RotateCw,
  SkipForward,
  X,
} from 'lucide-react'
import { formatDuration } from '@/components/ui/format'
import { Tooltip } from '@/components/ui/tooltip'
import type { NodeRunView } from '../run-view'

const looks: Record<NodeRunView['status'], { icon: LucideIcon; label: string }> = {
  pending: { icon: CircleDashed, label: 'Not reached yet' },
  running: { icon: LoaderCircle, label: 'Running' },
  retrying: { icon: RotateCw, label: 'Waiting to try again' },
  waiting: { icon: Hourglass, label: 'Waiting' },
  succeeded: { icon: Check, label: 'Succeeded' },
  failed: { icon: X, label: 'Failed' },
  cancelled: { icon: Ban, label: 'Cancelled' },
  skipped: { icon: SkipForward, label: 'Skipped: no way led here' },
  same: { icon: Equal, label: 'The same in both runs' },
  changed: { icon: EqualNot, label: 'Different' },
  only_a: { icon: Minus, label: 'Only in A' },
  only_b: { icon: Plus, label: 'Only in B' },
}

/** The state of a node in a run, on the corner of its card: an icon, and how long it took or how often it ran. */
export function RunBadge({ run }: { run: NodeRunView }) {
  // What was not reached is seen by its pale card; a badge on each would be louder than what happened.
  if (run.status === 'pending' || run.status === 'skipped') return null
  const { icon: Icon, label } = looks[run.status]
  const attempt = run.attempt !== undefined && run.attempt > 1 ? `attempt ${run.attempt}` : undefined
  const text = [label, run.reused ? 'taken over from an earlier run' : undefined, attempt, run.note]
    .filter(Boolean)
    .join(' · ')
  return (
    <Tooltip content={text}>
      <span className="ds-run-badge" data-run={run.status}>
        {run.reused ? <History aria-hidden /> : <Icon aria-hidden />}
        <span className="sr-only">{label}</span>
        {run.reused ? (
          <span>Reused</span>
        ) : run.durationMs === undefined ? null : (
          <span>{formatDuration(run.durationMs)}</span>
        )}
        {run.count !== undefined && run.count > 1 ? <span>×{run.count}</span> : null}
      </span>
    </Tooltip>
  )
}
