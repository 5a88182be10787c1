import type { RunEvent, RunStatus } from '../engine/events'
import { SEGMENT_EVENTS, type Segment as Span, segmentsOf } from '../engine/segments'
import type { Id } from '../ids'
import { pool } from './client'
import type { StoredPayload } from './payloads'
import { readHumanWaits, type WaitRow } from './waits'

/** A value of a segment: inline, or by reference when it is over 256 KiB. */
export type PlainPayload = { value?: unknown; blob_id?: Id; bytes: number }

/** What a run was given and what it gave back or asked next, in one stretch of execution. */
export interface RunSegment {
  turn: number
  input: PlainPayload | null
  output: PlainPayload | null
  messages: { text: string; state: Record<string, unknown> | null }[]
  status: RunStatus | null
  started_at: string
  ended_at: string | null
}

/** Segments of a run in order, from the place `from`; `total`: how many there are. The caller has found the run in the team. */
export async function readSegments(
  run: { id: Id; input: unknown; output: StoredPayload | null },
  from: number,
  limit: number,
): Promise<{ items: RunSegment[]; total: number }> {
  const spans = segmentsOf(await readSegmentEvents(run.id))
  const page = spans.slice(from, from + limit)
  const keys = page.flatMap((span) => span.answers.map((answer) => answer.nodeKey))
  const outputs = keys.length === 0 ? new Map() : await readStoredOutputs(run.id, keys)
  const asked = page.some((span) => span.waits.length > 0) ? await readHumanWaits(run.id) : []
  const waits = new Map(asked.map((wait) => [wait.id, wait]))
  return { items: page.map((span) => segmentOf(span, run, outputs, waits)), total: spans.length }
}

/** The events of a run that its segments are made of. */
async function readSegmentEvents(runId: Id): Promise<RunEvent[]> {
  const { rows } = await pool().query<{ seq: number; type: string; data: object; at: Date }>({
    name: 'segment-events',
    text: `SELECT seq, type, data, at FROM run_events WHERE run_id = $1 AND type = ANY ($2)
             AND (type NOT IN ('node_waiting', 'timer_fired') OR data ->> 'kind' IN ('approval', 'input')) ORDER BY seq`,
    values: [runId, SEGMENT_EVENTS],
  })
  // What the database holds was written from a RunEvent.
  return rows.map((row) => ({ ...row.data, seq: row.seq, type: row.type, at: row.at.toISOString() }) as RunEvent)
}

/** Outputs of nodes as they are stored, by key. */
async function readStoredOutputs(runId: Id, keys: readonly string[]) {
  const { rows } = await pool().query<{ key: string; output: StoredPayload | null }>({
    name: 'stored-outputs',
    text: `SELECT node_key AS key, output FROM node_runs WHERE run_id = $1 AND node_key = ANY ($2)`,
    values: [runId, keys],
  })
  return new Map(rows.map(({ key, output }) => [key, { output }]))
}

function segmentOf(
  span: Span,
  run: { input: unknown; output: StoredPayload | null },
  outputs: ReadonlyMap<string, { output: StoredPayload | null }>,
  waits: ReadonlyMap<Id, WaitRow>,
): RunSegment {
  return {
    turn: span.turn,
    input: span.isFirst ? inline(run.input) : inputOf(span, outputs),
    output: span.endedAs === 'completed' ? payloadOf(run.output) : outputOf(span, waits),
    messages: span.messages.map(({ text, state }) => ({ text, state: state ?? null })),
    status: span.endedAs ?? null,
    started_at: span.startedAt,
    ended_at: span.endedAt ?? null,
  }
}

/** One answer is the input itself; of several each stands under the id of its node. */
function inputOf(span: Span, outputs: ReadonlyMap<string, { output: StoredPayload | null }>): PlainPayload | null {
  const given = span.answers.map(({ nodeId, nodeKey }) => ({ nodeId, found: outputs.get(nodeKey) }))
  const [first] = given
  if (!first) return null
  if (given.length === 1) return payloadOf(first.found?.output ?? null)
  return inline(Object.fromEntries(given.map(({ nodeId, found }) => [nodeId, payloadOf(found?.output ?? null)])))
}

function outputOf(span: Span, waits: ReadonlyMap<Id, WaitRow>): PlainPayload | null {
  if (span.failure) return inline({ error: span.failure })
  if (span.waits.length === 0) return null
  return inline({
    waiting_for: span.waits.flatMap((id) => {
      const wait = waits.get(id)
      if (!wait) return []
      const { title, prompt, shown } = wait.request
      return [
        {
          wait_id: id,
          node_id: wait.nodeId,
          path: wait.path,
          kind: wait.kind,
          title: title ?? prompt ?? '',
          shown: shown ?? null,
        },
      ]
    }),
  })
}

function payloadOf(stored: StoredPayload | null): PlainPayload | null {
  if (stored === null) return null
  return 'blob' in stored ? { blob_id: stored.blob, bytes: stored.bytes } : inline(stored.value)
}

function inline(value: unknown): PlainPayload {
  return { value, bytes: Buffer.byteLength(JSON.stringify(value ?? null)) }
}
