import type { RunEvent } from '../engine/events'
import { SEGMENT_EVENTS } from '../engine/segments'
import type { Id } from '../ids'
import { pool } from './client'
import type { StoredPayload } from './payloads'

/** The events of a run that its segments are made of. */
export async function readSegmentEvents(runId: Id): Promise<RunEvent[]> {
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
export async function readStoredOutputs(runId: Id, keys: readonly string[]) {
  const { rows } = await pool().query<{ key: string; output: StoredPayload | null }>({
    name: 'stored-outputs',
    text: `SELECT node_key AS key, output FROM node_runs WHERE run_id = $1 AND node_key = ANY ($2)`,
    values: [runId, keys],
  })
  return new Map(rows.map(({ key, output }) => [key, { output }]))
}
