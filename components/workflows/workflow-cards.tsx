import Link from 'next/link'
import { Card } from '@/components/ui/card'
import { cn } from '@/components/ui/cn'
import { Time } from '@/components/ui/time'
import type { WorkflowSummary } from '@/lib/api/contracts/workflows'
import { successRate } from './run-health'
import { RunSparkline } from './run-sparkline'
import { SuccessRate } from './success-rate'
import { WorkflowActions } from './workflow-actions'
import { WorkflowStatus } from './workflow-status'
import { nodesOf } from './workflow-table'

/** As many columns as fit; a card is never narrower than its parts. */
export const cardGrid = 'grid grid-cols-[repeat(auto-fill,minmax(min(18rem,100%),1fr))] gap-3 md:gap-4'

/** The same list as cards: what phones always get. */
export function WorkflowCards({ workflows, className }: { workflows: WorkflowSummary[]; className?: string }) {
  return (
    <ul aria-label="Workflows" className={cn(cardGrid, className)}>
      {workflows.map((workflow) => (
        <li key={workflow.id} className="min-w-0">
          <Card className="relative flex h-full flex-col gap-3 p-4 transition-shadow hover:border-border-strong hover:shadow-sm">
            <div className="flex items-start justify-between gap-2">
              <div className="min-w-0">
                <h2 className="font-semibold text-base">
                  <Link
                    href={`/workflows/${workflow.id}`}
                    className="block truncate py-px after:absolute after:inset-0 after:rounded-lg focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-ring focus-visible:after:outline-offset-2"
                  >
                    {workflow.name}
                  </Link>
                </h2>
                <WorkflowStatus workflow={workflow} className="mt-1" />
              </div>
              <div className="-mt-1 -mr-2">
                <WorkflowActions workflow={workflow} />
              </div>
            </div>
            <p className="line-clamp-2 text-muted-foreground text-sm md:min-h-10">
              {workflow.description || nodesOf(workflow)}
            </p>
            <div className="mt-auto flex items-end justify-between gap-3">
              <RunSparkline workflow={workflow} className="relative z-1" />
              {successRate(workflow.recent_runs) !== null ? (
                <span className="text-right text-xs">
                  <SuccessRate runs={workflow.recent_runs} className="relative z-1 font-medium text-sm" />
                  <span className="block text-muted-foreground">success</span>
                </span>
              ) : null}
            </div>
            <p className="flex justify-between gap-2 border-t pt-3 text-muted-foreground text-xs">
              <span className="truncate">{workflow.owner ?? ''}</span>
              <span>
                Updated <Time value={workflow.updated_at} className="relative z-1" />
              </span>
            </p>
          </Card>
        </li>
      ))}
    </ul>
  )
}
