'use client'

import { CircleStop, MapPin } from 'lucide-react'
import Link from 'next/link'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/checkbox'
import { Skeleton } from '@/components/ui/skeleton'
import { Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import { Tooltip } from '@/components/ui/tooltip'
import type { RunSummary } from '@/lib/api/contracts/runs'
import { isTerminal } from '@/lib/engine/events'
import { RunStatusBadge } from '../run-status-badge'
import { RunDuration, Usage } from '../run-times'
import { RunTrigger } from '../run-trigger'

export interface RunsTableProps {
  runs: RunSummary[]
  selected: ReadonlySet<string>
  onSelect: (runIds: readonly string[], on: boolean) => void
  onStop: (run: RunSummary) => void
  onLabel: (label: string) => void
  mayStop: boolean
}

const HEADINGS = ['Status', 'Workflow', 'Started by', 'Started', 'Duration', 'Tokens'] as const

/** The list on a wide screen. The whole row leads to the run; the checkbox and the stop button stay their own. */
export function RunsTable({ runs, selected, onSelect, onStop, onLabel, mayStop }: RunsTableProps) {
  const ids = runs.map((run) => run.id)
  const chosen = ids.filter((id) => selected.has(id)).length
  return (
    <Table containerClassName="max-md:hidden" className="table-fixed">
      <colgroup>
        <col className="w-10" />
        <col className="w-36" />
        <col />
        <col className="w-36 max-lg:hidden" />
        <col className="w-28" />
        <col className="w-28" />
        <col className="w-28 max-lg:hidden" />
        {mayStop ? <col className="w-12" /> : null}
      </colgroup>
      <TableHead>
        <tr>
          <TableHeaderCell>
            <Checkbox
              aria-label="Select every run"
              className="block"
              checked={chosen > 0 && chosen === ids.length ? true : chosen > 0 ? 'indeterminate' : false}
              onCheckedChange={(on) => onSelect(ids, on === true)}
            />
          </TableHeaderCell>
          {HEADINGS.map((heading) => (
            <TableHeaderCell key={heading} className={narrowClass(heading)}>
              {heading}
            </TableHeaderCell>
          ))}
          {mayStop ? (
            <TableHeaderCell>
              <span className="sr-only">Actions</span>
            </TableHeaderCell>
          ) : null}
        </tr>
      </TableHead>
      <TableBody>
        {runs.map((run) => (
          <TableRow
            key={run.id}
            data-run={run.id}
            data-state={selected.has(run.id) ? 'selected' : undefined}
            className="group relative data-[state=selected]:bg-primary-soft/60"
          >
            <TableCell className="relative z-10">
              <Checkbox
                aria-label={`Select the run of ${run.workflow_name}`}
                checked={selected.has(run.id)}
                onCheckedChange={(on) => onSelect([run.id], on === true)}
                className="block"
              />
            </TableCell>
            <TableCell>
              <RunStatusBadge status={run.status} className="relative z-10" />
            </TableCell>
            <TableCell className="min-w-0">
              <div className="flex min-w-0 items-center gap-2">
                <Link
                  href={`/runs/${run.id}`}
                  className="max-w-[65%] shrink-0 truncate font-medium after:absolute after:inset-0 hover:text-primary"
                >
                  {run.workflow_name}
                </Link>
                <VersionTag version={run.version} />
                <RunLabels labels={run.labels} onLabel={onLabel} />
                <RunDetail run={run} />
              </div>
            </TableCell>
            <TableCell className="truncate text-muted-foreground max-lg:hidden">
              <RunTrigger trigger={run.trigger} runBy={run.run_by} />
            </TableCell>
            <TableCell className="text-muted-foreground">
              <Time value={run.started_at ?? run.created_at} className="relative z-10" />
            </TableCell>
            <TableCell className="text-muted-foreground">
              <RunDuration run={run} />
            </TableCell>
            <TableCell className="text-muted-foreground max-lg:hidden">
              <Usage tokens={run.tokens} costUsd={run.cost_usd} />
            </TableCell>
            {mayStop ? (
              <TableCell className="relative z-10 text-right">
                {isTerminal(run.status) ? null : (
                  <Tooltip content="Stop">
                    <Button
                      variant="ghost"
                      size="icon-sm"
                      aria-label={`Stop the run of ${run.workflow_name}`}
                      onClick={() => onStop(run)}
                      className="opacity-0 focus-visible:opacity-100 group-focus-within:opacity-100 group-hover:opacity-100"
                    >
                      <CircleStop aria-hidden />
                    </Button>
                  </Tooltip>
                )}
              </TableCell>
            ) : null}
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}

/** The same list on a phone: one run, two lines. */
export function RunsCards({ runs, onLabel }: Pick<RunsTableProps, 'runs' | 'onLabel'>) {
  return (
    <ul className="divide-y overflow-hidden rounded-lg border bg-card shadow-xs md:hidden">
      {runs.map((run) => (
        <li key={run.id} data-run={run.id} className="relative grid gap-1.5 px-3.5 py-3">
          <div className="flex items-center gap-2">
            <Link href={`/runs/${run.id}`} className="truncate font-medium after:absolute after:inset-0">
              {run.workflow_name}
            </Link>
            <VersionTag version={run.version} />
            <RunStatusBadge status={run.status} className="ml-auto" />
          </div>
          <div className="flex items-center gap-1.5 text-muted-foreground text-xs">
            <Time value={run.started_at ?? run.created_at} />
            <span aria-hidden>·</span>
            <RunDuration run={run} />
            {run.run_by ? (
              <>
                <span aria-hidden>·</span>
                <span className="truncate">{run.run_by}</span>
              </>
            ) : null}
          </div>
          <RunDetail run={run} />
          <RunLabels labels={run.labels} onLabel={onLabel} />
        </li>
      ))}
    </ul>
  )
}

const LABELS_SHOWN = 2

/** What whoever started it said of it; a click shows the others that say the same. */
function RunLabels({ labels, onLabel }: { labels: readonly string[]; onLabel: (label: string) => void }) {
  if (labels.length === 0) return null
  const more = labels.slice(LABELS_SHOWN)
  return (
    <span className="relative z-10 inline-flex shrink-0 items-center gap-1">
      {labels.slice(0, LABELS_SHOWN).map((label) => (
        <button
          key={label}
          type="button"
          aria-label={`Show runs with the label ${label}`}
          title={label}
          onClick={() => onLabel(label)}
          className="max-w-28 truncate rounded-full border bg-muted px-1.5 text-2xs text-muted-foreground hover:border-border-strong hover:text-foreground"
        >
          {label}
        </button>
      ))}
      {more.length > 0 ? (
        <span className="text-2xs text-muted-foreground" title={more.join(', ')}>
          +{more.length}
        </span>
      ) : null}
    </span>
  )
}

/** Where it waits, or why it ended badly. */
function RunDetail({ run }: { run: RunSummary }) {
  if (run.waiting_for && !isTerminal(run.status)) {
    return (
      <span className="inline-flex min-w-0 items-center gap-1 text-waiting text-xs">
        <MapPin aria-hidden className="size-3 shrink-0" />
        <span className="truncate">
          <span className="sr-only">Waits at </span>
          {run.waiting_for}
        </span>
      </span>
    )
  }
  if (run.status === 'completed' || !run.error_summary) return null
  return (
    <span className="truncate text-muted-foreground text-xs" title={run.error_summary}>
      {run.error_summary}
    </span>
  )
}

export function VersionTag({ version }: { version: RunSummary['version'] }) {
  return (
    <span className="shrink-0 rounded-sm border px-1 text-2xs text-muted-foreground tabular-nums">
      {version ? `v${version.label}` : 'draft'}
    </span>
  )
}

export function RunsSkeleton() {
  return (
    <div aria-busy className="overflow-hidden rounded-lg border bg-card shadow-xs">
      <span className="sr-only">Loading the runs</span>
      <div className="h-8 border-b bg-muted/50" />
      {Array.from({ length: 8 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bones have no identity
        <div key={index} className="flex h-10 items-center gap-6 border-b px-3 last:border-b-0">
          <Skeleton className="h-5 w-24" />
          <Skeleton className="h-3.5 w-48 max-w-[35%]" />
          <Skeleton className="ml-auto h-3.5 w-16" />
          <Skeleton className="h-3.5 w-14 max-md:hidden" />
        </div>
      ))}
    </div>
  )
}

function narrowClass(heading: (typeof HEADINGS)[number]): string {
  return heading === 'Started by' || heading === 'Tokens' ? 'max-lg:hidden' : ''
}
