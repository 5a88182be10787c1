'use client'

import { CircleCheck, CircleDot, CircleDotDashed, CircleX, Clock } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { pathText } from '@/components/runs/describe-event'
import { cn } from '@/components/ui/cn'
import { Skeleton } from '@/components/ui/skeleton'
import { Time } from '@/components/ui/time'
import { useNow } from '@/components/ui/use-now'
import type { Approval } from '@/lib/api/contracts/approvals'
import { approvalsText } from './approval-stand'
import { urgency } from './approval-subject'

export interface ApprovalListProps {
  approvals: Approval[]
  selectedId: string | undefined
  onSelect: (approvalId: string) => void
}

/** The inbox, oldest need first as the API gives it: what is asked, by which workflow, since when, until when. */
export function ApprovalList({ approvals, selectedId, onSelect }: ApprovalListProps) {
  const nowMs = useNow(30_000)
  const current = useRef<HTMLButtonElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another selection scrolls into view
  useEffect(() => {
    current.current?.scrollIntoView({ block: 'nearest' })
  }, [selectedId])
  return (
    <ul className="divide-y">
      {approvals.map((approval) => {
        const isSelected = approval.id === selectedId
        const due = urgency(approval.due_at, nowMs)
        return (
          <li key={approval.id}>
            <button
              ref={isSelected ? current : undefined}
              type="button"
              aria-current={isSelected || undefined}
              data-inbox={approval.id}
              onClick={() => onSelect(approval.id)}
              className={cn(
                'grid w-full grid-cols-[1rem_1fr] gap-x-2.5 gap-y-0.5 px-4 py-3 text-left hover:bg-accent focus-visible:-outline-offset-2',
                // On a phone the list is a page of its own: nothing is open beside it.
                isSelected && 'md:bg-primary-soft md:hover:bg-primary-soft',
              )}
            >
              <StateIcon approval={approval} />
              <span className="flex min-w-0 items-baseline justify-between gap-3">
                <span className="truncate font-medium text-sm">{approval.title}</span>
                <Time value={approval.created_at} className="shrink-0 text-2xs text-muted-foreground" />
              </span>
              <span className="col-start-2 flex min-w-0 items-center gap-2 text-muted-foreground text-xs">
                <span className="truncate">
                  {approval.workflow_name}
                  {approval.path.length > 0 ? `, ${pathText(approval.path)}` : ''}
                  {approval.run_by ? `, asked for by ${approval.run_by}` : ''}
                </span>
                {approval.quorum.needed > 1 ? (
                  <span className="shrink-0 rounded-sm bg-muted px-1 tabular-nums">
                    {approvalsText(approval.quorum)}
                  </span>
                ) : null}
                {approval.status === 'open' && approval.due_at ? (
                  <span
                    className={cn(
                      'ml-auto inline-flex shrink-0 items-center gap-1',
                      due === 'late' ? 'text-failure' : due === 'soon' ? 'text-waiting' : 'text-muted-foreground',
                    )}
                  >
                    <Clock aria-hidden className="size-3" />
                    due <Time value={approval.due_at} />
                  </span>
                ) : null}
              </span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}

function StateIcon({ approval }: { approval: Approval }) {
  const { outcome } = approval
  const className = 'mt-0.5 size-4'
  if (approval.status === 'open' && (approval.my_vote || approval.refusal)) {
    const label = approval.my_vote ? 'Open, you have voted' : 'Open, not for you to decide'
    return <CircleDotDashed aria-label={label} className={cn(className, 'text-muted-foreground')} />
  }
  if (approval.status === 'open') return <CircleDot aria-label="Open" className={cn(className, 'text-waiting')} />
  if (outcome === 'approved') return <CircleCheck aria-label="Approved" className={cn(className, 'text-success')} />
  if (outcome === 'rejected') return <CircleX aria-label="Rejected" className={cn(className, 'text-failure')} />
  return <Clock aria-label="Closed without a decision" className={cn(className, 'text-cancelled')} />
}

export function ApprovalListSkeleton() {
  return (
    <div aria-busy className="divide-y">
      <span className="sr-only">Loading the approvals</span>
      {['w-3/5', 'w-2/5', 'w-1/2', 'w-3/5'].map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bones have no identity
        <div key={index} className="grid gap-2 px-4 py-3">
          <Skeleton className={cn('h-3.5', width)} />
          <Skeleton className="h-3 w-4/5" />
        </div>
      ))}
    </div>
  )
}
