import Link from 'next/link'
import { Time } from '@/components/ui/time'
import type { RunSummary } from '@/lib/api/contracts/runs'
import { VersionTag } from '../list/runs-table'
import { RunStatusBadge } from '../run-status-badge'
import { RunDuration, Usage } from '../run-times'

/** One of the two runs: which it is and how it went. */
export function ComparedRun({ letter, run }: { letter: 'A' | 'B'; run: RunSummary }) {
  return (
    <div className="flex min-w-0 items-start gap-2.5 rounded-lg border bg-card px-3 py-2">
      <span
        aria-hidden
        className={`grid size-6 shrink-0 place-items-center rounded-md font-semibold text-xs ${letter === 'A' ? 'bg-failure-soft text-failure' : 'bg-success-soft text-success'}`}
      >
        {letter}
      </span>
      <div className="grid min-w-0 gap-1">
        <div className="flex min-w-0 flex-wrap items-center gap-2">
          <Link href={`/runs/${run.id}`} className="truncate font-medium text-sm hover:text-primary">
            <span className="sr-only">Run {letter}: </span>
            {run.workflow_name}
          </Link>
          <VersionTag version={run.version} />
          <RunStatusBadge status={run.status} />
        </div>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5 text-muted-foreground text-xs">
          <Time value={run.started_at ?? run.created_at} />
          <RunDuration run={run} />
          {run.tokens > 0 ? <Usage tokens={run.tokens} costUsd={run.cost_usd} unit /> : null}
          {run.run_by ? <span className="truncate">{run.run_by}</span> : null}
        </div>
      </div>
    </div>
  )
}
