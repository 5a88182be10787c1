'use client'

import { CircleCheck, CircleX, MessageSquareText, Reply, TimerOff } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from '@/components/ui/cn'
import { Time } from '@/components/ui/time'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { Markdown } from '../markdown'
import { answerText, type Saying } from './conversation'

export interface ConversationViewProps {
  runId: string
  sayings: Saying[]
  nameOf: (nodeId: string) => string
  onSelect: (nodeKey: string) => void
}

/** Messages, answers and decisions of a run, one under the other. A click shows the node with its data. */
export function ConversationView({ runId, sayings, nameOf, onSelect }: ConversationViewProps) {
  return (
    <ol className="grid gap-3">
      {sayings.map((saying) => (
        <li key={`${saying.kind} ${saying.seq}`} data-saying={saying.kind}>
          <Line
            runId={runId}
            saying={saying}
            name={nameOf(saying.key.slice(saying.key.lastIndexOf('/') + 1))}
            onSelect={onSelect}
          />
        </li>
      ))}
    </ol>
  )
}

interface LineProps {
  runId: string
  saying: Saying
  name: string
  onSelect: (nodeKey: string) => void
}

function Line({ runId, saying, name, onSelect }: LineProps) {
  const link = (
    <button
      type="button"
      onClick={() => onSelect(saying.key)}
      className="rounded-sm text-muted-foreground hover:text-primary hover:underline"
    >
      {name}
    </button>
  )
  switch (saying.kind) {
    case 'message':
    case 'question':
      return (
        <Row icon={<MessageSquareText aria-hidden className="text-muted-foreground" />} head={link} at={saying.at}>
          <Markdown text={saying.text} />
        </Row>
      )
    case 'answer':
      return (
        <Row
          icon={<Reply aria-hidden className="text-primary" />}
          head={
            <>
              <span className="font-medium">{saying.who}</span> answered {link}
            </>
          }
          at={saying.at}
        >
          <Answer runId={runId} nodeKey={saying.key} />
        </Row>
      )
    case 'overdue':
      return (
        <Row
          icon={<TimerOff aria-hidden className="text-failure" />}
          head={<>Nobody answered {link} in time</>}
          at={saying.at}
        />
      )
    case 'decision': {
      const approved = saying.decision === 'approved'
      const Icon = approved ? CircleCheck : CircleX
      return (
        <Row
          icon={<Icon aria-hidden className={approved ? 'text-success' : 'text-failure'} />}
          head={
            <span data-decision={saying.decision}>
              <strong className={cn('font-semibold', approved ? 'text-success' : 'text-failure')}>
                {approved ? 'Approved' : 'Rejected'}
              </strong>{' '}
              by <span className="font-medium">{saying.who}</span> at {link}
            </span>
          }
          at={saying.at}
        >
          {saying.comment ? (
            <p className="whitespace-pre-wrap text-muted-foreground text-sm">{saying.comment}</p>
          ) : null}
        </Row>
      )
    }
  }
}

/** What was answered, read from the node: it never changes once it is there. */
function Answer({ runId, nodeKey }: { runId: string; nodeKey: string }) {
  const { data } = useApi(
    contracts.listNodeRuns,
    { params: { run_id: runId }, query: { node_key: nodeKey, limit: 1 } },
    { staleTime: Number.POSITIVE_INFINITY },
  )
  const text = answerText(data?.items[0]?.output?.value)
  return text === '' ? null : <p className="whitespace-pre-wrap break-words text-sm">{text}</p>
}

function Row({ icon, head, at, children }: { icon: ReactNode; head: ReactNode; at: string; children?: ReactNode }) {
  return (
    <div className="grid grid-cols-[1rem_1fr] gap-x-2 gap-y-1">
      <span className="pt-px [&_svg]:size-4">{icon}</span>
      <p className="flex min-w-0 flex-wrap items-baseline gap-x-2 text-xs leading-5">
        <span className="min-w-0">{head}</span>
        <Time value={at} className="ml-auto text-subtle-foreground" />
      </p>
      {children ? <div className="col-start-2 min-w-0">{children}</div> : null}
    </div>
  )
}
