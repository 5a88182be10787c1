'use client'

import { CircleAlert, Scale } from 'lucide-react'
import Link from 'next/link'
import type { Evaluation } from '@/lib/api/contracts/evaluation'
import { isTerminal } from '@/lib/engine/events'
import { RunStatusBadge } from '../run-status-badge'
import { Section } from './node-panel'

/** What the evaluation of this run came to, or which run this one evaluates. */
export function EvaluationSection({ runId, evaluation }: { runId: string; evaluation: Evaluation | null }) {
  if (evaluation === null) return null
  const isOwn = evaluation.evaluation_run_id === runId
  const other = isOwn ? evaluation.run_id : evaluation.evaluation_run_id
  const { status, scores } = evaluation
  return (
    <Section title="Evaluation">
      <div className="grid gap-3 rounded-lg border bg-card p-3.5 text-sm" data-evaluation={status}>
        <div className="flex flex-wrap items-center gap-2">
          <Scale aria-hidden className="size-4 text-muted-foreground" />
          {status === 'refused' ? (
            <span className="font-medium">The evaluator could not be started</span>
          ) : (
            <Link href={`/runs/${other}`} className="min-w-0 truncate font-medium text-primary hover:underline">
              {isOwn ? 'Of an earlier run' : `By ${evaluation.workflow_name ?? 'its evaluator'}`}
            </Link>
          )}
          {status === 'pending' || status === 'refused' || isOwn ? null : <RunStatusBadge status={status} />}
          {status === 'pending' ? <span className="text-muted-foreground text-xs">about to start</span> : null}
        </div>
        {scores === null ? null : <Scores scores={scores} />}
        {evaluation.turns.length === 0 ? null : (
          <ol className="grid gap-2 border-t pt-2">
            {evaluation.turns.map(({ turn, scores: ofTurn }) => (
              <li key={turn} className="grid gap-1">
                <h3 className="text-muted-foreground text-xs">Turn {turn}</h3>
                <Scores scores={ofTurn} />
              </li>
            ))}
          </ol>
        )}
        {evaluation.comment === null ? null : (
          <p className="wrap-anywhere whitespace-pre-wrap text-muted-foreground">{evaluation.comment}</p>
        )}
        {scores === null && (status === 'refused' || (status !== 'pending' && isTerminal(status))) ? (
          <p className="flex items-start gap-2 text-muted-foreground">
            <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-waiting" />
            <span className="wrap-anywhere min-w-0">{whyNot(evaluation)}</span>
          </p>
        ) : null}
      </div>
    </Section>
  )
}

/** Why there are no scores. */
function whyNot({ status, problem, error }: Evaluation): string {
  return [status === 'refused' ? null : problem, error?.message].filter(Boolean).join(' ')
}

function Scores({ scores }: { scores: Record<string, number> }) {
  return (
    <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1">
      {Object.entries(scores).map(([name, score]) => (
        <div key={name} className="contents">
          <dt className="truncate text-muted-foreground">{name}</dt>
          <dd className="text-right font-medium tabular-nums">
            {score.toLocaleString(undefined, { maximumFractionDigits: 3 })}
          </dd>
        </div>
      ))}
    </dl>
  )
}
