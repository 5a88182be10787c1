import { Archive, CircleDot, PencilLine, Rocket } from 'lucide-react'
import { Badge } from '@/components/ui/badge'
import { cn } from '@/components/ui/cn'
import { Tooltip } from '@/components/ui/tooltip'
import type { WorkflowSummary } from '@/lib/api/contracts/workflows'

/** `7` and `1.2.0` read better as `v7` and `v1.2.0`; a word stays a word. */
export function versionLabel(label: string): string {
  return /^\d/.test(label) ? `v${label}` : label
}

type Stated = Pick<WorkflowSummary, 'status' | 'active_version' | 'has_unpublished_changes'>

/** Draft, published version, archived; and whether the draft has moved on since. */
export function WorkflowStatus({ workflow, className }: { workflow: Stated; className?: string }) {
  const changed = workflow.status === 'published' && workflow.has_unpublished_changes
  return (
    <span className={cn('inline-flex items-center gap-1.5', className)}>
      {badgeOf(workflow)}
      {changed ? (
        <Tooltip content="The draft has changes that are not published">
          <span className="inline-flex items-center gap-1 whitespace-nowrap text-muted-foreground text-xs">
            <CircleDot aria-hidden className="size-3" />
            Edited
          </span>
        </Tooltip>
      ) : null}
    </span>
  )
}

function badgeOf({ status, active_version }: Stated) {
  if (status === 'archived') {
    return (
      <Badge>
        <Archive aria-hidden />
        Archived
      </Badge>
    )
  }
  if (active_version === null) {
    return (
      <Badge tone="outline">
        <PencilLine aria-hidden />
        Draft
      </Badge>
    )
  }
  return (
    <Badge tone="primary">
      <Rocket aria-hidden />
      {versionLabel(active_version.label)}
    </Badge>
  )
}
