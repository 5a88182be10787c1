'use client'

import { CircleCheck } from 'lucide-react'
import Link from 'next/link'
import { useMemo } from 'react'
import { ApprovalCard } from '@/components/approvals/approval-card'
import { AFTER_DUE } from '@/components/approvals/approval-subject'
import { Skeleton } from '@/components/ui/skeleton'
import { Time } from '@/components/ui/time'
import type { OpenWait, Run } from '@/lib/api/contracts/runs'
import { isTerminal, nodeKey, type RunEvent } from '@/lib/engine/events'
import { pathText } from '../describe-event'
import { CallbackWaitCard } from './callback-wait-card'
import { conversationOf } from './conversation'
import { ConversationView } from './conversation-view'
import { EvaluationSection } from './evaluation-section'
import { FailureCard } from './failure-card'
import { InputWaitCard } from './input-wait-card'
import { Section } from './node-panel'
import { LargeValue, ValueView } from './payload-view'
import { ChildRunLink } from './run-relations'
import { UsageSection } from './usage-section'

export interface RunOverviewProps {
  run: Run
  waits: OpenWait[]
  /** The log knows of a wait whose request has not been read yet. */
  expectsWait: boolean
  events: readonly RunEvent[]
  mayAnswer: boolean
  nameOf: (nodeId: string) => string
  onSelect: (nodeKey: string) => void
}

/** Forms at once: with fifty, none is found. */
const SHOWN_WAITS = 10

/** The run as a whole: what it needs from people, what was said, how it ended. */
export function RunOverview(props: RunOverviewProps) {
  const { run, waits, events, nameOf, onSelect } = props
  const sayings = useMemo(() => conversationOf(events), [events])
  const ended = isTerminal(run.status)
  const hasInput = run.input !== null && !(typeof run.input === 'object' && Object.keys(run.input).length === 0)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] content-start gap-6 p-4">
      {ended && run.status !== 'completed' && run.status !== 'skipped' ? (
        <FailureCard run={run} nameOf={nameOf} onSelect={onSelect} />
      ) : null}
      {waits.slice(0, SHOWN_WAITS).map((wait) => (
        <div key={wait.id} className="rounded-lg border border-waiting/40 bg-waiting-soft/30 p-4">
          <WaitCard run={run} wait={wait} waits={waits} mayAnswer={props.mayAnswer} />
        </div>
      ))}
      {waits.length > SHOWN_WAITS ? (
        <p className="text-muted-foreground text-sm">
          {(waits.length - SHOWN_WAITS).toLocaleString()} more wait. Choose an item above the graph to answer for it, or
          see them in{' '}
          <Link href="/approvals" className="text-primary hover:underline">
            Approvals
          </Link>
          .
        </p>
      ) : null}
      {props.expectsWait && waits.length === 0 ? (
        <div aria-busy className="grid gap-3 rounded-lg border p-4">
          <Skeleton className="h-4 w-40" />
          <Skeleton className="h-24" />
          <Skeleton className="h-8 w-32" />
        </div>
      ) : null}
      {run.status === 'completed' ? (
        <section className="grid min-w-0 gap-2.5">
          <h2 className="flex items-center gap-2 font-semibold text-base">
            <CircleCheck aria-hidden className="size-4 text-success" /> Output
          </h2>
          <RunOutput run={run} />
        </section>
      ) : null}
      {sayings.length > 0 ? (
        <Section title="What was said">
          <ConversationView runId={run.id} sayings={sayings} nameOf={nameOf} onSelect={onSelect} />
        </Section>
      ) : null}
      <EvaluationSection runId={run.id} evaluation={run.evaluation} />
      <UsageSection run={run} />
      {hasInput ? (
        <Section title="Input">
          <ValueView value={run.input} label="Input" />
        </Section>
      ) : null}
      {waits.length === 0 && !props.expectsWait && !ended && sayings.length === 0 && !hasInput ? (
        <p className="text-muted-foreground text-sm">
          Working since <Time value={run.started_at ?? run.created_at} mode="local" />. Choose a node to see what it
          does.
        </p>
      ) : null}
    </div>
  )
}

/** The one form for whatever a wait asks; of a sub-workflow with the way to its run. */
export function WaitCard(props: { run: Run; wait: OpenWait; waits: OpenWait[]; mayAnswer: boolean }) {
  const { run, wait } = props
  if (wait.run_id === run.id) return <Asked {...props} />
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <ChildRunLink runId={wait.run_id} nodeKey={nodeKey(wait.path, wait.node_id)}>
        A sub-workflow asks: open its run
      </ChildRunLink>
      <Asked {...props} />
    </div>
  )
}

function Asked({ run, wait, waits, mayAnswer }: { run: Run; wait: OpenWait; waits: OpenWait[]; mayAnswer: boolean }) {
  if (wait.kind === 'approval') {
    return (
      <ApprovalCard
        key={wait.id}
        subject={{
          id: wait.id,
          runId: wait.run_id,
          nodeId: wait.node_id,
          path: wait.path,
          title: wait.title,
          instructions: wait.instructions,
          shown: wait.shown,
          shownHash: wait.shown_hash ?? '',
          schema: wait.schema,
          dueAt: wait.due_at,
          createdAt: wait.created_at,
          stand: wait.approval,
        }}
        meta={
          <p className="text-muted-foreground text-xs">
            {wait.node_name}
            {wait.path.length > 0 ? ` (${pathText(wait.path)})` : ''} waits since{' '}
            <Time value={wait.created_at} mode="local" />
            {wait.due_at ? (
              <>
                , due <Time value={wait.due_at} className="font-medium text-waiting" />
                {wait.approval ? AFTER_DUE[wait.approval.on_due] : ''}
              </>
            ) : null}
          </p>
        }
      />
    )
  }
  if (wait.kind === 'callback') return <CallbackWaitCard key={wait.id} wait={wait} />
  if (wait.kind !== 'input') return null
  // A node that waits in several visits at once, or in a sub-workflow, is told by its thread; otherwise the node says it best.
  const alone =
    wait.run_id === run.id &&
    waits.filter((other) => other.kind === 'input' && other.node_id === wait.node_id).length === 1
  const answerKey = alone || wait.thread === null ? wait.node_id : wait.thread
  return <InputWaitCard key={wait.id} runId={run.id} wait={wait} answerKey={answerKey} mayAnswer={mayAnswer} />
}

/** What the run produced. */
export function RunOutput({ run, label = 'Output' }: { run: Run; label?: string }) {
  if (run.output_ref)
    return <LargeValue runId={run.id} blobId={run.output_ref.blob_id} bytes={run.output_ref.bytes} label={label} />
  if (run.output === null) return <p className="text-muted-foreground text-sm">The workflow gives no output.</p>
  return <ValueView value={run.output} label={label} />
}
