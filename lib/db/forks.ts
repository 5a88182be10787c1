import type { AuditAction } from '../audit-actions'
import type { NewEvent, RunStatus } from '../engine/events'
import type { Id } from '../ids'
import type { AuditBy } from './audit'
import { pool } from './client'
import { localWorker } from './local-worker'
import { NOTIFY_CHANNEL, notifyPayloads, publishLocally, type RunChange } from './notify'
import { recordRunAudit } from './run-audit'
import type { RunVariables } from './runs'
import { wakeTeamsSql } from './runs'
import { asEngine } from './team-context'
import { inTransaction } from './transaction'

/** What is needed of a run to make another one from its results. */
export interface SourceRun {
  id: Id
  teamId: Id
  workflowId: Id
  definitionId: Id
  status: RunStatus
  versionNumber: number | null
  input: unknown
  variables: RunVariables
}

/** A run of the team; undefined when there is none. */
export async function findSourceRun(of: { teamId: Id; runId: Id }): Promise<SourceRun | undefined> {
  const { rows } = await pool().query<SourceRun>({
    name: 'source_run',
    text: `SELECT r.id, r.team_id AS "teamId", r.workflow_id AS "workflowId", r.definition_id AS "definitionId", r.status, r.input,
             r.variables, v.number AS "versionNumber"
           FROM runs r LEFT JOIN workflow_versions v ON v.id = r.version_id WHERE r.id = $1 AND r.team_id = $2`,
    values: [of.runId, of.teamId],
  })
  return rows[0]
}

export interface NewFork {
  id: Id
  source: SourceRun
  trigger: string
  runBy: string
  userId: Id | null
  apiKeyId: Id | null
  input: unknown
  /** The whole log that the run begins with. */
  events: NewEvent[]
  /** Keys of node runs to copy: results, and containers that were opened. */
  keys: string[]
  /** Among them the containers that have not ended. */
  openKeys: string[]
  timeoutMs: number | null
  audit: { by: AuditBy; action: AuditAction; details: Record<string, unknown> }
}

/** Makes a run that begins with results of another, queued: rows, log and copies in one transaction. */
export async function insertFork(fork: NewFork): Promise<void> {
  const { id, source } = fork
  const at = new Date().toISOString()
  const events = fork.events.map((event, index) => ({ ...event, seq: index + 1, at }))
  const change: RunChange = {
    runId: id,
    teamId: source.teamId,
    workflowId: source.workflowId,
    status: 'not_started',
    lastSeq: events.length,
    events,
  }
  await asEngine(() =>
    inTransaction(async (client) => {
      await client.query(
        `INSERT INTO runs (id, team_id, workflow_id, version_id, definition_id, status, trigger, run_by, user_id, api_key_id, input,
         variables, last_seq, queued_at, workflow_cap, source_run_id, agent_id, labels)
       SELECT $2, team_id, workflow_id, version_id, definition_id, 'not_started', $3, $4, $5, $6, $7::json, variables, $8,
         clock_timestamp(), workflow_cap, id, agent_id, labels
       FROM runs WHERE id = $1`,
        [
          source.id,
          id,
          fork.trigger,
          fork.runBy,
          fork.userId,
          fork.apiKeyId,
          JSON.stringify(fork.input),
          events.length,
        ],
      )
      await client.query(
        `INSERT INTO run_events (run_id, seq, team_id, type, data, at)
       SELECT $1, e."seq", $2, e."type", e."data", e."at"
       FROM json_to_recordset($3::json) AS e("seq" int, "type" text, "data" json, "at" timestamptz)`,
        [id, source.teamId, JSON.stringify(events.map(({ seq, type, at, ...data }) => ({ seq, type, at, data })))],
      )
      // What the calls cost was paid by the other run.
      await client.query(
        `INSERT INTO node_runs (run_id, node_key, team_id, node_id, path, status, attempt, input, output, error, started_at, ended_at)
       SELECT $2, n.node_key, n.team_id, n.node_id, n.path, CASE WHEN o.is_open THEN 'running' ELSE n.status END, n.attempt, n.input,
         CASE WHEN NOT o.is_open THEN n.output END, CASE WHEN NOT o.is_open THEN n.error END, n.started_at,
         CASE WHEN NOT o.is_open THEN n.ended_at END
       FROM node_runs n CROSS JOIN LATERAL (SELECT n.node_key = ANY($4) AS is_open) o
       WHERE n.run_id = $1 AND n.node_key = ANY($3)`,
        [source.id, id, fork.keys, fork.openKeys],
      )
      if (fork.timeoutMs !== null) {
        await client.query(
          `SELECT graphile_worker.add_job('time_out_run', json_build_object('run_id', $1::uuid, 'team_id', $2::uuid),
           run_at := now() + $3 * interval '1 ms', job_key := 'timeout:' || $1::uuid)`,
          [id, source.teamId, fork.timeoutMs],
        )
      }
      await client.query(
        `SELECT ${wakeTeamsSql('SELECT $1::uuid AS team_id')}, (SELECT count(pg_notify('${NOTIFY_CHANNEL}', note)) FROM unnest($2::text[]) AS note)`,
        [source.teamId, notifyPayloads([change])],
      )
      await recordRunAudit(client, { runId: id, ...fork.audit })
    }),
  )
  publishLocally([change])
  localWorker()?.noteQueued(source.teamId)
}
