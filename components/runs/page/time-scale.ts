import type { Timeline } from '../timeline'

/** Milliseconds → place on the axis, 0 to 1. */
export interface TimeScale {
  place(atMs: number): number
  /** Stretches drawn shorter than they were, with how long they were. Empty when the scale is true to time. */
  folded: { from: number; to: number; durationMs: number }[]
  /** Share of the run in which nothing but waiting happened. */
  idleShare: number
}

/** A folded stretch is drawn as wide as this share of all the work. */
const FOLDED_SHARE = 0.12
/** Keeps widths above zero in a run whose work took no measurable time. */
const LEAST_WIDTH_MS = 0.05
/** An idle stretch is folded when that makes it at least this many times shorter. */
const FOLD_FACTOR = 3

/**
 * A run that works for two seconds and waits for a person for two days would be two hairlines. With `fold`, long stretches in
 * which no node worked are drawn short, so the work can be seen; without, the axis is true to time.
 */
export function timeScale(timeline: Timeline, endMs: number, fold: boolean): TimeScale {
  const startMs = timeline.startMs
  const lengthMs = Math.max(1, endMs - startMs)
  const busy = busyStretches(timeline, endMs)
  const busyMs = busy.reduce((sum, [from, to]) => sum + (to - from), 0)
  const idleShare = 1 - busyMs / lengthMs
  const straight = (atMs: number) => clamp((atMs - startMs) / lengthMs)
  if (!fold) return { place: straight, folded: [], idleShare }

  const foldedMs = Math.max(LEAST_WIDTH_MS, busyMs * FOLDED_SHARE)
  const pieces: { fromMs: number; toMs: number; widthMs: number; isFolded: boolean }[] = []
  let cursor = startMs
  for (const [from, to] of [...busy, [endMs, endMs] as const]) {
    const gapMs = from - cursor
    const isFolded = gapMs > FOLD_FACTOR * foldedMs
    if (gapMs > 0) pieces.push({ fromMs: cursor, toMs: from, widthMs: isFolded ? foldedMs : gapMs, isFolded })
    if (to > from) pieces.push({ fromMs: from, toMs: to, widthMs: to - from, isFolded: false })
    cursor = to
  }
  const widthMs = Math.max(
    LEAST_WIDTH_MS,
    pieces.reduce((sum, piece) => sum + piece.widthMs, 0),
  )
  let offsetMs = 0
  const placed = pieces.map((piece) => {
    const from = offsetMs / widthMs
    offsetMs += piece.widthMs
    return { ...piece, from, to: offsetMs / widthMs }
  })
  return {
    place: (atMs) => {
      const piece = pieceAt(placed, atMs)
      if (!piece) return 0
      const share = (atMs - piece.fromMs) / Math.max(1, piece.toMs - piece.fromMs)
      return clamp(piece.from + share * (piece.to - piece.from))
    },
    folded: placed
      .filter((piece) => piece.isFolded)
      .map(({ from, to, fromMs, toMs }) => ({ from, to, durationMs: toMs - fromMs })),
    idleShare,
  }
}

/** The first piece that ends at `atMs` or later, else the last. Pieces are in order, so it is looked up by halves. */
function pieceAt<Piece extends { toMs: number }>(pieces: readonly Piece[], atMs: number): Piece | undefined {
  let low = 0
  let high = pieces.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (atMs <= (pieces[middle]?.toMs ?? 0)) high = middle
    else low = middle + 1
  }
  return pieces[low]
}

/** When at least one node worked: merged, in order, inside the run. */
function busyStretches(timeline: Timeline, endMs: number): [number, number][] {
  const work = timeline.spans
    .filter((span) => span.kind === 'work' && span.container === undefined)
    .map((span): [number, number] => [Math.max(span.startMs, timeline.startMs), Math.min(span.endMs ?? endMs, endMs)])
    .filter(([from, to]) => to >= from)
    .sort((a, b) => a[0] - b[0])
  const merged: [number, number][] = []
  for (const [from, to] of work) {
    const last = merged.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

const clamp = (share: number) => Math.min(1, Math.max(0, share))
