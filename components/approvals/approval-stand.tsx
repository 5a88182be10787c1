import { ArrowRight, Check, CircleCheck, CircleX } from 'lucide-react'
import { cn } from '@/components/ui/cn'
import { Time } from '@/components/ui/time'
import type { ApprovalStand, Decision } from '@/lib/api/contracts/approvals'

/** Whether there is more to say than who decided: several people, an order, or somebody asked before. */
export function isShared({ quorum, mode, decisions, escalated_from }: ApprovalStand): boolean {
  return (
    quorum.needed > 1 ||
    quorum.rejections_needed > 1 ||
    mode === 'inOrder' ||
    decisions.length > 0 ||
    escalated_from !== null
  )
}

/** How an approval by several people stands: what is needed, whose turn it is, and who said what. */
export function ApprovalStandView({ stand, isOpen }: { stand: ApprovalStand; isOpen: boolean }) {
  const { quorum, decisions, escalated_from } = stand
  return (
    <section aria-label="Votes" className="grid gap-3 rounded-lg border px-3.5 py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1.5">
        <p className="flex items-center gap-2.5 font-medium text-sm tabular-nums">
          <Progress done={quorum.so_far} of={quorum.needed} />
          {approvalsText(quorum)}
        </p>
        {quorum.rejections_needed > 1 ? (
          <p className="text-muted-foreground text-xs tabular-nums">
            {quorum.rejections} of {quorum.rejections_needed} rejections
          </p>
        ) : isOpen && quorum.needed > 1 ? (
          <p className="text-muted-foreground text-xs">One rejection decides</p>
        ) : null}
      </div>
      {escalated_from ? (
        <p className="text-muted-foreground text-xs">
          Nobody decided in time: {escalated_from.length > 0 ? escalated_from.join(', ') : 'everybody'} had been asked
          before.
        </p>
      ) : null}
      {stand.mode === 'inOrder' ? <Order stand={stand} /> : <Named stand={stand} />}
      {decisions.length > 0 ? (
        <ul className="grid gap-2">
          {decisions.map((decision) => (
            <li key={decision.decided_at}>
              <VoteLine vote={decision} counts={decision.counts} />
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  )
}

/** `1 of 2 approvals` */
export function approvalsText({ so_far, needed }: ApprovalStand['quorum']): string {
  return `${so_far} of ${needed} ${needed === 1 ? 'approval' : 'approvals'}`
}

const MAX_DOTS = 8

function Progress({ done, of }: { done: number; of: number }) {
  if (of > MAX_DOTS) return null
  return (
    <span aria-hidden className="flex gap-1">
      {Array.from({ length: of }, (_, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: dots have no identity
          key={index}
          className={cn('h-1.5 w-5 rounded-full', index < done ? 'bg-success' : 'bg-border-strong')}
        />
      ))}
    </span>
  )
}

function Named({ stand: { approvers, mode } }: { stand: ApprovalStand }) {
  if (approvers.length === 0) return null
  return (
    <p className="break-words text-muted-foreground text-xs">
      {mode === 'everyone' ? 'Each of ' : 'Of '}
      {approvers.map(nameOf).join(', ')}
    </p>
  )
}

/** The places in their order, the one whose turn it is pointed at. */
function Order({ stand: { approvers, quorum, turn } }: { stand: ApprovalStand }) {
  return (
    <ol className="grid gap-1 text-sm">
      {approvers.map((approver, index) => {
        const isDone = index < quorum.so_far
        const isTurn = turn !== null && index === quorum.so_far
        return (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a role may have several places
            key={index}
            aria-current={isTurn ? 'step' : undefined}
            className={cn('flex min-w-0 items-center gap-2', !isTurn && 'text-muted-foreground')}
          >
            {isDone ? (
              <Check aria-label="Approved" className="size-3.5 shrink-0 text-success" />
            ) : isTurn ? (
              <ArrowRight aria-label="Next" className="size-3.5 shrink-0 text-waiting" />
            ) : (
              <span className="w-3.5 shrink-0 text-center text-2xs tabular-nums">{index + 1}</span>
            )}
            <span className="truncate">{nameOf(approver)}</span>
          </li>
        )
      })}
    </ol>
  )
}

function VoteLine({ vote, counts }: { vote: Decision; counts: boolean }) {
  const approved = vote.decision === 'approved'
  const Icon = approved ? CircleCheck : CircleX
  return (
    <div data-vote={vote.decision} className={cn('grid gap-0.5 text-sm', !counts && 'text-muted-foreground')}>
      <p className="flex items-start gap-2">
        <Icon
          aria-hidden
          className={cn(
            'mt-0.5 size-4 shrink-0',
            counts ? (approved ? 'text-success' : 'text-failure') : 'text-muted-foreground',
          )}
        />
        <span className="min-w-0">
          {vote.decided_by} {vote.decision}, <Time value={vote.decided_at} />
          {counts ? null : <span className="text-xs"> (does not count)</span>}
        </span>
      </p>
      {vote.comment ? <p className="whitespace-pre-wrap pl-6 text-muted-foreground">{vote.comment}</p> : null}
    </div>
  )
}

/** `role:approver` as words. */
function nameOf(approver: string): string {
  return approver.startsWith('role:') ? `any ${approver.slice('role:'.length)}` : approver
}
