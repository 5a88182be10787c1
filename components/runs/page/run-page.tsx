'use client'

import { ChartNoAxesGantt, ChevronDown, FileInput, FileOutput, Logs, MessageSquare, SearchX } from 'lucide-react'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { parseAsString, parseAsStringLiteral, useQueryState } from 'nuqs'
import { useCallback, useMemo, useRef, useState } from 'react'
import { useMay } from '@/components/shell/use-principal'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { EmptyState } from '@/components/ui/empty-state'
import { ErrorState } from '@/components/ui/error-state'
import { Skeleton } from '@/components/ui/skeleton'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '@/components/ui/tabs'
import { messageOf } from '@/lib/api/client/error'
import type { ContainerState } from '@/lib/engine/containers'
import { isTerminal } from '@/lib/engine/events'
import type { RunState } from '@/lib/engine/state'
import { type Anchor, anchorOfEvent, commentsText, countByEvent, countByNode, seqOfTurn } from '../comments/anchor'
import { CommentsPanel } from '../comments/comments-panel'
import { useRunComments } from '../comments/use-run-comments'
import { pathText } from '../describe-event'
import { ContainerSection } from './container-section'
import { EventLog } from './event-log'
import { ItemPicker } from './item-picker'
import { NodePanel } from './node-panel'
import { selectionOf, visitsOf } from './node-visits'
import { ValueView } from './payload-view'
import { isWithin, itemText, perspectiveOfNode, prefixFor } from './perspective'
import { RunHeader } from './run-header'
import { RunOutput, RunOverview, WaitCard } from './run-overview'
import { RunPageSkeleton } from './run-page-skeleton'
import { ChildRunLink } from './run-relations'
import { TimelineChart } from './timeline-chart'
import { useIsWide } from './use-is-wide'
import { useRunPage } from './use-run-page'
import { useSplit } from './use-split'

const GraphView = dynamic(() => import('@/components/designer/graph-view').then((module) => module.GraphView), {
  ssr: false,
  loading: () => <Skeleton className="size-full rounded-none" />,
})

/** The pane is small: a map of a graph that nearly fits would hide more than it shows. */
const MINIMAP_FROM_NODES = 40
const TABS = ['timeline', 'events', 'comments', 'input', 'output'] as const

