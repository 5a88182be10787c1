import type { RunStatus } from '../engine/events'
import type { Id } from '../ids'
import type { WorkflowDefinition } from '../workflow/document'
import { pool } from './client'
import { decodeCursor, pageOf } from './cursor'
import type { WorkflowStatus } from './workflows'

/** Runs shown in the sparkline of a workflow. */
const RECENT_RUNS = 20
/** Runs are counted up to here, so that a workflow with millions of them is listed as fast as any other. */
const MAX_COUNTED_RUNS = 10_000

export interface WorkflowSummaryRow {
  id: Id
  slug: string
  name: string
  description: string
  tags: string[]
  status: WorkflowStatus
  project_id: Id
  draft_revision: number
  created_at: Date
  updated_at: Date
  version_number: number | null
  version_label: string | null
  version_created_at: Date | null
  has_unpublished_changes: boolean
  node_count: number
  owner: string | null
  recent_runs: { id: Id; status: RunStatus; duration_ms: number | null }[]
  run_count: number
}

export interface WorkflowRow extends WorkflowSummaryRow {
  draft: WorkflowDefinition
  draft_saved_by: string | null
  agent_id: Id | null
}

const SUMMARY = `
  w.id, w.slug, w.name, w.description, w.tags, w.status::text AS status, w.project_id, w.draft_revision, w.created_at,
  w.updated_at, v.number AS version_number, v.label AS version_label, v.created_at AS version_created_at,
  w.draft::text IS DISTINCT FROM d.body::text AS has_unpublished_changes,
  json_array_length(w.draft -> 'nodes') AS node_count, owner.name AS owner,
  coalesce(recent.runs, '[]'::json) AS recent_runs, counted.runs::int AS run_count`

const JOINS = `
  LEFT JOIN workflow_versions v ON v.id = w.active_version_id
  LEFT JOIN definitions d ON d.id = v.definition_id
  LEFT JOIN users owner ON owner.id = w.created_by
  LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object('id', r.id, 'status', r.status,
             'duration_ms', round(extract(epoch FROM r.ended_at - r.created_at) * 1000)) ORDER BY r.created_at DESC, r.id DESC) AS runs
      FROM (SELECT id, status, created_at, ended_at FROM runs WHERE workflow_id = w.id
             ORDER BY created_at DESC, id DESC LIMIT ${RECENT_RUNS}) r) recent ON true
  LEFT JOIN LATERAL (
    SELECT count(*) AS runs FROM (SELECT 1 FROM runs WHERE workflow_id = w.id LIMIT ${MAX_COUNTED_RUNS}) one) counted ON true`

/** Workflows of a team, last changed first, each with its newest runs: one query whatever the number of rows. */
export async function listWorkflowRows(options: {
  teamId: Id
  search?: string
  status?: WorkflowStatus
  projectId?: Id
  limit: number
  cursor?: string
}): Promise<{ rows: WorkflowSummaryRow[]; nextCursor: string | null }> {
  const after = options.cursor === undefined ? undefined : decodeCursor(options.cursor)
  const { rows } = await pool().query<WorkflowSummaryRow>(
    `SELECT ${SUMMARY}
       FROM (SELECT * FROM workflows
              WHERE team_id = $1 AND deleted_at IS NULL
                AND ($2::text IS NULL OR status::text = $2)
                AND ($3::text IS NULL OR name ILIKE $3 OR description ILIKE $3 OR slug ILIKE $3 OR $4 = ANY (tags))
                AND ($5::timestamptz IS NULL OR (updated_at, id) < ($5, $6::uuid))
                AND ($8::uuid IS NULL OR project_id = $8)
              ORDER BY updated_at DESC, id DESC LIMIT $7) w ${JOINS}
      ORDER BY w.updated_at DESC, w.id DESC`,
    [
      options.teamId,
      options.status ?? null,
      options.search ? `%${likeText(options.search)}%` : null,
      options.search ?? '',
      after?.at ?? null,
      after?.id ?? null,
      options.limit + 1,
      options.projectId ?? null,
    ],
  )
  return pageOf(rows, options.limit, (row) => ({ at: row.updated_at, id: row.id }))
}

