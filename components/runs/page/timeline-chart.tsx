'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { useDeferredValue, useMemo, useRef, useState } from 'react'
import { cn } from '@/components/ui/cn'
import { formatDuration } from '@/components/ui/format'
import { Label } from '@/components/ui/label'
import { Switch } from '@/components/ui/switch'
import { Tooltip } from '@/components/ui/tooltip'
import { useNow } from '@/components/ui/use-now'
import type { RunEvent } from '@/lib/engine/events'
import { pathText } from '../describe-event'
import { type Lane, type Span, timelineOf } from '../timeline'
import { type Bar, barsOf } from './bars'
import { type TimeScale, timeScale } from './time-scale'
import { Axis, Backdrop, Legend, percent } from './timeline-axis'

export interface TimelineChartProps {
  /** The log, in order of `seq`. */
  events: readonly RunEvent[]
  nameOf: (nodeId: string) => string
  selectedNodeId: string | undefined
  onSelect: (nodeKey: string) => void
}

const ROW_PX = 28
/** From this share of waiting on, the axis is folded at first. */
const FOLD_FROM = 0.6

/** When each node worked and waited: a lane per node, side by side where it ran in parallel. */
export function TimelineChart({ events, nameOf, selectedNodeId, onSelect }: TimelineChartProps) {
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
  const rows = useVirtualizer({
    count: timeline.lanes.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  })
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
            const lane = timeline.lanes[row.index]
            if (!lane) return null
            const isFirst = timeline.lanes[row.index - 1]?.nodeId !== lane.nodeId
            return (
              <div
                key={row.key}
                className={cn(
                  'absolute inset-x-0 flex items-center',
                  selectedNodeId === lane.nodeId ? 'bg-primary-soft/60' : 'hover:bg-muted/50',
                )}
                style={{ height: ROW_PX, transform: `translateY(${row.start}px)` }}
              >
                <button
                  type="button"
                  onClick={() => onSelect(lane.nodeId)}
                  className="h-full w-28 shrink-0 truncate pl-3 text-left text-xs hover:text-primary focus-visible:-outline-offset-2 sm:w-44"
                >
                  <span className={isFirst ? '' : 'sr-only'}>{nameOf(lane.nodeId)}</span>
                </button>
                <div className="relative mr-3 h-full flex-1">
                  <Bars lane={lane} scale={scale} endMs={endMs} name={nameOf(lane.nodeId)} onSelect={onSelect} />
                  {timeline.retries
                    .filter((retry) => retry.lane === row.index)
                    .map((retry) => (
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

function Bars(props: { lane: Lane; scale: TimeScale; endMs: number; name: string; onSelect: (key: string) => void }) {
  const { lane, scale, endMs, name, onSelect } = props
  return barsOf(lane, scale, endMs).map((bar) => (
    <Tooltip key={bar.span.seq} content={<BarText bar={bar} endMs={endMs} name={name} />}>
      <button
        type="button"
        tabIndex={-1}
        aria-label={`${name}, ${barWords(bar)}`}
        onClick={() => onSelect(bar.span.key)}
        className={cn('absolute top-1/2 h-3.5 min-w-[3px] -translate-y-1/2 rounded-[3px]', barClass(bar.span))}
        style={{ left: percent(bar.from), width: percent(bar.to - bar.from) }}
      />
    </Tooltip>
  ))
}

function barClass(span: Span): string {
  if (span.kind !== 'work') {
    const hatch =
      'border bg-[repeating-linear-gradient(-45deg,transparent,transparent_3px,currentColor_3px,currentColor_4px)]'
    return cn(
      hatch,
      span.kind === 'retry' || span.kind === 'timer'
        ? 'border-border-strong text-border-strong'
        : 'border-waiting/50 text-waiting/45',
    )
  }
  if (span.outcome === 'open') return 'bg-running motion-safe:animate-pulse'
  if (span.outcome === 'failed' || span.outcome === 'retrying') return 'bg-failure'
  return span.outcome === 'cancelled' ? 'bg-cancelled/60' : 'bg-success'
}

function BarText({ bar, endMs, name }: { bar: Bar; endMs: number; name: string }) {
  const { span } = bar
  const place = pathText(span.path)
  return (
    <span className="grid gap-0.5">
      <span>
        {name}
        {place ? `, ${place}` : ''}
      </span>
      <span className="font-normal tabular-nums opacity-80">
        {barWords(bar)}
        {bar.count > 1 ? '' : `, ${formatDuration((span.endMs ?? endMs) - span.startMs)}`}
      </span>
    </span>
  )
}

function barWords({ span, count }: Bar): string {
  return count > 1 ? `${spanWords(span)}, and ${count - 1} more like it` : spanWords(span)
}

function spanWords(span: Span): string {
  if (span.kind === 'approval') return 'waited for a decision'
  if (span.kind === 'input') return 'waited for an answer'
  if (span.kind === 'timer') return 'waited for the time'
  if (span.kind === 'retry') return 'paused before the next attempt'
  const words = {
    open: 'running',
    succeeded: 'succeeded',
    failed: 'failed',
    retrying: 'failed',
    cancelled: 'cancelled',
  }
  return span.attempt > 1 ? `${words[span.outcome]}, attempt ${span.attempt}` : words[span.outcome]
}
