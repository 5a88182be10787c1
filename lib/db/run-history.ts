import type { Id } from '../ids'
import { pool } from './client'

/** What one completed run took. */
export interface RunSample {
  id: Id
  definitionId: Id
  tokens: number
  /** null: nobody said what one of its calls cost. */
  usd: number | null
}

/** The last completed runs of a workflow that were started afresh: a retry or fork has only a part of the work. */
export async function readRunSamples(of: { teamId: Id; workflowId: Id; limit: number }): Promise<RunSample[]> {
  const { rows } = await pool().query<RunSample>({
    name: 'run-samples',
    text: `SELECT r.id, r.definition_id AS "definitionId", r.tokens,
             CASE WHEN r.tokens = 0 OR NOT EXISTS (
               SELECT FROM run_events e WHERE e.run_id = r.id AND e.type = 'llm_called' AND e.data -> 'usage' ->> 'cost_usd' IS NULL)
             THEN r.cost_usd::float8 END AS usd
           FROM runs r
          WHERE r.workflow_id = $2 AND r.team_id = $1 AND r.status = 'completed' AND r.source_run_id IS NULL
          ORDER BY r.created_at DESC, r.id DESC LIMIT $3`,
    values: [of.teamId, of.workflowId, of.limit],
  })
  return rows
}

/**
 * Seconds in which at least one node of a run was at work, by run. What a node waited for people, programs, the clock or its
 * next attempt is taken out; nodes in `containers` only hold others and do not count themselves.
 */
export async function readBusySeconds(runIds: readonly Id[], containers: readonly string[]): Promise<Map<Id, number>> {
  const { rows } = await pool().query<{ id: Id; seconds: number }>({
    name: 'busy-seconds',
    text: `
      WITH worked AS (
        SELECT n.run_id, tstzmultirange(tstzrange(n.started_at, n.ended_at)) - coalesce((
          SELECT range_agg(tstzrange(w.created_at, greatest(w.created_at, w.resolved_at))) FROM waits w
           WHERE w.run_id = n.run_id AND w.node_key = n.node_key AND w.kind <> 'child' AND w.resolved_at IS NOT NULL), '{}') AS spans
          FROM node_runs n
         WHERE n.run_id = ANY ($1) AND n.started_at <= n.ended_at AND NOT n.node_id = ANY ($2)
      ), together AS (
        SELECT run_id, range_agg(spans) AS spans FROM worked GROUP BY run_id
      )
      SELECT t.run_id AS id, coalesce((
        SELECT sum(extract(epoch FROM upper(s) - lower(s))) FROM unnest(t.spans) AS s), 0)::float8 AS seconds
        FROM together t`,
    values: [runIds, containers],
  })
  return new Map(rows.map((row) => [row.id, row.seconds]))
}