/** One workflow of a team with its draft; undefined when there is none. */
export async function findWorkflow(of: { teamId: Id; workflowId: Id }): Promise<WorkflowRow | undefined> {
  const { rows } = await pool().query<WorkflowRow>(
    `SELECT ${SUMMARY}, w.draft, w.agent_id, saver.name AS draft_saved_by
       FROM workflows w ${JOINS} LEFT JOIN users saver ON saver.id = w.draft_saved_by
      WHERE w.id = $1 AND w.team_id = $2 AND w.deleted_at IS NULL`,
    [of.workflowId, of.teamId],
  )
  return rows[0]
}

/** Only the draft and its revision; undefined when there is no such workflow. */
export async function findDraft(of: {
  teamId: Id
  workflowId: Id
}): Promise<{ draft: WorkflowDefinition; draft_revision: number } | undefined> {
  const { rows } = await pool().query<{ draft: WorkflowDefinition; draft_revision: number }>(
    'SELECT draft, draft_revision FROM workflows WHERE id = $1 AND team_id = $2 AND deleted_at IS NULL',
    [of.workflowId, of.teamId],
  )
  return rows[0]
}

export interface VersionRow {
  id: Id
  workflow_id: Id
  number: number
  label: string
  note: string
  active: boolean
  published_by: string | null
  created_at: Date
  definition_id: Id
}

const VERSION = `
  SELECT v.id, v.workflow_id, v.number, v.label, v.note, v.id = w.active_version_id AS active, u.name AS published_by,
         v.created_at, v.definition_id
    FROM workflow_versions v
    JOIN workflows w ON w.id = v.workflow_id
    LEFT JOIN users u ON u.id = v.published_by
   WHERE v.workflow_id = $1 AND w.team_id = $2 AND w.deleted_at IS NULL`

/** Versions newest first, below `before` when that is given. */
export async function listVersionRows(of: {
  teamId: Id
  workflowId: Id
  before: number | undefined
  limit: number
}): Promise<VersionRow[]> {
  const { rows } = await pool().query<VersionRow>(
    `${VERSION} AND ($3::int IS NULL OR v.number < $3) ORDER BY v.number DESC LIMIT $4`,
    [of.workflowId, of.teamId, of.before ?? null, of.limit],
  )
  return rows
}

/** One version; undefined when there is none. */
export async function findVersion(of: { teamId: Id; workflowId: Id; number: number }): Promise<VersionRow | undefined> {
  const { rows } = await pool().query<VersionRow>(`${VERSION} AND v.number = $3`, [of.workflowId, of.teamId, of.number])
  return rows[0]
}

function likeText(text: string): string {
  return text.replace(/[\\%_]/g, (char) => `\\${char}`)
}

/** A published workflow whose active version says `settings.exposeAsTool`. */
export interface ExposedRow {
  id: Id
  slug: string
  name: string
  description: string
  /** JSON Schema of the declared inputs. */
  inputs: Record<string, unknown>
}

const EXPOSED = `SELECT w.id, w.slug, w.name, w.description, d.body -> 'inputs' AS inputs
  FROM workflows w JOIN workflow_versions v ON v.id = w.active_version_id JOIN definitions d ON d.id = v.definition_id
 WHERE w.team_id = $1 AND w.deleted_at IS NULL AND w.status = 'published' AND d.body #>> '{settings,exposeAsTool}' = 'true'`

export async function listExposedRows(of: { teamId: Id; afterSlug: string; limit: number }): Promise<ExposedRow[]> {
  const { rows } = await pool().query<ExposedRow>({
    name: 'exposed-workflows',
    text: `${EXPOSED} AND w.slug > $2 ORDER BY w.slug LIMIT $3`,
    values: [of.teamId, of.afterSlug, of.limit],
  })
  return rows
}

export async function findExposedRow(of: { teamId: Id; slug: string }): Promise<ExposedRow | undefined> {
  const { rows } = await pool().query<ExposedRow>({
    name: 'exposed-workflow',
    text: `${EXPOSED} AND w.slug = $2`,
    values: [of.teamId, of.slug],
  })
  return rows[0]
}
