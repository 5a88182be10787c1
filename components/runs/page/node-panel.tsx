'use client'

import { useQueryClient } from '@tanstack/react-query'
import { CircleAlert, Split, X } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, useEffect, useState } from 'react'
import { useMay } from '@/components/shell/use-principal'
import { Badge, type BadgeTone } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Duration, Elapsed } from '@/components/ui/duration'
import { formatUsd } from '@/components/ui/format'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { Skeleton } from '@/components/ui/skeleton'
import { Time } from '@/components/ui/time'
import { messageOf } from '@/lib/api/client/error'
import { queryKey, useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { NodeRun, Run } from '@/lib/api/contracts/runs'
import { type CallUsage, isTerminal } from '@/lib/engine/events'
import type { NodeState, NodeStatus } from '@/lib/engine/state'
import { nodeType } from '@/lib/nodes/registry'
import type { WorkflowNode } from '@/lib/workflow/document'
import type { NodeVisit } from './node-visits'
import { PayloadView } from './payload-view'
import type { RelatedRuns } from './related-runs'
import { RetryDialog } from './retry-dialog'

export interface NodePanelProps {
  runId: string
  run: Run
  /** The run whose results this one took over. */
  source: RelatedRuns['source']
  node: WorkflowNode
  /** Every address at which it stands; empty when nothing has led to it. */
  visits: NodeVisit[]
  visitKey: string
  /** Text of its model while it speaks. */
  delta: string | undefined
  onVisit: (nodeKey: string) => void
  onClose: () => void
  /** The wait of this node, to be answered here. */
  children?: ReactNode
}

const MENU_VISITS = 100

export const NODE_STATUS_LOOKS: Record<NodeStatus, { label: string; tone: BadgeTone }> = {
  pending: { label: 'Not reached', tone: 'neutral' },
  ready: { label: 'Ready', tone: 'neutral' },
  running: { label: 'Running', tone: 'running' },
  waiting: { label: 'Waiting', tone: 'waiting' },
  retrying: { label: 'Will retry', tone: 'waiting' },
  succeeded: { label: 'Succeeded', tone: 'success' },
  failed: { label: 'Failed', tone: 'failure' },
  skipped: { label: 'Not taken', tone: 'cancelled' },
  cancelled: { label: 'Cancelled', tone: 'cancelled' },
}

/** A loop may have thousands of visits; a menu offers those around the one that is shown, and the log and timeline the rest. */
function aroundVisit(visits: NodeVisit[], visitKey: string): NodeVisit[] {
  const index = visits.findIndex((visit) => visit.key === visitKey)
  const from = Math.max(0, Math.min(index - MENU_VISITS / 2, visits.length - MENU_VISITS))
  return visits.slice(from, from + MENU_VISITS)
}

/** The answer of an approval is what people want to read there, not that the node worked. */
function lookOf(state: NodeState | undefined, type: string): { label: string; tone: BadgeTone } {
  const look = NODE_STATUS_LOOKS[state?.status ?? 'pending']
  if (type !== 'approval' || state?.status !== 'succeeded') return look
  if (state.port === 'rejected') return { label: 'Rejected', tone: 'failure' }
  return state.port === 'approved' ? { label: 'Approved', tone: 'success' } : look
}

/** What one node did at one address: in, out, error, attempts, time, tokens. */
export function NodePanel(props: NodePanelProps) {
  const { runId, node, visits, visitKey, delta } = props
  const visit = visits.find((each) => each.key === visitKey)
  const query = { node_key: visitKey, limit: 1 }
  const nodeRuns = useApi(
    contracts.listNodeRuns,
    { params: { run_id: runId }, query },
    { enabled: visit !== undefined },
  )
  const record = nodeRuns.data?.items[0]
  useReadAgain(runId, visit)
  const status = visit?.state.status ?? 'pending'
  const look = lookOf(visit?.state, node.type)
  const type = nodeType(node.type)
  const mayRun = useMay('workflow:execute')
  const [forking, setForking] = useState(false)
  return (
    <section
      aria-label={`Node ${node.name}`}
      data-node={node.id}
      className="grid grid-cols-[minmax(0,1fr)] content-start gap-5 p-4"
    >
      <header className="grid gap-2">
        <div className="flex items-start gap-2">
          <div className="min-w-0 flex-1">
            <p className="text-muted-foreground text-xs">{type?.title ?? node.type}</p>
            <h2 className="truncate font-semibold text-lg">{node.name}</h2>
          </div>
          <CopyButton value={() => linkTo(visitKey)} label="Copy a link to this node" />
          <Button variant="ghost" size="icon-sm" aria-label="Back to the run" onClick={props.onClose}>
            <X aria-hidden />
          </Button>
        </div>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-muted-foreground text-xs">
          <Badge tone={look.tone} data-node-status={status}>
            {look.label}
          </Badge>
          <Timing visit={visit} record={record} />
          {(visit?.state.attempt ?? 1) > 1 ? <span>attempt {visit?.state.attempt}</span> : null}
          {visit?.state.port && visit.state.port !== 'out' && node.type !== 'approval' ? (
            <span>went on by “{visit.state.port}”</span>
          ) : null}
          {visit?.state.reused && props.source ? (
            <Link href={`/runs/${props.source.run_id}?node=${encodeURIComponent(visitKey)}`} className="underline">
              reused from run {props.source.run_id.slice(0, 8)}
            </Link>
          ) : null}
        </div>
        {visits.length > 1 ? (
          <Select value={visitKey} onValueChange={props.onVisit}>
            <SelectTrigger aria-label="Which visit">
              <SelectValue />
            </SelectTrigger>
            <SelectContent>
              {aroundVisit(visits, visitKey).map((each) => (
                <SelectItem key={each.key} value={each.key}>
                  {each.label || 'first'} · {NODE_STATUS_LOOKS[each.state.status].label.toLowerCase()}
                </SelectItem>
              ))}
            </SelectContent>
          </Select>
        ) : null}
      </header>

      {props.children}

      {delta !== undefined && status === 'running' ? (
        <Section title="Speaking now">
          <div className="rounded-lg border bg-card px-3.5 py-2.5">
            <p aria-live="off" className="whitespace-pre-wrap break-words text-sm leading-6">
              {delta}
              <span
                aria-hidden
                className="ml-0.5 inline-block h-4 w-1.5 translate-y-0.5 bg-running motion-safe:animate-pulse"
              />
            </p>
          </div>
        </Section>
      ) : null}

      <NodeError error={record?.error ?? visit?.state.error ?? null} retrying={status === 'retrying'} />

      {visit === undefined || status === 'pending' || status === 'skipped' ? (
        <p className="text-muted-foreground text-sm">
          {status === 'skipped' ? 'The run took another path.' : 'The run has not come here.'}
        </p>
      ) : nodeRuns.isPending ? (
        <div aria-busy className="grid gap-3">
          <Skeleton className="h-3.5 w-16" />
          <Skeleton className="h-24" />
          <Skeleton className="h-3.5 w-16" />
          <Skeleton className="h-24" />
        </div>
      ) : nodeRuns.isError ? (
        <p role="alert" className="text-failure text-sm">
          {messageOf(nodeRuns.error)}{' '}
          <Button variant="link" size="xs" onClick={() => void nodeRuns.refetch()}>
            Try again
          </Button>
        </p>
      ) : record ? (
        <>
          {record.output ? (
            <Section title="Output">
              <PayloadView runId={runId} payload={record.output} label="Output" />
            </Section>
          ) : null}
          {record.input ? (
            <Section title="Input" hint="Its settings with every template filled in; secrets are left out.">
              <PayloadView runId={runId} payload={record.input} label="Input" />
            </Section>
          ) : null}
          {record.calls.length > 0 ? <Calls calls={record.calls} /> : null}
        </>
      ) : null}
      {mayRun && isTerminal(props.run.status) && visit !== undefined && status !== 'pending' ? (
        <Button className="w-fit" onClick={() => setForking(true)}>
          <Split aria-hidden /> Run again from here
        </Button>
      ) : null}
      {forking && visit ? (
        <RetryDialog
          run={props.run}
          from={{ nodeId: node.id, name: node.name, path: visit.state.path }}
          onOpenChange={setForking}
        />
      ) : null}
    </section>
  )
}

/** The log says that the node moved on; its row is read again. */
function useReadAgain(runId: string, visit: NodeVisit | undefined) {
  const client = useQueryClient()
  const moved = visit ? `${visit.key} ${visit.state.status} ${visit.state.attempt}` : ''
  useEffect(() => {
    if (moved === '') return
    void client.invalidateQueries({ queryKey: [...queryKey(contracts.listNodeRuns), { run_id: runId }] })
  }, [client, runId, moved])
}

function Timing({ visit, record }: { visit: NodeVisit | undefined; record: NodeRun | undefined }) {
  const startedAt = visit?.state.startedAt ?? record?.started_at
  const endedAt = visit?.state.endedAt ?? record?.ended_at
  if (!visit || !startedAt || visit.state.status === 'skipped') return null
  const goesOn = ['running', 'waiting', 'retrying'].includes(visit.state.status)
  return (
    <>
      <span>
        {goesOn || !endedAt ? (
          <Elapsed since={startedAt} until={goesOn ? null : startedAt} />
        ) : (
          <Duration ms={Date.parse(endedAt) - Date.parse(startedAt)} />
        )}
      </span>
      <Time value={startedAt} mode="local" />
    </>
  )
}

function NodeError({
  error,
  retrying,
}: {
  error: { code: string; message: string; details?: Record<string, unknown> } | null
  retrying: boolean
}) {
  if (!error) return null
  const details = Object.entries(error.details ?? {})
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-lg border border-failure/30 bg-failure-soft/60 p-3 text-sm">
      <p className="flex items-start gap-2">
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-failure" />
        <span className="max-h-48 wrap-anywhere min-w-0 overflow-y-auto">
          {retrying ? 'The last attempt failed: ' : ''}
          {error.message}
        </span>
      </p>
      <p className="flex flex-wrap gap-x-4 gap-y-1 pl-6 text-muted-foreground text-xs">
        <code className="font-mono">{error.code}</code>
        {details.map(([name, value]) => (
          <span key={name} className="break-all">
            {name}: {typeof value === 'string' ? value : JSON.stringify(value)}
          </span>
        ))}
      </p>
    </div>
  )
}

