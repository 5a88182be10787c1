'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { Hourglass } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { cn } from '@/components/ui/cn'
import { formatDuration } from '@/components/ui/format'
import { Label } from '@/components/ui/label'
import { Switch } from '@/components/ui/switch'
import { Tooltip } from '@/components/ui/tooltip'
import { useNow } from '@/components/ui/use-now'
import { pathText } from '../describe-event'
import type { Lane, Span, Timeline } from '../timeline'
import { ticksOf } from '../timeline'
import { type TimeScale, timeScale } from './time-scale'

export interface TimelineChartProps {
  timeline: Timeline
  nameOf: (nodeId: string) => string
  selectedNodeId: string | undefined
  onSelect: (nodeKey: string) => void
}

const ROW_PX = 28
/** What a label takes of the axis on a narrow screen. */
const LABEL_SHARE = 0.18
/** From this share of waiting on, the axis is folded at first. */
const FOLD_FROM = 0.6

/** When each node worked and waited: a lane per node, side by side where it ran in parallel. */
export function TimelineChart({ timeline, nameOf, selectedNodeId, onSelect }: TimelineChartProps) {
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
  return lane.spans.map((span) => {
    const from = scale.place(span.startMs)
    const to = scale.place(span.endMs ?? endMs)
    return (
      <Tooltip key={`${span.key} ${span.seq}`} content={<SpanText span={span} endMs={endMs} name={name} />}>
        <button
          type="button"
          tabIndex={-1}
          aria-label={`${name}, ${spanWords(span)}`}
          onClick={() => onSelect(span.key)}
          className={cn('absolute top-1/2 h-3.5 min-w-[3px] -translate-y-1/2 rounded-[3px]', barClass(span))}
          style={{ left: percent(from), width: percent(to - from) }}
        />
      </Tooltip>
    )
  })
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

function SpanText({ span, endMs, name }: { span: Span; endMs: number; name: string }) {
  const place = pathText(span.path)
  return (
    <span className="grid gap-0.5">
      <span>
        {name}
        {place ? `, ${place}` : ''}
      </span>
      <span className="font-normal tabular-nums opacity-80">
        {spanWords(span)}, {formatDuration((span.endMs ?? endMs) - span.startMs)}
      </span>
    </span>
  )
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

function Legend() {
  return (
    <div className="flex items-center gap-3 max-sm:hidden">
      <span className="flex items-center gap-1.5">
        <span aria-hidden className="h-2.5 w-4 rounded-[3px] bg-success" /> worked
      </span>
      <span className="flex items-center gap-1.5">
        <span
          aria-hidden
          className="h-2.5 w-4 rounded-[3px] border border-waiting/50 bg-[repeating-linear-gradient(-45deg,transparent,transparent_3px,currentColor_3px,currentColor_4px)] text-waiting/45"
        />
        waited
      </span>
      <span className="flex items-center gap-1.5">
        <span aria-hidden className="h-3 w-0.5 rounded-full bg-failure" /> attempt failed
      </span>
    </div>
  )
}

function Axis({ scale, timeline, endMs }: { scale: TimeScale; timeline: Timeline; endMs: number }) {
  const isFolded = scale.folded.length > 0
  const ticks = isFolded ? [] : ticksOf(endMs - timeline.startMs, 6)
  return (
    <div className="relative mr-3 flex-1 tabular-nums">
      {ticks.map((tick) => (
        <span
          key={tick}
          className="absolute top-1 whitespace-nowrap"
          style={{
            left: percent(scale.place(timeline.startMs + tick)),
            transform: `translateX(-${Math.round(scale.place(timeline.startMs + tick) * 100)}%)`,
          }}
        >
          {tick === 0 ? '0' : formatDuration(tick)}
        </span>
      ))}
      {labelled(scale.folded).map((stretch) => (
        <span
          key={stretch.from}
          className="absolute top-1 flex items-center gap-1 whitespace-nowrap"
          // Centred on its stretch, but never over an edge of the axis.
          style={{
            left: percent((stretch.from + stretch.to) / 2),
            transform: `translateX(-${Math.round(((stretch.from + stretch.to) / 2) * 100)}%)`,
          }}
        >
          <Hourglass aria-hidden className="size-3" />
          {formatDuration(stretch.durationMs)}
        </span>
      ))}
    </div>
  )
}

/** Folded stretches worth a label: long enough to be asked about, and far enough from the label before. */
function labelled(folded: TimeScale['folded']): TimeScale['folded'] {
  const shown: TimeScale['folded'] = []
  for (const stretch of folded) {
    const last = shown.at(-1)
    const isFree = last === undefined || (stretch.from + stretch.to - last.from - last.to) / 2 > LABEL_SHARE
    if (stretch.durationMs >= 1_000 && isFree) shown.push(stretch)
  }
  return shown
}

/** Grid lines, folded stretches, pauses and takeovers behind the lanes. */
function Backdrop({ scale, timeline, endMs }: { scale: TimeScale; timeline: Timeline; endMs: number }) {
  const ticks = scale.folded.length > 0 ? [] : ticksOf(endMs - timeline.startMs, 6)
  return (
    <>
      {ticks.map((tick) => (
        <span
          key={tick}
          className="absolute inset-y-0 w-px bg-border"
          style={{ left: percent(scale.place(timeline.startMs + tick)) }}
        />
      ))}
      {scale.folded.map((stretch) => (
        <span
          key={stretch.from}
          className="absolute inset-y-0 border-border border-x border-dashed bg-muted/60"
          style={{ left: percent(stretch.from), width: percent(stretch.to - stretch.from) }}
        />
      ))}
      {timeline.pauses.map((pause) => (
        <span
          key={pause.startMs}
          className="absolute inset-y-0 bg-paused-soft"
          style={{
            left: percent(scale.place(pause.startMs)),
            width: percent(scale.place(pause.endMs ?? endMs) - scale.place(pause.startMs)),
          }}
        />
      ))}
      {timeline.recoveries.map((recovery) => (
        <span
          key={recovery.atMs}
          className="absolute inset-y-0 border-paused border-l border-dashed"
          style={{ left: percent(scale.place(recovery.atMs)) }}
        />
      ))}
    </>
  )
}

const percent = (share: number) => `${(share * 100).toFixed(3)}%`
