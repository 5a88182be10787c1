import { Hourglass } from 'lucide-react'
import { formatDuration } from '@/components/ui/format'
import { type Timeline, ticksOf } from '../timeline'
import type { TimeScale } from './time-scale'

/** What a label takes of the axis on a narrow screen. */
const LABEL_SHARE = 0.18

export const percent = (share: number) => `${(share * 100).toFixed(3)}%`

/** What the bars mean. */
export function Legend() {
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

/** Times, or how long the folded stretches were. */
export function Axis({ scale, timeline, endMs }: { scale: TimeScale; timeline: Timeline; endMs: number }) {
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
export function Backdrop({ scale, timeline, endMs }: { scale: TimeScale; timeline: Timeline; endMs: number }) {
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
