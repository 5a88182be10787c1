'use client'

import { cn } from '@/components/ui/cn'
import { formatDuration } from '@/components/ui/format'
import { Tooltip } from '@/components/ui/tooltip'
import { pathText } from '../describe-event'
import type { Lane, Span } from '../timeline'
import { type Bar, barsOf } from './bars'
import type { TimeScale } from './time-scale'
import { percent } from './timeline-axis'

/** What happened on one line of the chart. */
export function Bars(props: {
  lane: Lane
  scale: TimeScale
  endMs: number
  name: string
  onSelect: (key: string) => void
}) {
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
  if (span.container !== undefined && span.outcome === 'open') return 'bg-running/35'
  if (span.container !== undefined && span.outcome === 'succeeded') return 'bg-success/45'
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
  if (span.kind === 'callback') return 'waited for a callback'
  if (span.kind === 'child') return 'waited for its run'
  const words = {
    open: 'running',
    succeeded: 'succeeded',
    failed: 'failed',
    retrying: 'failed',
    cancelled: 'cancelled',
  }
  return span.attempt > 1 ? `${words[span.outcome]}, attempt ${span.attempt}` : words[span.outcome]
}
