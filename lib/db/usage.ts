import type { Id } from '../ids'
import { pool } from './client'

/** By what runs are put together. `all`: everything in one. */
export type UsageGrouping = 'all' | 'day' | 'workflow' | 'model' | 'provider' | 'key' | 'agent'

/** What a group of runs came to, and what their calls of models used. */
export interface UsageRow {
  /** null: runs without a key or agent. */
  key: string | null
  name: string | null
  runs: number
  completed: number
  failed: number
  cancelled: number
  timedOut: number
  aborted: number
  skipped: number
  open: number
  /** Of runs that ended, from start to end without what was waited for. */
  activeSeconds: number
  calls: number
  /** Calls of models whose price nobody said. */
  unpricedCalls: number
  inputTokens: number
  outputTokens: number
  costUsd: number
  latencyMs: number
}

interface Group {
  /** Of a run, or of a call where it is one of models. */
  key: string
  isOfCalls?: true
  name: string
}

const GROUPS: Record<UsageGrouping, Group> = {
  all: { key: `''`, name: 'NULL::text' },
  day: { key: `to_char(r.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`, name: 'NULL::text' },
  workflow: { key: 'r.workflow_id::text', name: '(SELECT w.name FROM workflows w WHERE w.id::text = g.key)' },
  key: { key: 'r.api_key_id::text', name: '(SELECT k.name FROM api_keys k WHERE k.id::text = g.key)' },
  agent: { key: 'r.agent_id::text', name: '(SELECT a.name FROM agents a WHERE a.id::text = g.key)' },
  model: { key: `(c.u ->> 'provider') || '/' || (c.u ->> 'model')`, isOfCalls: true, name: 'NULL::text' },
  provider: { key: `c.u ->> 'provider'`, isOfCalls: true, name: 'NULL::text' },
}

/** Groups of the runs of a team that were made in a time, those with most runs first; days in order. */
export async function readUsage(of: { teamId: Id; from: Date; to: Date; groupBy: UsageGrouping }): Promise<UsageRow[]> {
  const { rows } = await pool().query<UsageRow>({
    name: `usage-${of.groupBy}`,
    text: sqlFor(of.groupBy),
    values: [of.teamId, of.from, of.to],
  })
  return rows
}

function sqlFor(groupBy: UsageGrouping): string {
  const { key, isOfCalls, name } = GROUPS[groupBy]
  const runKey = isOfCalls ? 'NULL::text' : key
  const grouped = isOfCalls
    ? 'SELECT DISTINCT l.key, r.id FROM called l JOIN chosen r ON r.id = l.id'
    : 'SELECT r.key, r.id FROM chosen r'
  const ended = (status: string) => `count(*) FILTER (WHERE r.status = '${status}')::int`
  return `
WITH chosen AS MATERIALIZED (
  SELECT r.id, r.status::text AS status, r.started_at, r.ended_at, r.tokens, ${runKey} AS key
    FROM runs r WHERE r.team_id = $1 AND r.created_at >= $2 AND r.created_at < $3
), called AS (
  SELECT c.id, ${isOfCalls ? key : 'c.key'} AS key, c.u
    FROM (SELECT r.id, r.key, e.data -> 'usage' AS u FROM chosen r JOIN run_events e ON e.run_id = r.id AND e.type = 'llm_called'
           WHERE r.tokens > 0) c
), of_calls AS (
  SELECT key, count(*)::int AS calls, (count(*) - count(u ->> 'cost_usd'))::int AS unpriced,
         sum((u ->> 'input_tokens')::float8) AS input_tokens, sum((u ->> 'output_tokens')::float8) AS output_tokens,
         coalesce(sum((u ->> 'cost_usd')::float8), 0) AS cost_usd, sum((u ->> 'latency_ms')::float8) AS latency_ms
    FROM called GROUP BY key
), waited AS (
  SELECT run_id, sum(extract(epoch FROM upper(part) - lower(part))) AS seconds
    FROM (SELECT w.run_id, unnest(range_agg(tstzrange(w.created_at, greatest(w.created_at, w.resolved_at)))) AS part
            FROM chosen r JOIN waits w ON w.run_id = r.id AND w.resolved_at IS NOT NULL WHERE r.ended_at IS NOT NULL GROUP BY w.run_id) p
   GROUP BY run_id
), of_runs AS (
  SELECT g.key, count(*)::int AS runs, ${ended('completed')} AS completed, ${ended('failed')} AS failed,
         ${ended('cancelled')} AS cancelled, ${ended('timed_out')} AS timed_out, ${ended('aborted_looping_risk')} AS aborted,
         ${ended('skipped')} AS skipped, count(*) FILTER (WHERE r.ended_at IS NULL)::int AS open,
         coalesce(sum(greatest(0, extract(epoch FROM r.ended_at - r.started_at) - coalesce(w.seconds, 0))), 0)::float8 AS active_seconds
    FROM (${grouped}) g JOIN chosen r ON r.id = g.id LEFT JOIN waited w ON w.run_id = g.id
   GROUP BY g.key
)
SELECT g.key, ${name} AS name, g.runs, g.completed, g.failed, g.cancelled, g.timed_out AS "timedOut", g.aborted, g.skipped, g.open,
       g.active_seconds AS "activeSeconds", coalesce(c.calls, 0) AS calls, coalesce(c.unpriced, 0) AS "unpricedCalls",
       coalesce(c.input_tokens, 0) AS "inputTokens", coalesce(c.output_tokens, 0) AS "outputTokens",
       coalesce(c.cost_usd, 0) AS "costUsd", coalesce(c.latency_ms, 0) AS "latencyMs"
  FROM of_runs g LEFT JOIN of_calls c ON c.key IS NOT DISTINCT FROM g.key
 ORDER BY ${groupBy === 'day' ? 'g.key' : 'g.runs DESC, g.key'}`
}

/** What a project paid for models since midnight (UTC). */
export interface ProjectDayRow {
  id: Id
  name: string
  costUsd: number
}

/** The projects of a team that paid something today, the most first. */
export async function readProjectDays(teamId: Id): Promise<ProjectDayRow[]> {
  const { rows } = await pool().query<ProjectDayRow>({
    name: 'project_days',
    text: `
      SELECT p.id, p.name, sum((e.data -> 'usage' ->> 'cost_usd')::float8) AS "costUsd"
        FROM run_events e JOIN runs r ON r.id = e.run_id JOIN workflows w ON w.id = r.workflow_id JOIN projects p ON p.id = w.project_id
       WHERE e.team_id = $1 AND e.at >= date_trunc('day', now(), 'UTC') AND e.type = 'llm_called'
         AND (e.data -> 'usage' ->> 'cost_usd')::float8 > 0
       GROUP BY p.id, p.name ORDER BY "costUsd" DESC, p.id`,
    values: [teamId],
  })
  return rows
}
