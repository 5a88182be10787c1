'use client'

import { CircleAlert, CircleCheck, CircleX, Info, PencilLine, ShieldCheck, ThumbsDown, Undo2 } from 'lucide-react'
import { type ReactNode, type Ref, useImperativeHandle, useRef, useState } from 'react'
import { Markdown } from '@/components/runs/markdown'
import { useSchemaForm } from '@/components/runs/schema/use-schema-form'
import { membersOf } from '@/components/runs/schema/values'
import { SchemaForm } from '@/components/runs/schema-form'
import { useMay } from '@/components/shell/use-principal'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { Field } from '@/components/ui/field'
import { Kbd } from '@/components/ui/kbd'
import { Textarea } from '@/components/ui/textarea'
import { Time } from '@/components/ui/time'
import { Tooltip } from '@/components/ui/tooltip'
import type { Decided, Decision, Quorum } from '@/lib/api/contracts/approvals'
import { ApprovalStandView, approvalsText, isShared } from './approval-stand'
import { ShownValue } from './shown-value'
import { type ApprovalSubject, type DecideState, useDecide } from './use-decide'

/** What the keyboard of an inbox may ask of the card that is open. Each moves the focus; only Enter on the button decides. */
export interface ApprovalCardHandle {
  approve(): void
  reject(): void
  edit(): void
  comment(): void
}

export interface ApprovalCardProps {
  subject: ApprovalSubject
  onDecided?: (decided: Decided) => void
  ref?: Ref<ApprovalCardHandle>
  /** Shows the keys on the buttons. */
  showKeys?: boolean
  /** Under the title, e.g. links to the run. */
  meta?: ReactNode
  className?: string
}

const NO_FORM = { type: 'object', properties: {} }

/** One approval: what is asked, what is shown, and the two answers. Key it by `subject.id`: its state is about one wait. */
export function ApprovalCard({ subject, onDecided, ref, showKeys, meta, className }: ApprovalCardProps) {
  const { state, decide } = useDecide(subject)
  const mayDecide = useMay('approval:decide')
  const start = subject.schema ? membersOf(subject.schema, subject.shown ?? undefined) : undefined
  const form = useSchemaForm(subject.schema ?? NO_FORM, start)
  const [editing, setEditing] = useState(false)
  const [comment, setComment] = useState('')
  const approveButton = useRef<HTMLButtonElement>(null)
  const rejectButton = useRef<HTMLButtonElement>(null)
  const commentField = useRef<HTMLTextAreaElement>(null)
  const formBox = useRef<HTMLDivElement>(null)

  useImperativeHandle(ref, () => ({
    approve: () => approveButton.current?.focus(),
    reject: () => rejectButton.current?.focus(),
    comment: () => commentField.current?.focus(),
    edit: () => {
      if (!subject.schema) return
      setEditing(true)
      setTimeout(() => formBox.current?.querySelector<HTMLElement>('input, textarea')?.focus())
    },
  }))

  async function submit(decision: Decision['decision']) {
    if (state.kind === 'pending') return
    const edited = decision === 'approved' && editing
    if (edited && !form.validate()) return
    const made = await decide(decision, comment, edited ? form.value : undefined)
    if (made) onDecided?.(made)
  }

  const { stand } = subject
  const closed = state.kind === 'decided' || state.kind === 'gone'
  const mayVote = mayDecide && !closed && !stand?.my_vote && !stand?.refusal
  const pending = state.kind === 'pending' ? state.decision : null
  return (
    <section
      aria-label={subject.title}
      className={cn('grid grid-cols-[minmax(0,1fr)] gap-4', className)}
      data-approval={subject.id}
    >
      <header className="grid gap-1">
        <h2 className="font-semibold text-lg leading-6">{subject.title}</h2>
        {meta}
      </header>
      {subject.instructions ? <Markdown text={subject.instructions} className="text-muted-foreground" /> : null}

      <div className="overflow-hidden rounded-lg border bg-card">
        <div className="flex h-9 items-center justify-between gap-2 border-b bg-muted/40 pr-1.5 pl-3.5">
          <span className="font-medium text-muted-foreground text-xs">
            {editing ? 'Edit before approving' : 'For review'}
          </span>
          {subject.schema && mayVote ? (
            editing ? (
              <Button
                variant="ghost"
                size="xs"
                onClick={() => {
                  form.reset(start)
                  setEditing(false)
                }}
              >
                <Undo2 aria-hidden /> Discard edits
              </Button>
            ) : (
              <Button variant="ghost" size="xs" onClick={() => setEditing(true)}>
                <PencilLine aria-hidden /> Edit {showKeys ? <Kbd className="max-md:hidden">e</Kbd> : null}
              </Button>
            )
          ) : null}
        </div>
        <div ref={formBox} className="max-h-[60vh] overflow-y-auto p-3.5">
          {editing && subject.schema ? (
            <SchemaForm
              schema={subject.schema}
              value={form.value}
              onChange={form.setValue}
              errors={form.errors}
              onTextProblem={form.onTextProblem}
              disabled={pending !== null || closed}
            />
          ) : (
            <ShownValue value={subject.shown} />
          )}
        </div>
      </div>

      {stand && isShared(stand) ? <ApprovalStandView stand={stand} isOpen /> : null}

      {closed ? (
        <Outcome state={state} />
      ) : stand?.my_vote ? (
        <OwnVote vote={stand.my_vote} quorum={stand.quorum} />
      ) : mayVote ? (
        <form
          className="grid gap-3"
          onSubmit={(event) => {
            event.preventDefault()
            void submit('approved')
          }}
        >
          <Field label="Comment" optional>
            <Textarea
              ref={commentField}
              rows={2}
              maxLength={4_000}
              value={comment}
              disabled={pending !== null}
              placeholder="Kept with the decision"
              onChange={(event) => setComment(event.target.value)}
            />
          </Field>
          {state.kind === 'failed' ? (
            <p
              role="alert"
              className="flex items-start gap-2 rounded-md bg-failure-soft px-3 py-2 text-failure text-sm"
            >
              <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
              {state.message}
            </p>
          ) : null}
          <div className="flex flex-wrap items-center gap-2 max-sm:[&>button]:h-10 max-sm:[&>button]:flex-1">
            <Button
              ref={approveButton}
              type="submit"
              variant="primary"
              pending={pending === 'approved'}
              disabled={pending === 'rejected'}
            >
              <CircleCheck aria-hidden /> {editing ? 'Approve with edits' : 'Approve'}
              {showKeys ? <Kbd className={primaryKbd}>a</Kbd> : null}
            </Button>
            <Button
              ref={rejectButton}
              pending={pending === 'rejected'}
              disabled={pending === 'approved'}
              onClick={() => void submit('rejected')}
              className="text-failure"
            >
              <ThumbsDown aria-hidden /> Reject
              {showKeys ? <Kbd className="max-md:hidden">r</Kbd> : null}
            </Button>
            <Fingerprint hash={subject.shownHash} />
          </div>
        </form>
      ) : (
        <p className="flex items-start gap-2 rounded-md bg-muted px-3 py-2 text-muted-foreground text-sm">
          <Info aria-hidden className="mt-0.5 size-4 shrink-0" />
          {mayDecide
            ? stand?.refusal
            : 'Your role may read approvals but not decide them. Ask an approver, or an owner for another role.'}
        </p>
      )}
    </section>
  )
}

