import type { Id } from '../ids'
import { pool } from './client'

/** What the calls of one model add up to. */
export interface ModelUsageRow {
  provider: string
  model: string
  calls: number
  inputTokens: number
  outputTokens: number
  latencyMs: number
  /** null: nobody said what one of the calls cost. */
  costUsd: number | null
}

/** The calls of a run and of the runs of its sub-workflows, by model, those with most tokens first. The caller has found the run in the team. */
export async function readRunUsage(runId: Id): Promise<ModelUsageRow[]> {
  const { rows } = await pool().query<ModelUsageRow>({
    name: 'run-usage',
    text: `
      WITH RECURSIVE family AS (
        SELECT $1::uuid AS id
        UNION ALL
        SELECT r.id FROM family f JOIN runs r ON r.parent_run_id = f.id
      ), calls AS (
        SELECT e.data -> 'usage' AS u FROM family f JOIN run_events e ON e.run_id = f.id AND e.type = 'llm_called'
      )
      SELECT u ->> 'provider' AS provider, u ->> 'model' AS model, count(*)::int AS calls,
        sum((u ->> 'input_tokens')::float8) AS "inputTokens", sum((u ->> 'output_tokens')::float8) AS "outputTokens",
        sum((u ->> 'latency_ms')::float8) AS "latencyMs",
        CASE WHEN count(u ->> 'cost_usd') = count(*) THEN sum((u ->> 'cost_usd')::float8) END AS "costUsd"
      FROM calls GROUP BY 1, 2
      ORDER BY sum((u ->> 'input_tokens')::float8 + (u ->> 'output_tokens')::float8) DESC, 1, 2`,
    values: [runId],
  })
  return rows
}
