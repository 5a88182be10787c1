'use client'

import { cn } from '@/components/ui/cn'
import { useOpenApprovals } from './use-open-approvals'

/** The number beside Approvals; nothing when nothing waits for me. */
export function ApprovalsCount({ className }: { className?: string }) {
  const { count, more } = useOpenApprovals()
  if (count === 0) return null
  return (
    <span
      className={cn(
        'inline-grid h-4.5 min-w-4.5 place-items-center rounded-full bg-waiting-soft px-1.5 font-semibold text-2xs text-waiting tabular-nums',
        className,
      )}
    >
      {count > 99 ? '99+' : more ? `${count}+` : count}
      <span className="sr-only"> waiting</span>
    </span>
  )
}
