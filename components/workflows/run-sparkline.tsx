'use client'

import Link from 'next/link'
import { RUN_STATUS_LOOKS } from '@/components/runs/run-status'
import type { BadgeTone } from '@/components/ui/badge'
import { cn } from '@/components/ui/cn'
import { Tooltip } from '@/components/ui/tooltip'
import type { WorkflowSummary } from '@/lib/api/contracts/workflows'
import { barHeights, describeRuns } from './run-health'

const BARS = 20
const BAR_WIDTH = 4
const PITCH = 6
const HEIGHT = 24

const fills: Partial<Record<BadgeTone, string>> = {
  running: 'fill-running motion-safe:animate-pulse',
  waiting: 'fill-waiting',
  success: 'fill-success/75',
  failure: 'fill-failure',
  paused: 'fill-paused',
  cancelled: 'fill-cancelled/60',
}

/**
 * The last runs, oldest on the left: height by duration, colour by status. A failure also hangs below the line, so it is seen
 * without colour; the words are in the tooltip and in the name of the link.
 */
export function RunSparkline({ workflow, className }: { workflow: WorkflowSummary; className?: string }) {
  const runs = workflow.recent_runs.slice(0, BARS).toReversed()
  if (runs.length === 0)
    return <span className={cn('whitespace-nowrap text-subtle-foreground text-xs', className)}>No runs yet</span>
  const heights = barHeights(runs)
  const words = describeRuns(runs)
  const offset = (BARS - runs.length) * PITCH
  return (
    <Tooltip
      content={
        <span className="grid">
          <span>
            Last {runs.length === 1 ? 'run' : `${runs.length} runs`}: {words}
          </span>
          <span className="font-normal opacity-70">
            {workflow.run_count.toLocaleString()} in all. Click to see them.
          </span>
        </span>
      }
    >
      <Link
        href={`/runs?workflow=${workflow.id}`}
        aria-label={`Last runs of ${workflow.name}: ${words}`}
        className={cn('inline-block shrink-0 rounded-sm py-0.5', className)}
      >
        <svg
          aria-hidden
          viewBox={`0 0 ${BARS * PITCH - 2} ${HEIGHT}`}
          className="block h-6 w-30"
          preserveAspectRatio="xMaxYMid meet"
        >
          <rect x="0" y={HEIGHT - 5} width={BARS * PITCH - 2} height="1" className="fill-border" />
          {runs.map((run, index) => {
            const { tone } = RUN_STATUS_LOOKS[run.status]
            const failed = tone === 'failure'
            const height = Math.round((heights[index] ?? 0.5) * (HEIGHT - 6))
            return (
              <rect
                key={run.id}
                x={offset + index * PITCH}
                y={HEIGHT - 5 - height}
                width={BAR_WIDTH}
                height={height + (failed ? 5 : 0)}
                rx="1.5"
                className={fills[tone] ?? 'fill-cancelled/60'}
              />
            )
          })}
        </svg>
      </Link>
    </Tooltip>
  )
}
