'use client'

import { ExternalLink, Workflow } from 'lucide-react'
import Link from 'next/link'
import type { Ref } from 'react'
import { Markdown } from '@/components/runs/markdown'
import { Button } from '@/components/ui/button'
import { Time } from '@/components/ui/time'
import type { Approval, Decided } from '@/lib/api/contracts/approvals'
import { ApprovalCard, type ApprovalCardHandle, DecisionLine } from './approval-card'
import { ApprovalStandView, isShared } from './approval-stand'
import { AFTER_DUE, closedText, subjectOf } from './approval-subject'
import { ShownValue } from './shown-value'

export interface ApprovalDetailProps {
  approval: Approval
  cardRef?: Ref<ApprovalCardHandle>
  onDecided?: (decided: Decided) => void
}

/** One approval of the inbox: to be decided, or how it was decided. */
export function ApprovalDetail({ approval, cardRef, onDecided }: ApprovalDetailProps) {
  const meta = <Meta approval={approval} />
  if (approval.status === 'open') {
    return <ApprovalCard ref={cardRef} subject={subjectOf(approval)} onDecided={onDecided} meta={meta} showKeys />
  }
  const deciding = approval.decisions.findLast(({ counts, decision }) => counts && decision === approval.outcome)
  return (
    <section aria-label={approval.title} className="grid gap-4" data-approval={approval.id}>
      <header className="grid gap-1">
        <h2 className="font-semibold text-lg leading-6">{approval.title}</h2>
        {meta}
      </header>
      {deciding ? (
        <DecisionLine decision={deciding} />
      ) : (
        <p className="rounded-md bg-muted px-3 py-2.5 text-muted-foreground text-sm">{closedText(approval)}</p>
      )}
      {isShared(approval) && (approval.decisions.length > 1 || !deciding) ? (
        <ApprovalStandView stand={approval} isOpen={false} />
      ) : null}
      {approval.instructions ? <Markdown text={approval.instructions} className="text-muted-foreground" /> : null}
      <div className="overflow-hidden rounded-lg border bg-card">
        <p className="flex h-9 items-center border-b bg-muted/40 px-3.5 font-medium text-muted-foreground text-xs">
          What was shown
        </p>
        <div className="max-h-[60vh] overflow-y-auto p-3.5">
          <ShownValue value={approval.shown} />
        </div>
      </div>
      <p className="font-mono text-2xs text-subtle-foreground">SHA-256 {approval.shown_hash}</p>
    </section>
  )
}

function Meta({ approval }: { approval: Approval }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-muted-foreground text-xs">
      <span>
        {approval.run_by ? `${approval.run_by} asked ` : 'Asked '}
        <Time value={approval.created_at} />
      </span>
      {approval.due_at ? (
        <span className={approval.status === 'open' ? 'font-medium text-waiting' : ''}>
          due <Time value={approval.due_at} />
          {approval.status === 'open' ? AFTER_DUE[approval.on_due] : ''}
        </span>
      ) : null}
      <span className="flex flex-wrap gap-1">
        <Button asChild variant="ghost" size="xs">
          <Link href={`/runs/${approval.run_id}?node=${encodeURIComponent(approval.node_id)}`}>
            <ExternalLink aria-hidden /> Open the run
          </Link>
        </Button>
        <Button asChild variant="ghost" size="xs">
          <Link href={`/workflows/${approval.workflow_id}`}>
            <Workflow aria-hidden /> {approval.workflow_name}
          </Link>
        </Button>
      </span>
    </div>
  )
}
