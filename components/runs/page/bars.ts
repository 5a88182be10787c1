import type { Lane, Span } from '../timeline'
import type { TimeScale } from './time-scale'

/** One bar of the chart: a span, or several that lie so close that they could not be told apart. */
export interface Bar {
  from: number
  to: number
  /** The first of them. */
  span: Span
  count: number
}

/** Closer together than this share of the axis, bars of the same look become one: a loop of 5 000 visits is 250 bars. */
const MERGED_SHARE = 0.004

/** The bars of a lane, in order. */
export function barsOf(lane: Lane, scale: TimeScale, endMs: number): Bar[] {
  const bars: Bar[] = []
  for (const span of lane.spans) {
    const from = scale.place(span.startMs)
    const to = scale.place(span.endMs ?? endMs)
    const last = bars.at(-1)
    const looksSame = last !== undefined && last.span.kind === span.kind && last.span.outcome === span.outcome
    if (looksSame && from - last.from < MERGED_SHARE && to - last.from < 2 * MERGED_SHARE) {
      last.to = Math.max(last.to, to)
      last.count += 1
    } else bars.push({ from, to, span, count: 1 })
  }
  return bars
}
