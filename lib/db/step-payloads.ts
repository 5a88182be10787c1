import type { Failure } from '../engine/events'
import type { Id } from '../ids'
import { pool } from './client'
import type { StoredPayload } from './payloads'

export interface StepPayloadRow {
  key: string
  input: StoredPayload | null
  output: StoredPayload | null
  error: Failure | null
}

/** What nodes were given and what they gave back, as it is stored, by key. The caller has found the run in the team. */
export async function readStepPayloads(runId: Id, keys: readonly string[]): Promise<Map<string, StepPayloadRow>> {
  const { rows } = await pool().query<StepPayloadRow>({
    name: 'step-payloads',
    text: 'SELECT node_key AS key, input, output, error FROM node_runs WHERE run_id = $1 AND node_key = ANY ($2)',
    values: [runId, keys],
  })
  return new Map(rows.map((row) => [row.key, row]))
}
