'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronRight } from 'lucide-react'
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { nestingOf } from '@/components/designer/document/nesting'
import { cn } from '@/components/ui/cn'
import { Label } from '@/components/ui/label'
import { Switch } from '@/components/ui/switch'
import { Tooltip } from '@/components/ui/tooltip'
import { useNow } from '@/components/ui/use-now'
import { nodeKey, type RunEvent } from '@/lib/engine/events'
import type { RunState } from '@/lib/engine/state'
import type { WorkflowDefinition } from '@/lib/workflow/document'
import { CommentCount } from '../comments/comment-count'
import { pathText } from '../describe-event'
import { type Lane, type Span, type Timeline, timelineOf } from '../timeline'
import { failedItems, type Perspective, perspectiveOfNode } from './perspective'
import { timeScale } from './time-scale'
import { Axis, Backdrop, Legend, percent } from './timeline-axis'
import { Bars } from './timeline-bars'
import { rowsOf, type TimelineRow, treeOf } from './timeline-rows'

export interface TimelineChartProps {
  /** The log, in order of `seq`. */
  events: readonly RunEvent[]
  /** The definition that ran: which step is in which container. */
  definition: WorkflowDefinition | undefined
  /** The fold of the log: which items failed. */
  state: RunState | undefined
  /** The item that the page looks at: it is open. */
  perspective: Perspective | undefined
  nameOf: (nodeId: string) => string
  selectedNodeId: string | undefined
  onSelect: (nodeKey: string) => void
  /** How many there are about each node run, by its key. */
  comments: ReadonlyMap<string, number>
  onComments: (nodeKey: string, count: number) => void
}

const ROW_PX = 28
/** From this share of waiting on, the axis is folded at first. */
const FOLD_FROM = 0.6

/** When each node worked and waited: a lane per node, side by side where it ran in parallel; containers open to their items. */
export function TimelineChart(props: TimelineChartProps) {
  const { events, definition, state, perspective, nameOf, selectedNodeId, onSelect } = props
  // Laid out when there is time: a log of thousands of events is still arriving.
  const settled = useDeferredValue(events)
  const timeline = useMemo(() => timelineOf(settled), [settled])
  const nowMs = useNow(timeline.ended ? undefined : 1_000)
  const endMs = timeline.ended ? timeline.lastMs : Math.max(nowMs, timeline.lastMs)
  const [foldChosen, setFold] = useState<boolean | null>(null)
  const idleShare = useMemo(() => timeScale(timeline, endMs, false).idleShare, [timeline, endMs])
  const fold = foldChosen ?? idleShare > FOLD_FROM
  const scale = useMemo(() => timeScale(timeline, endMs, fold), [timeline, endMs, fold])
  const box = useRef<HTMLDivElement>(null)
  const tree = useMemo(
    () => (definition ? treeOf(timeline.spans, nestingOf(definition)) : undefined),
    [timeline, definition],
  )
  const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(new Map())
  const around = useMemo(
    () => (perspective && definition ? keysAround(definition, perspective) : []),
    [perspective, definition],
  )
  const lines = useMemo(() => {
    const open = new Set(around)
    for (const [key, isOpen] of opened) isOpen ? open.add(key) : open.delete(key)
    const failed = (containerKey: string) => {
      const container = state?.containers.get(containerKey)
      return container === undefined ? new Set<number>() : failedItems(container)
    }
    return tree ? rowsOf(tree, open, failed) : []
  }, [tree, opened, around, state])
  const toggle = (key: string, isOpen: boolean) => setOpened((old) => new Map(old).set(key, isOpen))
  const retries = useMemo(() => {
    const byKey = new Map<string, Timeline['retries']>()
    for (const retry of timeline.retries) byKey.set(retry.key, [...(byKey.get(retry.key) ?? []), retry])
    return byKey
  }, [timeline])
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  })
  const shown = useRef<readonly string[]>([])
  useEffect(() => {
    // Another item is looked at: what was closed around it opens, and its line comes into view.
    if (shown.current === around) return
    const key = around[1]
    const index = lines.findIndex((line) => line.key === key)
    if (around.some((each) => opened.get(each) === false)) {
      setOpened((old) => new Map([...old].filter(([each]) => !around.includes(each))))
      return
    }
    if (key !== undefined && index < 0) return
    shown.current = around
    if (index >= 0) rows.scrollToIndex(index, { align: 'center' })
  }, [around, lines, opened, rows])
  if (timeline.lanes.length === 0) {
    // Events are there and the layout is on its way: saying that nothing happened would be wrong.
    if (events.length > 1) return null
    return <p className="p-4 text-muted-foreground text-sm">The first node has not started yet.</p>
  }
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex h-9 shrink-0 items-center gap-3 border-b px-3 text-muted-foreground text-xs">
        <Legend />
        <div className="ml-auto flex items-center gap-2">
          <Switch id="fold-waits" checked={fold} onCheckedChange={setFold} className="scale-90" />
          <Label htmlFor="fold-waits" className="font-normal text-muted-foreground text-xs">
            Fold long waits
          </Label>
        </div>
      </div>
      <div className="flex h-6 shrink-0 border-b text-2xs text-subtle-foreground">
        <div className="w-28 shrink-0 sm:w-44" />
        <Axis scale={scale} timeline={timeline} endMs={endMs} />
      </div>
      <section
        ref={box}
        aria-label="Timeline"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
        tabIndex={0}
        className="relative min-h-0 flex-1 overflow-y-auto focus-visible:-outline-offset-2"
      >
        <div className="relative" style={{ height: rows.getTotalSize() }}>
          <div className="pointer-events-none absolute inset-y-0 right-3 left-28 sm:left-44">
            <Backdrop scale={scale} timeline={timeline} endMs={endMs} />
          </div>
          {rows.getVirtualItems().map((row) => {
            const line = lines[row.index]
            if (!line) return null
            const selected = line.kind === 'lane' && selectedNodeId === line.lane.nodeId
            const name = line.kind === 'lane' ? nameOf(line.lane.nodeId) : itemName(line.bar)
            const lane = line.kind === 'lane' ? line.lane : { nodeId: line.bar.nodeId, spans: [line.bar] }
            return (
              <div
                key={line.key}
                className={cn(
                  'absolute inset-x-0 flex items-center',
                  selected ? 'bg-primary-soft/60' : 'hover:bg-muted/50',
                )}
                style={{ height: ROW_PX, transform: `translateY(${row.start}px)` }}
              >
                <div
                  className="flex h-full w-28 shrink-0 items-center sm:w-44"
                  style={{ paddingLeft: 4 + Math.min(line.depth, MAX_INDENT) * INDENT_PX }}
                >
                  <Toggle line={line} name={name} onToggle={toggle} />
                  <button
                    type="button"
                    onClick={() =>
                      line.kind === 'lane'
                        ? onSelect(lane.spans.length === 1 ? (lane.spans[0]?.key ?? lane.nodeId) : lane.nodeId)
                        : onSelect(line.bar.key)
                    }
                    className="h-full min-w-0 flex-1 truncate text-left text-xs hover:text-primary focus-visible:-outline-offset-2"
                  >
                    <span
                      className={cn(
                        line.kind === 'lane' && !line.first && 'sr-only',
                        line.kind === 'item' && 'text-muted-foreground',
                      )}
                    >
                      {name}
                    </span>
                  </button>
                  {line.kind === 'lane' ? <LaneComments lane={lane} name={name} {...props} /> : null}
                </div>
                <div className="relative mr-3 h-full flex-1">
                  <Bars lane={lane} scale={scale} endMs={endMs} name={name} onSelect={onSelect} />
                  {line.kind === 'item' || retries.size === 0
                    ? null
                    : retriesIn(lane, retries).map((retry) => (
                        <Tooltip key={retry.atMs} content={`Attempt ${retry.attempt} failed: ${retry.message}`}>
                          <span
                            className="absolute top-1 bottom-1 w-0.5 -translate-x-1/2 rounded-full bg-failure"
                            style={{ left: percent(scale.place(retry.atMs)) }}
                          />
                        </Tooltip>
                      ))}
                </div>
              </div>
            )
          })}
        </div>
      </section>
    </div>
  )
}

