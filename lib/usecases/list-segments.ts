import type { Payload, Segment } from '../api/contracts/runs'
import type { Principal } from '../auth/principal'
import { badCursor } from '../db/cursor'
import type { StoredPayload } from '../db/payloads'
import { findRun, type RunDetailRow } from '../db/run-reads'
import { readSegmentEvents, readStoredOutputs } from '../db/run-segments'
import { readHumanWaits, type WaitRow } from '../db/waits'
import { type Segment as Span, segmentsOf } from '../engine/segments'
import type { Id } from '../ids'
import { noSuchRun } from './get-run'

/** Pairs of what a run was given and what it gave back or asked next, in order. Throws `not_found`. */
export async function listSegments(of: {
  principal: Principal
  runId: Id
  limit: number
  cursor?: string
}): Promise<{ items: Segment[]; next_cursor: string | null }> {
  const from = of.cursor === undefined ? 0 : placeOf(of.cursor)
  const run = await findRun({ teamId: of.principal.team.id, runId: of.runId })
  if (run === undefined) throw noSuchRun()
  const spans = segmentsOf(await readSegmentEvents(of.runId))
  const page = spans.slice(from, from + of.limit)
  const keys = page.flatMap((span) => span.answers.map((answer) => answer.nodeKey))
  const outputs = keys.length === 0 ? new Map() : await readStoredOutputs(of.runId, keys)
  const asked = page.some((span) => span.waits.length > 0) ? await readHumanWaits(of.runId) : []
  const waits = new Map(asked.map((wait) => [wait.id, wait]))
  return {
    items: page.map((span) => present(span, run, outputs, waits)),
    next_cursor: from + of.limit < spans.length ? String(from + of.limit) : null,
  }
}

function placeOf(cursor: string): number {
  if (!/^[1-9]\d{0,8}$/.test(cursor)) throw badCursor()
  return Number(cursor)
}

function present(
  span: Span,
  run: RunDetailRow,
  outputs: ReadonlyMap<string, { output: StoredPayload | null }>,
  waits: ReadonlyMap<Id, WaitRow>,
): Segment {
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
function inputOf(span: Span, outputs: ReadonlyMap<string, { output: StoredPayload | null }>): Payload | null {
  const given = span.answers.map(({ nodeId, nodeKey }) => ({ nodeId, found: outputs.get(nodeKey) }))
  const [first] = given
  if (!first) return null
  if (given.length === 1) return payloadOf(first.found?.output ?? null)
  return inline(Object.fromEntries(given.map(({ nodeId, found }) => [nodeId, payloadOf(found?.output ?? null)])))
}

function outputOf(span: Span, waits: ReadonlyMap<Id, WaitRow>): Payload | null {
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

function payloadOf(stored: StoredPayload | null): Payload | null {
  if (stored === null) return null
  return 'blob' in stored ? { blob_id: stored.blob, bytes: stored.bytes } : inline(stored.value)
}

function inline(value: unknown): Payload {
  return { value, bytes: Buffer.byteLength(JSON.stringify(value ?? null)) }
}