/** `/runs/[runId]`: the graph that ran, what each node did, what the run needs from people. Live while it goes on. */
export function RunPage({ runId }: { runId: string }) {
  const [selection, setSelection] = useQueryState('node', parseAsString.withDefault(''))
  const [item, setItem] = useQueryState('item', parseAsString.withDefault(''))
  const page = useRunPage(runId, item)
  const { run, definition, graph, stream, status, names, perspective } = page
  const talk = useRunComments(runId, run.data?.evaluation?.evaluation_run_id)
  const [shownEvent, showEvent] = useState<{ seq: number }>()
  const nodeComments = useMemo(() => countByNode(talk.comments), [talk.comments])
  const eventComments = useMemo(() => countByEvent(talk.comments, stream.events), [talk.comments, stream.events])
  const [tab, setTab] = useQueryState('tab', parseAsStringLiteral(TABS).withDefault('timeline'))
  const [graphOpen, setGraphOpen] = useState(false)
  const isWide = useIsWide()
  const mayAnswer = useMay('run:write')
  const column = useRef<HTMLDivElement>(null)
  const panel = useRef<HTMLElement>(null)
  const split = useSplit('run', 'Height of the lower pane', 42, column)

  const nodeIds = useMemo(() => new Set(graph?.nodes.map((node) => node.id)), [graph])
  const prefixOf = (nodeId: string) => (graph ? prefixFor(graph, perspective, nodeId) : [])
  const selected = selectionOf(
    stream.state,
    nodeIds,
    selection,
    prefixOf(selection.slice(selection.lastIndexOf('/') + 1)),
  )
  const selectedNode = graph?.nodes.find((node) => node.id === selected?.nodeId)
  const nameOf = useCallback((nodeId: string) => names.get(nodeId) ?? nodeId, [names])
  const select = useCallback(
    (nodeKey: string | null) => {
      void setSelection(nodeKey || null)
      // An address inside of an item brings the whole page to that item.
      const [nodeId = '', ...path] = (nodeKey ?? '').split('/').toReversed()
      const seen = graph && path.length > 0 ? perspectiveOfNode(graph, nodeId, path.toReversed()) : undefined
      if (seen !== undefined) void setItem(itemText(seen))
      // On a phone the panel is above the log: show what was asked for.
      if (nodeKey && !isWide) panel.current?.scrollIntoView({ block: 'start' })
    },
    [setSelection, setItem, graph, isWide],
  )
  const nameOfKey = (nodeKey: string) => {
    const [nodeId = '', ...path] = nodeKey.split('/').toReversed()
    return path.length === 0 ? nameOf(nodeId) : `${nameOf(nodeId)} (${pathText(path.toReversed())})`
  }
  /** Opens the comments, to say something about a place in the run where it says nothing yet. */
  const openComments = (about: Anchor, count: number) => {
    if (count === 0) talk.setDraft({ ...talk.draft, about })
    void setTab('comments')
  }
  const showAnchor = (anchor: Anchor) => {
    if ('node_key' in anchor) return select(anchor.node_key)
    void setTab('events')
    showEvent({ seq: 'turn' in anchor ? seqOfTurn(stream.events, anchor.turn) : anchor.event_seq })
  }
  const pickItem = (container: ContainerState, index: number | undefined) => {
    const { path, nodeId } = container
    const outer = graph ? perspectiveOfNode(graph, nodeId, path) : undefined
    void setItem(
      index === undefined ? (outer ? itemText(outer) : null) : itemText({ path, containerId: nodeId, index }),
    )
    // The step stays selected, now as it went for the other item.
    if (selection.includes('/')) void setSelection(selection.slice(selection.lastIndexOf('/') + 1))
  }

  if (run.isError && !run.data) {
    return run.error.status === 404 || run.error.code === 'invalid_id' ? (
      <EmptyState
        icon={SearchX}
        title="There is no run here"
        description="The link may be wrong, or the run belongs to another team."
        actions={
          <Button asChild>
            <Link href="/runs">See all runs</Link>
          </Button>
        }
      />
    ) : (
      <ErrorState
        title="The run could not be loaded"
        description={messageOf(run.error)}
        reference={run.error.requestId}
        onRetry={() => void run.refetch()}
        retrying={run.isFetching}
      />
    )
  }
  if (!run.data) return <RunPageSkeleton />

  const record = { ...run.data, status }
  const selectedWaits = page.waits.filter(
    (wait) =>
      selected !== undefined &&
      (wait.run_id === record.id
        ? wait.node_id === selected.nodeId && isWithin(wait.path, prefixOf(wait.node_id))
        : (wait.thread?.startsWith(`${selected.key}/`) ?? false)),
  )
  const selectedContainer = stream.state?.containers.get(selected?.key ?? '')
  const childRun = page.related.children.get(selected?.key ?? '')
  const common = { nameOf, onSelect: select }
  return (
    <div className="flex min-h-full flex-col lg:h-(--shell-height)">
      <RunHeader
        run={run.data}
        status={status}
        recoveries={stream.state?.recoveries ?? 0}
        connection={stream.connection}
        related={page.related}
        nameOf={nameOf}
      />
      <div className="grid min-h-0 flex-1 max-lg:grid-cols-1 lg:grid-cols-[minmax(0,1fr)_24rem] xl:grid-cols-[minmax(0,1fr)_27rem]">
        <div ref={column} className="flex min-h-0 min-w-0 flex-col max-lg:order-2 max-lg:border-t">
          <div className="lg:hidden">
            <Button
              variant="ghost"
              className="w-full justify-between rounded-none px-4"
              aria-expanded={graphOpen}
              onClick={() => setGraphOpen(!graphOpen)}
            >
              Graph
              <ChevronDown aria-hidden className={cn('transition-transform', graphOpen && 'rotate-180')} />
            </Button>
          </div>
          <section
            aria-label="Graph of the run"
            className={cn(
              'relative min-h-0 bg-canvas max-lg:h-80 max-lg:border-y lg:flex-1',
              !graphOpen && 'max-lg:hidden',
            )}
          >
            {stream.state === undefined || page.levels.length === 0 || (!isWide && !graphOpen) ? null : (
              <div className="absolute top-2 left-2 z-10 flex max-w-[calc(100%-1rem)] flex-wrap gap-1.5">
                {page.levels.map((level) => (
                  <ItemPicker
                    key={level.container.key}
                    state={stream.state as RunState} // checked above; a closure does not know
                    level={level}
                    name={nameOf(level.container.nodeId)}
                    onPick={(index) => pickItem(level.container, index)}
                  />
                ))}
              </div>
            )}
            {!isWide && !graphOpen ? null : graph ? (
              <GraphView
                definition={graph}
                nodeStates={page.nodeStates}
                edgeStates={page.edgeStates}
                selectedNodeId={selected?.nodeId ?? null}
                followNodeId={selected?.nodeId ?? page.attention}
                onNodeClick={select}
                minimap={graph.nodes.length >= MINIMAP_FROM_NODES}
              />
            ) : definition.isError ? (
              <ErrorState
                title="The graph could not be loaded"
                description={messageOf(definition.error)}
                onRetry={() => void definition.refetch()}
              />
            ) : (
              <Skeleton className="size-full rounded-none" />
            )}
          </section>
          <div
            {...split.separator}
            className="group relative z-10 h-px cursor-row-resize touch-none bg-border after:absolute after:inset-x-0 after:-inset-y-1.5 hover:bg-primary focus-visible:bg-primary max-lg:hidden"
          />
          <Tabs
            value={tab}
            onValueChange={(value) => void setTab(value as (typeof TABS)[number])}
            className="flex min-h-0 flex-col bg-card max-lg:h-112 lg:h-(--lower)"
            style={{ '--lower': `${split.percent}%` } as React.CSSProperties}
          >
            <TabsList className="shrink-0 px-4">
              <TabsTrigger value="timeline">
                <ChartNoAxesGantt aria-hidden /> Timeline
              </TabsTrigger>
              <TabsTrigger value="events">
                <Logs aria-hidden /> Events
                <span className="font-normal text-subtle-foreground text-xs tabular-nums">{stream.events.length}</span>
              </TabsTrigger>
              <TabsTrigger value="comments">
                <MessageSquare aria-hidden /> Comments
                {talk.comments.length === 0 ? null : (
                  <span className="font-normal text-subtle-foreground text-xs tabular-nums">
                    {talk.comments.length}
                    {talk.pages.hasNextPage ? '+' : ''}
                  </span>
                )}
              </TabsTrigger>
              <TabsTrigger value="input">
                <FileInput aria-hidden /> Input
              </TabsTrigger>
              <TabsTrigger value="output">
                <FileOutput aria-hidden /> Output
              </TabsTrigger>
            </TabsList>
            <TabsContent value="timeline" className="min-h-0 flex-1">
              <TimelineChart
                events={stream.events}
                definition={graph}
                state={stream.state}
                perspective={perspective}
                selectedNodeId={selected?.nodeId}
                comments={nodeComments}
                onComments={(nodeKey, count) => openComments({ node_key: nodeKey }, count)}
                {...common}
              />
            </TabsContent>
            <TabsContent value="events" className="min-h-0 flex-1">
              <EventLog
                events={stream.events}
                selectedNodeId={selected?.nodeId}
                shown={shownEvent}
                comments={eventComments}
                onComments={(seq, count) => openComments(anchorOfEvent(stream.events, seq), count)}
                {...common}
              />
            </TabsContent>
            <TabsContent value="comments" className="min-h-0 flex-1 overflow-y-auto p-4">
              <CommentsPanel run={record} talk={talk} nameOf={nameOfKey} onAnchor={showAnchor} />
            </TabsContent>
            <TabsContent value="input" className="min-h-0 flex-1 overflow-y-auto p-4">
              <RunInput run={record} />
            </TabsContent>
            <TabsContent value="output" className="min-h-0 flex-1 overflow-y-auto p-4">
              {status === 'completed' ? (
                <RunOutput run={record} label="Output of the run" />
              ) : (
                <p className="text-muted-foreground text-sm">
                  {isTerminal(status)
                    ? 'The run ended without an output.'
                    : 'The output appears here when the run completes.'}
                </p>
              )}
            </TabsContent>
          </Tabs>
        </div>
        <aside
          ref={panel}
          aria-label="Details"
          className="min-w-0 scroll-mt-4 max-lg:order-1 lg:overflow-y-auto lg:border-l lg:bg-background"
        >
          {selected && selectedNode ? (
            <NodePanel
              key={selected.nodeId}
              runId={runId}
              node={selectedNode}
              visits={stream.state ? visitsOf(stream.state, selected.nodeId, prefixOf(selected.nodeId)) : []}
              run={record}
              visitKey={selected.key}
              source={page.related.source}
              delta={stream.deltas.get(selected.key)}
              onVisit={select}
              onClose={() => select(null)}
            >
              {selectedContainer ? (
                <ContainerSection
                  container={selectedContainer}
                  nameOf={nameOf}
                  onItem={(index) => pickItem(selectedContainer, index)}
                />
              ) : null}
              {childRun === undefined ? null : <ChildRunLink runId={childRun} />}
              {stream.state?.nodes.get(selected.key)?.startedAt === undefined ? null : (
                <CommentLink
                  count={nodeComments.get(selected.key) ?? 0}
                  onOpen={(count) => openComments({ node_key: selected.key }, count)}
                />
              )}
              {selectedWaits.map((wait) => (
                <div key={wait.id} className="rounded-lg border border-waiting/40 bg-waiting-soft/30 p-4">
                  <WaitCard run={record} wait={wait} waits={page.waits} mayAnswer={mayAnswer} />
                </div>
              ))}
            </NodePanel>
          ) : (
            <RunOverview
              run={record}
              waits={page.waits}
              expectsWait={page.expectsWait}
              events={stream.events}
              mayAnswer={mayAnswer}
              {...common}
            />
          )}
        </aside>
      </div>
    </div>
  )
}

function CommentLink({ count, onOpen }: { count: number; onOpen: (count: number) => void }) {
  return (
    <Button size="sm" variant="ghost" className="-ml-2 w-fit" onClick={() => onOpen(count)}>
      <MessageSquare aria-hidden /> {count === 0 ? 'Comment' : commentsText(count)}
    </Button>
  )
}

function RunInput({ run }: { run: NonNullable<ReturnType<typeof useRunPage>['run']['data']> }) {
  const variables = [
    ['Dynamic variables', run.dynamic_variables],
    ['Runtime variables', run.runtime_variables],
    ['Parameters', run.parameters],
  ] as const
  return (
    <div className="grid gap-4">
      <ValueView value={run.input} label="Input of the run" />
      {variables
        .filter(([, value]) => Object.keys(value).length > 0)
        .map(([title, value]) => (
          <div key={title} className="grid gap-1.5">
            <h3 className="font-medium text-muted-foreground text-xs">{title}</h3>
            <ValueView value={value} label={title} />
          </div>
        ))}
    </div>
  )
}