function Calls({ calls }: { calls: CallUsage[] }) {
  return (
    <Section title={calls.length === 1 ? 'Model call' : 'Model calls'}>
      <ul className="divide-y rounded-lg border bg-card text-xs">
        {calls.map((call, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: calls have no identity, and the list only grows at its end
          <CallRow key={index} call={call} />
        ))}
      </ul>
    </Section>
  )
}

function CallRow({ call }: { call: CallUsage }) {
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 px-3 py-2 tabular-nums">
      <span className="font-medium">
        {call.model} <span className="font-normal text-muted-foreground">{call.provider}</span>
      </span>
      <span className="text-muted-foreground">
        {call.input_tokens.toLocaleString()} in, {call.output_tokens.toLocaleString()} out
        {call.cost_usd === null ? '' : `, ${formatUsd(call.cost_usd)}`}, <Duration ms={call.latency_ms} />
      </span>
    </li>
  )
}

export function Section({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-2">
      <div>
        <h2 className="font-medium text-muted-foreground text-xs">{title}</h2>
        {hint ? <p className="text-2xs text-subtle-foreground">{hint}</p> : null}
      </div>
      {children}
    </section>
  )
}

function linkTo(nodeKey: string): string {
  const url = new URL(window.location.href)
  url.searchParams.set('node', nodeKey)
  return url.href
}
