'use client'

import { ApprovalsCount } from '@/components/shell/approvals-count'
import { useLiveApprovals } from './use-approvals'

/** How many approvals wait, for the navigation: live. */
export function ApprovalsBadge({ className }: { className?: string }) {
  useLiveApprovals()
  return <ApprovalsCount className={className} />
}
