import { nodeKey, type RunEvent, type WaitKind } from '@/lib/engine/events'

/** One stretch of a node's life on the time axis. An open end is still going on. */
export interface Span {
  key: string
  nodeId: string
  path: readonly string[]
  attempt: number
  kind: 'work' | WaitKind
  startMs: number
  endMs: number | undefined
  outcome: 'open' | 'succeeded' | 'failed' | 'retrying' | 'cancelled'
  /** The event that opened it, for selecting it in the log. */
  seq: number
  /** A container: what it does is done by the steps inside it. */
  container?: 'forEach' | 'while'
}

/** One line of the chart: spans of one node that do not overlap. A node that runs in parallel with itself has several. */
export interface Lane {
  nodeId: string
  spans: Span[]
}

export interface Timeline {
  startMs: number
  /** The last event; a run that goes on is drawn to the present. */
  lastMs: number
  ended: boolean
  lanes: Lane[]
  /** In the order in which they began. */
  spans: Span[]
  /** Where an attempt failed and another one followed. */
  retries: { key: string; nodeId: string; lane: number; atMs: number; attempt: number; message: string }[]
  /** Stretches in which the run was paused by somebody. */
  pauses: { startMs: number; endMs: number | undefined }[]
  /** Where another worker took over. */
  recoveries: { atMs: number }[]
}

const ENDINGS: ReadonlySet<RunEvent['type']> = new Set([
  'run_completed',
  'run_failed',
  'run_cancelled',
  'run_timed_out',
  'run_aborted',
])

/** Lays the log of a run out in time. Pure; events in order of `seq`. */
export function timelineOf(events: readonly RunEvent[]): Timeline {
  const spans: Span[] = []
  const open = new Map<string, Span>()
  const retries: { key: string; nodeId: string; atMs: number; attempt: number; message: string }[] = []
  const pauses: Timeline['pauses'] = []
  const recoveries: Timeline['recoveries'] = []
  let ended = false

  const close = (key: string, atMs: number, outcome: Span['outcome']) => {
    const span = open.get(key)
    if (!span) return undefined
    span.endMs = Math.max(atMs, span.startMs)
    span.outcome = outcome
    open.delete(key)
    return span
  }
  const begin = (event: Extract<RunEvent, { node_id: string; path: string[]; attempt: number }>, span: SpanStart) => {
    const key = nodeKey(event.path, event.node_id)
    close(key, span.startMs, 'succeeded')
    const full: Span = {
      key,
      nodeId: event.node_id,
      path: event.path,
      attempt: event.attempt,
      endMs: undefined,
      outcome: 'open',
      seq: event.seq,
      ...span,
    }
    spans.push(full)
    open.set(key, full)
    return full
  }

  for (const event of events) {
    const atMs = Date.parse(event.at)
    switch (event.type) {
      case 'node_started':
        begin(event, { kind: 'work', startMs: atMs })
        break
      case 'container_started':
        begin(event, { kind: 'work', startMs: atMs }).container = event.container
        break
      case 'node_waiting':
        begin(event, { kind: event.kind, startMs: atMs })
        break
      case 'node_succeeded':
      case 'node_failed': {
        const key = nodeKey(event.path, event.node_id)
        const outcome =
          event.type === 'node_succeeded' || event.port !== undefined
            ? 'succeeded'
            : event.retry
              ? 'retrying'
              : 'failed'
        // An inline node has no start event: its one event says when it began.
        if (!open.has(key)) begin(event, { kind: 'work', startMs: Math.min(Date.parse(event.started_at), atMs) })
        close(key, atMs, event.type === 'node_failed' && event.port !== undefined ? 'failed' : outcome)
        if (event.type === 'node_failed' && event.retry) {
          const { attempt, error } = event
          retries.push({ key, nodeId: event.node_id, atMs, attempt, message: error.message })
        }
        break
      }
      case 'timer_fired':
      case 'input_received':
      case 'approval_decided':
      case 'callback_received':
        close(nodeKey(event.path, event.node_id), atMs, 'succeeded')
        break
      case 'child_ended':
        close(
          nodeKey(event.path, event.node_id),
          atMs,
          event.status === 'completed' ? 'succeeded' : event.status === 'cancelled' ? 'cancelled' : 'failed',
        )
        break
      case 'run_paused':
        pauses.push({ startMs: atMs, endMs: undefined })
        break
      case 'run_resumed':
        endPause(pauses, atMs)
        break
      case 'run_recovered':
        recoveries.push({ atMs })
        break
      default:
        if (ENDINGS.has(event.type)) {
          ended = true
          for (const key of [...open.keys()]) close(key, atMs, 'cancelled')
          endPause(pauses, atMs)
        }
    }
  }

  const lanes = lanesOf(spans)
  const laneOfKey = new Map(lanes.flatMap((lane, index) => lane.spans.map((span) => [span.key, index] as const)))
  const first = events[0]
  const last = events.at(-1)
  return {
    startMs: first ? Date.parse(first.at) : 0,
    lastMs: last ? Date.parse(last.at) : 0,
    ended,
    lanes,
    spans,
    retries: retries.map((retry) => ({ ...retry, lane: laneOfKey.get(retry.key) ?? 0 })),
    pauses,
    recoveries,
  }
}

type SpanStart = Pick<Span, 'kind' | 'startMs'>

function endPause(pauses: Timeline['pauses'], atMs: number) {
  const last = pauses.at(-1)
  if (last && last.endMs === undefined) last.endMs = atMs
}

/** Nodes in the order they first ran; inside a node, each address goes to the first lane that is free when it starts. */
export function lanesOf(spans: readonly Span[]): Lane[] {
  const byNode = new Map<string, Map<string, Span[]>>()
  for (const span of spans) {
    const addresses = byNode.get(span.nodeId) ?? new Map<string, Span[]>()
    addresses.set(span.key, [...(addresses.get(span.key) ?? []), span])
    byNode.set(span.nodeId, addresses)
  }
  return [...byNode].flatMap(([nodeId, addresses]) => {
    const lanes: { lane: Lane; freeAtMs: number }[] = []
    for (const own of addresses.values()) {
      const startMs = own[0]?.startMs ?? 0
      const endMs = own.some((span) => span.endMs === undefined)
        ? Number.POSITIVE_INFINITY
        : Math.max(...own.map((span) => span.endMs ?? 0))
      const free = lanes.find((candidate) => candidate.freeAtMs <= startMs)
      if (free) {
        free.lane.spans.push(...own)
        free.freeAtMs = endMs
      } else lanes.push({ lane: { nodeId, spans: [...own] }, freeAtMs: endMs })
    }
    return lanes.map(({ lane }) => lane)
  })
}

/** Round times for the axis: at most `count` ticks at 1, 2 or 5 of a unit people count in. Milliseconds from the start. */
export function ticksOf(durationMs: number, count: number): number[] {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000]
  const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080, 43_200].map((m) => m * 60_000)
  const step = [...steps, ...minutes].find((candidate) => durationMs / candidate <= count) ?? durationMs
  const ticks: number[] = []
  for (let at = 0; step > 0 && at <= durationMs; at += step) ticks.push(at)
  return ticks
}