const primaryKbd = 'border-transparent bg-primary-foreground/15 text-primary-foreground max-md:hidden'

/** The decision is bound to what is on the screen; whoever wants to can compare. */
function Fingerprint({ hash }: { hash: string }) {
  return (
    <Tooltip
      content={
        <span className="grid gap-1">
          <span>Your decision is kept with the SHA-256 of exactly what you see.</span>
          <code className="break-all font-mono text-2xs">{hash}</code>
        </span>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its tooltip must be reachable by keyboard */}
      <span tabIndex={0} className="ml-auto inline-flex items-center gap-1 rounded-sm text-subtle-foreground text-xs">
        <ShieldCheck aria-hidden className="size-3.5" />
        <span className="font-mono">{hash.slice(0, 8)}</span>
      </span>
    </Tooltip>
  )
}

function Outcome({ state }: { state: Extract<DecideState, { kind: 'decided' | 'gone' }> }) {
  if (state.kind === 'gone') {
    return (
      <p role="status" className="flex items-start gap-2 rounded-md bg-muted px-3 py-2.5 text-sm">
        <Info aria-hidden className="mt-0.5 size-4 shrink-0 text-muted-foreground" />
        {state.message}
      </p>
    )
  }
  if (state.decision.outcome === null) return <OwnVote vote={state.decision} quorum={state.decision.quorum} />
  return (
    <div role="status" className="grid gap-2">
      {state.conflict ? (
        <p className="flex items-start gap-2 rounded-md bg-waiting-soft px-3 py-2.5 text-sm text-waiting">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          Somebody was faster. Your answer was not recorded; this decision stands:
        </p>
      ) : null}
      <DecisionLine decision={state.decision} />
    </div>
  )
}

/** What I said while others are still to be heard. */
function OwnVote({ vote, quorum }: { vote: Decision; quorum: Quorum }) {
  return (
    <p role="status" className="flex items-start gap-2 rounded-md bg-waiting-soft px-3 py-2.5 text-sm text-waiting">
      <Info aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>
        You {vote.decision} this. It is still open: {approvalsText(quorum)} so far
        {quorum.rejections_needed > 1 ? `, ${quorum.rejections} of ${quorum.rejections_needed} rejections` : ''}.
      </span>
    </p>
  )
}

/** Who decided what and when, with the comment. */
export function DecisionLine({ decision }: { decision: Decision }) {
  const approved = decision.decision === 'approved'
  const Icon = approved ? CircleCheck : CircleX
  return (
    <div
      data-decision={decision.decision}
      className={cn('grid gap-1 rounded-md px-3 py-2.5 text-sm', approved ? 'bg-success-soft' : 'bg-failure-soft')}
    >
      <p className="flex items-center gap-2">
        <Icon aria-hidden className={cn('size-4 shrink-0', approved ? 'text-success' : 'text-failure')} />
        <span>
          <strong className="font-semibold">{approved ? 'Approved' : 'Rejected'}</strong> by {decision.decided_by},{' '}
          <Time value={decision.decided_at} />
        </span>
      </p>
      {decision.comment ? <p className="whitespace-pre-wrap pl-6 text-muted-foreground">{decision.comment}</p> : null}
    </div>
  )
}