/** Comments about what a lane shows. */
function LaneComments(props: { lane: Lane; name: string } & Pick<TimelineChartProps, 'comments' | 'onComments'>) {
  const keys = [...new Set(props.lane.spans.map((span) => span.key))].filter((key) => props.comments.has(key))
  const [first] = keys
  if (first === undefined) return null
  const count = keys.reduce((sum, key) => sum + (props.comments.get(key) ?? 0), 0)
  return (
    <CommentCount count={count} about={props.name} onOpen={() => props.onComments(first, count)} className="mr-1" />
  )
}

const INDENT_PX = 12
const MAX_INDENT = 6

function Toggle({
  line,
  name,
  onToggle,
}: {
  line: TimelineRow
  name: string
  onToggle: (key: string, isOpen: boolean) => void
}) {
  const opens = line.kind === 'item' ? { key: line.key, open: line.open } : line.opens
  if (opens === undefined) return <span aria-hidden className="w-6 shrink-0" />
  return (
    <button
      type="button"
      aria-expanded={opens.open}
      aria-label={line.kind === 'item' ? `Steps of ${name}` : `Items of ${name}`}
      onClick={() => onToggle(opens.key, !opens.open)}
      className="grid size-6 shrink-0 place-items-center rounded text-muted-foreground hover:bg-accent"
    >
      <ChevronRight aria-hidden className={cn('size-3.5', opens.open && 'rotate-90')} />
    </button>
  )
}

/** `Item 4`: the last part of where it happened. */
function itemName(span: Span): string {
  const text = pathText(span.path.filter((segment) => !segment.startsWith('visit:')).slice(-1))
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function retriesIn(lane: Lane, retries: ReadonlyMap<string, Timeline['retries']>): Timeline['retries'] {
  return [...new Set(lane.spans.map((span) => span.key))].flatMap((key) => retries.get(key) ?? [])
}

/** What has to be open for an item to be seen. */
function keysAround(definition: WorkflowDefinition, perspective: Perspective): string[] {
  const keys: string[] = []
  for (let at: Perspective | undefined = perspective; at !== undefined; ) {
    keys.push(nodeKey(at.path, at.containerId), `${at.prefix.join('/')}@${at.containerId}`)
    at = perspectiveOfNode(definition, at.containerId, at.path)
  }
  return keys
}
