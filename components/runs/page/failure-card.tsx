'use client'

import { CircleX, Lightbulb } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import type { Run } from '@/lib/api/contracts/runs'
import { RUN_STATUS_LOOKS, TONE_TEXT } from '../run-status'
import { humanise } from '../schema/field-model'
import { failureAdvice } from './failure-advice'

export interface FailureCardProps {
  run: Run
  nameOf: (nodeId: string) => string
  onSelect: (nodeKey: string) => void
}

const HEADLINES: Partial<Record<Run['status'], string>> = {
  failed: 'The run failed',
  timed_out: 'The run took too long',
  aborted_looping_risk: 'The run was aborted: a loop turned too often',
  cancelled: 'The run was cancelled',
}

/** Why a run did not reach its end: what happened, where, why, and what to do. */
export function FailureCard({ run, nameOf, onSelect }: FailureCardProps) {
  const { icon: Icon, tone } = {
    ...RUN_STATUS_LOOKS[run.status],
    icon: run.status === 'failed' ? CircleX : RUN_STATUS_LOOKS[run.status].icon,
  }
  const nodeId = run.error_node_id
  const advice = failureAdvice(run.error_reason, run.error)
  const details = Object.entries(run.error?.details ?? {})
  const summary = run.error_summary ?? run.error?.message ?? ''
  const calm = run.status === 'cancelled'
  return (
    <section
      aria-label={HEADLINES[run.status] ?? 'What happened'}
      className={cn(
        'grid grid-cols-[minmax(0,1fr)] gap-2.5 rounded-lg border p-3.5',
        calm ? 'bg-card' : 'border-failure/30 bg-failure-soft/60',
      )}
    >
      <h2 className={cn('flex items-center gap-2 font-semibold text-base', TONE_TEXT[tone])}>
        <Icon aria-hidden className="size-4 shrink-0" />
        {HEADLINES[run.status] ?? 'The run ended early'}
      </h2>
      {summary ? <p className="wrap-anywhere max-h-48 overflow-y-auto text-sm">{summary}</p> : null}
      {run.error && run.error.message !== summary && !summary.includes(run.error.message) ? (
        <p className="wrap-anywhere font-mono text-muted-foreground text-xs">{run.error.message}</p>
      ) : null}
      {nodeId || details.length > 0 || (run.error && !calm) ? (
        <dl className="flex flex-wrap gap-x-5 gap-y-1.5 text-xs">
          {nodeId ? (
            <Fact term="Where">
              <Button variant="link" size="xs" className="h-auto p-0" onClick={() => onSelect(nodeId)}>
                {nameOf(nodeId)}
              </Button>
            </Fact>
          ) : null}
          {run.error && !calm ? (
            <Fact term="Code">
              <code className="font-mono">{run.error.code}</code>
            </Fact>
          ) : null}
          {details.map(([name, value]) => (
            <Fact key={name} term={name === 'code' ? 'Cause' : humanise(name)}>
              <span className="break-all">{typeof value === 'string' ? value : JSON.stringify(value)}</span>
            </Fact>
          ))}
        </dl>
      ) : null}
      {advice ? (
        <p className="flex items-start gap-2 border-t pt-2.5 text-muted-foreground text-sm">
          <Lightbulb aria-hidden className="mt-0.5 size-4 shrink-0" />
          {advice}
        </p>
      ) : null}
    </section>
  )
}

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div className="flex min-w-0 items-baseline gap-1.5">
      <dt className="shrink-0 text-muted-foreground">{term}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  )
}
