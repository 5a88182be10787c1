'use client'

import { CircleStop, GitCompareArrows, SearchX } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { PageBody, PageHeader } from '@/components/shell/page-header'
import { useMay } from '@/components/shell/use-principal'
import { ConfirmDialog } from '@/components/ui/alert-dialog'
import { Button } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'
import { ErrorState } from '@/components/ui/error-state'
import { Progress } from '@/components/ui/progress'
import { Time } from '@/components/ui/time'
import { messageOf } from '@/lib/api/client/error'
import { isTerminal } from '@/lib/engine/events'
import { ConnectionStatus } from '../connection-status'
import { NoRuns } from './no-runs'
import { RunsFilters } from './runs-filters'
import { RunsCards, RunsSkeleton, RunsTable } from './runs-table'
import { useRunFilters } from './use-run-filters'
import { useRuns } from './use-runs'
import { useStopRuns } from './use-stop-runs'

/** `/runs`: every run of the team, live. */
export function RunsPage() {
  const { filters, isFiltered, change, clear } = useRunFilters()
  const list = useRuns(filters)
  const mayStop = useMay('run:write')
  const { stop, progress } = useStopRuns()
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [stopping, setStopping] = useState<readonly string[] | null>(null)

  const shown = list.runs
  const chosen = shown.filter((run) => selected.has(run.id))
  const stoppable = mayStop ? chosen.filter((run) => !isTerminal(run.status)).map((run) => run.id) : []
  const [later, earlier] = chosen
  const searchedTo = list.data?.pages.at(-1)?.searched_to ?? null

  function select(runIds: readonly string[], on: boolean) {
    setSelected((before) => {
      const next = new Set(before)
      for (const id of runIds) on ? next.add(id) : next.delete(id)
      return next
    })
  }

  return (
    <PageBody>
      <PageHeader
        title="Runs"
        badge={<ConnectionStatus connection={list.connection} />}
        actions={
          <>
            {chosen.length === 2 && later && earlier ? (
              <Button asChild>
                <Link href={`/runs/compare?a=${earlier.id}&b=${later.id}`}>
                  <GitCompareArrows aria-hidden /> Compare
                </Link>
              </Button>
            ) : null}
            {stoppable.length > 0 && !progress ? (
              <Button onClick={() => setStopping(stoppable)}>
                <CircleStop aria-hidden /> Stop {stoppable.length} selected
              </Button>
            ) : null}
          </>
        }
      />
      <RunsFilters
        filters={filters}
        onChange={change}
        onClear={isFiltered ? clear : undefined}
        labels={[...new Set(shown.flatMap((run) => run.labels))].toSorted()}
      />
      {progress ? <Progress {...progress} label="Stopping runs" /> : null}
      {list.isPending ? (
        <RunsSkeleton />
      ) : list.isError && list.runs.length === 0 ? (
        <ErrorState
          title="The runs could not be loaded"
          description={messageOf(list.error)}
          reference={list.error.requestId}
          onRetry={() => void list.refetch()}
          retrying={list.isFetching}
        />
      ) : shown.length === 0 && !isFiltered ? (
        <NoRuns />
      ) : (
        <>
          {shown.length > 0 ? (
            <>
              <RunsTable
                runs={shown}
                selected={selected}
                onSelect={select}
                onStop={(run) => setStopping([run.id])}
                onLabel={(label) => change({ label })}
                mayStop={mayStop}
              />
              <RunsCards runs={shown} onLabel={(label) => change({ label })} />
            </>
          ) : (
            <EmptyState
              icon={SearchX}
              title={list.hasNextPage ? 'No run matches so far' : 'No run matches'}
              description={
                list.hasNextPage
                  ? 'The newest runs were looked through. Search further back, or change the filters.'
                  : 'Change the filters, or look at every run.'
              }
              actions={<Button onClick={clear}>Clear the filters</Button>}
            />
          )}
          <div className="flex items-center justify-between gap-3 text-muted-foreground text-xs">
            <output>
              {runsText(shown.length)}
              {searchedTo !== null ? (
                <>
                  {' found, looking back to '}
                  <Time value={searchedTo} />
                </>
              ) : filters.text !== '' ? (
                ' found'
              ) : list.hasNextPage ? (
                ' loaded'
              ) : null}
            </output>
            {list.hasNextPage ? (
              <Button size="sm" pending={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {filters.text === '' ? 'Load more' : 'Search further back'}
              </Button>
            ) : null}
          </div>
        </>
      )}
      <ConfirmDialog
        open={stopping !== null}
        onOpenChange={(open) => open || setStopping(null)}
        title={stopping?.length === 1 ? 'Stop this run?' : `Stop ${stopping?.length ?? 0} runs?`}
        description="Nodes at work are aborted, open questions and approvals are closed, and the run ends as cancelled. This cannot be undone."
        confirmLabel={stopping?.length === 1 ? 'Stop run' : 'Stop runs'}
        destructive
        onConfirm={() => {
          const ids = stopping ?? []
          setStopping(null)
          setSelected(new Set())
          void stop(ids)
        }}
      />
    </PageBody>
  )
}

const runsText = (count: number) => (count === 1 ? '1 run' : `${count} runs`)
