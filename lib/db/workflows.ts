import { AppError } from '../errors'
import { type Id, newId } from '../ids'
import type { WorkflowDefinition } from '../workflow/document'
import { auditBySystem, recordAudit } from './audit'
import { pool } from './client'
import { encodeDefinition, loadDefinition, storeDefinition } from './definitions'
import { freeSlug, slugOf } from './slug'
import { inTransaction } from './transaction'
import { markWorkflow, recordWorkflowChange } from './workflow-audit'

export type WorkflowStatus = 'draft' | 'published' | 'archived'

export interface NewWorkflow {
  teamId: Id
  projectId: Id
  /** Absent: made from the name and free in the team. Given and taken: `conflict`. */
  slug?: string
  name: string
  description: string
  tags: string[]
  /** Parsed: every default filled in. */
  definition: WorkflowDefinition
  createdBy: Id | null
}

/**
 * Stores a new workflow with its draft. `as` says how it came to be, for the audit log. Throws `not_found` when the project is not
 * one of the team.
 */
export async function createWorkflow(
  workflow: NewWorkflow,
  by = auditBySystem(workflow.teamId),
  as: { action: 'workflow.created' | 'workflow.imported' | 'workflow.cloned'; details?: Record<string, unknown> } = {
    action: 'workflow.created',
  },
): Promise<{ id: Id; slug: string }> {
  const { text } = encodeDefinition(workflow.definition)
  const wanted = workflow.slug ?? slugOf(workflow.name)
  for (let attempt = 0; attempt < 20; attempt++) {
    const slug = attempt === 0 ? wanted : await freeSlug(workflow.teamId, wanted)
    const id = await inTransaction(async (client) => {
      const made = await client.query<{ id: Id }>(
        `INSERT INTO workflows (id, team_id, project_id, slug, name, description, tags, draft, draft_saved_by, created_by)
       SELECT $1::uuid, p.team_id, p.id, $4::text, $5::text, $6::text, $7::text[], $8::json, $9::uuid, $9::uuid FROM projects p WHERE p.id = $3 AND p.team_id = $2
       ON CONFLICT DO NOTHING RETURNING id`,
        [
          newId(),
          workflow.teamId,
          workflow.projectId,
          slug,
          workflow.name,
          workflow.description,
          workflow.tags,
          text,
          workflow.createdBy,
        ],
      )
      const [row] = made.rows
      if (row === undefined) return undefined
      await recordAudit(client, { ...by, ...as, target: { type: 'workflow', id: row.id, name: workflow.name } })
      return row.id
    })
    if (id !== undefined) return { id, slug }
    await requireProject(workflow)
    if (workflow.slug !== undefined) {
      throw new AppError('conflict', `A workflow with the slug ${slug} exists already.`)
    }
  }
  throw new AppError('conflict', `No free slug was found for ${wanted}: too many workflows of this name at once.`)
}

async function requireProject(of: { teamId: Id; projectId: Id }): Promise<void> {
  const found = await pool().query('SELECT 1 FROM projects WHERE id = $1 AND team_id = $2', [of.projectId, of.teamId])
  if (found.rowCount === 0) {
    throw new AppError('not_found', 'There is no such project.', {
      errors: [{ path: 'project_id', message: 'no such project' }],
    })
  }
}

/** The team's first project, where a workflow goes when the caller names none. */
export async function firstProject(teamId: Id): Promise<Id> {
  const { rows } = await pool().query<{ id: Id }>(
    'SELECT id FROM projects WHERE team_id = $1 ORDER BY created_at, id LIMIT 1',
    [teamId],
  )
  if (rows[0] === undefined) throw new AppError('conflict', 'The team has no project yet: create one first.')
  return rows[0].id
}

export interface WorkflowChange {
  teamId: Id
  workflowId: Id
  name?: string
  description?: string
  tags?: string[]
  definition?: WorkflowDefinition
  savedBy: Id
  /** Refuse unless the draft is at this revision. */
  expectedRevision?: number
}

/**
 * Saves what is given and leaves the rest; the revision grows by one when anything really changed.
 * Throws `not_found`, or `precondition_failed` (412) with `current_revision` and who saved it.
 */
export async function changeWorkflow(change: WorkflowChange, by = auditBySystem(change.teamId)): Promise<void> {
  const draft = change.definition === undefined ? null : encodeDefinition(change.definition).text
  const { teamId, workflowId, expectedRevision } = change
  const isSaved = await inTransaction(async (client) => {
    const before = await markWorkflow(client, change)
    if (before === undefined) return false
    const saved = await client.query(
      `UPDATE workflows SET name = coalesce($3::text, name), description = coalesce($4::text, description), tags = coalesce($5::text[], tags),
            draft = coalesce($6::text::json, draft), draft_revision = draft_revision + 1, draft_saved_by = $7, updated_at = now()
      WHERE id = $1 AND team_id = $2 AND deleted_at IS NULL AND ($8::int IS NULL OR draft_revision = $8)
        AND (name <> coalesce($3, name) OR description <> coalesce($4, description) OR tags <> coalesce($5, tags)
             OR draft::text <> coalesce($6::text, draft::text))`,
      [
        workflowId,
        teamId,
        change.name ?? null,
        change.description ?? null,
        change.tags ?? null,
        draft,
        change.savedBy,
        expectedRevision ?? null,
      ],
    )
    if (saved.rowCount === 0) return false
    await recordWorkflowChange(client, { teamId, workflowId, by }, before)
    return true
  })
  // Nothing was written: it is not there, somebody else saved, or nothing differs from what stands.
  if (!isSaved) await requireRevision({ teamId, workflowId, expectedRevision })
}

/** Says who executes a workflow when a caller names nobody; null: the team's default. The caller has found the agent in the team. */
export async function setWorkflowAgent(
  of: { teamId: Id; workflowId: Id; agentId: Id | null },
  by = auditBySystem(of.teamId),
): Promise<void> {
  await inTransaction(async (client) => {
    const { rows } = await client.query<{ name: string; from: Id | null }>(
      `UPDATE workflows w SET agent_id = $3, updated_at = now()
         FROM (SELECT id, agent_id FROM workflows WHERE id = $1 AND team_id = $2 AND deleted_at IS NULL FOR UPDATE) old
        WHERE w.id = old.id RETURNING w.name, old.agent_id AS from`,
      [of.workflowId, of.teamId, of.agentId],
    )
    const saved = rows[0]
    if (saved === undefined) throw noSuchWorkflow()
    if (saved.from === of.agentId) return
    const target = { type: 'workflow', id: of.workflowId, name: saved.name }
    const details = { from: saved.from, to: of.agentId }
    await recordAudit(client, { ...by, action: 'workflow.agent_changed', target, details })
  })
}

/** Throws `not_found` when there is no such workflow, `precondition_failed` when its draft is at another revision. */
async function requireRevision(of: {
  teamId: Id
  workflowId: Id
  expectedRevision: number | undefined
}): Promise<void> {
  const { rows } = await pool().query<{ revision: number; saved_by: string | null; saved_at: Date }>(
    `SELECT w.draft_revision AS revision, u.name AS saved_by, w.updated_at AS saved_at
       FROM workflows w LEFT JOIN users u ON u.id = w.draft_saved_by
      WHERE w.id = $1 AND w.team_id = $2 AND w.deleted_at IS NULL`,
    [of.workflowId, of.teamId],
  )
  const row = rows[0]
  if (row === undefined) throw noSuchWorkflow()
  if (of.expectedRevision === undefined || of.expectedRevision === row.revision) return
  const who = row.saved_by ?? 'Somebody'
  throw new AppError('precondition_failed', `${who} saved revision ${row.revision} since you read this workflow.`, {
    extra: { current_revision: row.revision, saved_by: row.saved_by, saved_at: row.saved_at.toISOString() },
  })
}

export function noSuchWorkflow(): AppError {
  return new AppError('not_found', 'There is no such workflow.')
}

/** Hides a workflow for good; its slug is free again and its runs go on undisturbed. Throws like {@link changeWorkflow}. */
export async function deleteWorkflow(
  of: { teamId: Id; workflowId: Id; expectedRevision?: number },
  by = auditBySystem(of.teamId),
): Promise<void> {
  const isGone = await inTransaction(async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `UPDATE workflows SET deleted_at = now(), updated_at = now(), slug = slug || '~' || id
      WHERE id = $1 AND team_id = $2 AND deleted_at IS NULL AND ($3::int IS NULL OR draft_revision = $3) RETURNING name`,
      [of.workflowId, of.teamId, of.expectedRevision ?? null],
    )
    const name = rows[0]?.name
    if (name === undefined) return false
    await recordAudit(client, {
      ...by,
      action: 'workflow.deleted',
      target: { type: 'workflow', id: of.workflowId, name },
    })
    return true
  })
  if (!isGone) await requireRevision({ ...of, expectedRevision: of.expectedRevision })
}

/**
 * Publishes the draft as the next version, numbered from 0, and makes it the active one. With `draftRevision` exactly that
 * revision is published or nothing (`precondition_failed`). Throws `conflict` when the active version is the same already.
 * The caller has validated the draft.
 */
export async function publishVersion(
  options: {
    teamId: Id
    workflowId: Id
    label?: string
    note?: string
    publishedBy: Id | null
    draftRevision?: number
  },
  by = auditBySystem(options.teamId),
): Promise<{ id: Id; number: number; label: string }> {
  const { teamId, workflowId } = options
  const expectedRevision = options.draftRevision
  return inTransaction(async (client) => {
    // The lock makes publishing one at a time per workflow, so numbers have no gap and no repeat.
    const before = await markWorkflow(client, options)
    const found = await client.query<{ draft: string; revision: number; active: string | null }>(
      `SELECT w.draft::text AS draft, w.draft_revision AS revision,
              (SELECT d.body::text FROM workflow_versions v JOIN definitions d ON d.id = v.definition_id
                WHERE v.id = w.active_version_id) AS active
         FROM workflows w WHERE w.id = $1 AND w.team_id = $2 AND w.deleted_at IS NULL FOR UPDATE OF w`,
      [workflowId, teamId],
    )
    const row = found.rows[0]
    if (row === undefined || before === undefined) throw noSuchWorkflow()
    if (expectedRevision !== undefined && expectedRevision !== row.revision) {
      await requireRevision({ teamId, workflowId, expectedRevision })
    }
    if (row.active === row.draft) {
      throw new AppError('conflict', 'Nothing changed since the active version was published.')
    }
    const definition = JSON.parse(row.draft) as WorkflowDefinition // drafts are stored parsed
    const definitionId = await storeDefinition(client, { teamId, ...encodeDefinition(definition) })
    const made = await client.query<{ id: Id; number: number; label: string }>(
      `INSERT INTO workflow_versions (id, workflow_id, team_id, number, label, note, definition_id, published_by)
       SELECT $1::uuid, $2::uuid, $3::uuid, n.number, coalesce($4::text, n.number::text), $5::text, $6::uuid, $7::uuid
         FROM (SELECT coalesce(max(number) + 1, 0) AS number FROM workflow_versions WHERE workflow_id = $2::uuid) n
       RETURNING id, number, label`,
      [newId(), workflowId, teamId, options.label ?? null, options.note ?? '', definitionId, options.publishedBy],
    )
    const version = made.rows[0] as { id: Id; number: number; label: string } // an INSERT of one row returns it
    await client.query(
      `UPDATE workflows SET active_version_id = $2, status = 'published', updated_at = now() WHERE id = $1`,
      [workflowId, version.id],
    )
    const { id: _, ...details } = version
    const target = { type: 'workflow', id: workflowId, name: before.name }
    await recordAudit(client, { ...by, action: 'workflow.published', target, details })
    await recordWorkflowChange(client, { teamId, workflowId, by }, before)
    return version
  })
}

/** Makes a version the active one. Throws `not_found` for an unknown workflow or number. */
export async function activateVersion(
  of: { teamId: Id; workflowId: Id; number: number },
  by = auditBySystem(of.teamId),
): Promise<void> {
  await inTransaction(async (client) => {
    const before = await markWorkflow(client, of)
    const changed = await client.query<{ label: string }>(
      `UPDATE workflows w SET active_version_id = v.id, status = 'published', updated_at = now()
         FROM workflow_versions v
        WHERE w.id = $1 AND w.team_id = $2 AND w.deleted_at IS NULL AND v.workflow_id = w.id AND v.number = $3 RETURNING v.label`,
      [of.workflowId, of.teamId, of.number],
    )
    const label = changed.rows[0]?.label
    if (before === undefined || label === undefined) {
      throw new AppError('not_found', `There is no version ${of.number} of such a workflow.`)
    }
    const target = { type: 'workflow', id: of.workflowId, name: before.name }
    await recordAudit(client, { ...by, action: 'workflow.activated', target, details: { number: of.number, label } })
    await recordWorkflowChange(client, { ...of, by }, before)
  })
}

/** What a run is started from. The definition is shared and must not be changed. */
export interface Runnable {
  workflowId: Id
  teamId: Id
  /** null: the draft. */
  versionId: Id | null
  versionNumber: number | null
  label: string | null
  definitionId: Id
  definition: WorkflowDefinition
  draftRevision: number
  status: WorkflowStatus
}

interface RunnableRow {
  status: WorkflowStatus
  draft_revision: number
  version_id: Id | null
  number: number | null
  label: string | null
  definition_id: Id | null
}

/**
 * The active version of a workflow, the version of a number, or the draft as it is now. Throws `not_found` for a workflow of
 * another team or a version that does not exist, `workflow_not_published` when there is no active version.
 */
export async function loadRunnable(of: {
  teamId: Id
  workflowId: Id
  version?: number
  draft?: boolean
  /** A workflow that never had a version runs as its draft is, whatever `version` says. */
  draftIfUnversioned?: boolean
}): Promise<Runnable> {
  if (of.draft) return loadDraft(of)
  const byNumber = of.version !== undefined
  const { rows } = await pool().query<RunnableRow>({
    name: byNumber ? 'runnable-version' : 'runnable-active',
    text: `SELECT w.status::text AS status, w.draft_revision, v.id AS version_id, v.number, v.label, v.definition_id
             FROM workflows w
             LEFT JOIN workflow_versions v
               ON ${byNumber ? 'v.workflow_id = w.id AND v.number = $3' : 'v.id = w.active_version_id'}
            WHERE w.id = $1 AND w.team_id = $2 AND w.deleted_at IS NULL`,
    values: byNumber ? [of.workflowId, of.teamId, of.version] : [of.workflowId, of.teamId],
  })
  const row = rows[0]
  if (row === undefined) throw noSuchWorkflow()
  if (row.definition_id === null) {
    if (of.draftIfUnversioned && !(await hasVersions(of.workflowId))) return loadDraft(of)
    if (byNumber) throw new AppError('not_found', `The workflow has no version ${of.version}.`)
    throw new AppError('workflow_not_published', 'The workflow has no published version yet: publish it first.')
  }
  if (row.status === 'archived') {
    throw new AppError('workflow_not_published', 'The workflow is archived: activate a version to run it again.')
  }
  return {
    workflowId: of.workflowId,
    teamId: of.teamId,
    versionId: row.version_id,
    versionNumber: row.number,
    label: row.label,
    definitionId: row.definition_id,
    definition: await loadDefinition(row.definition_id),
    draftRevision: row.draft_revision,
    status: row.status,
  }
}

async function hasVersions(workflowId: Id): Promise<boolean> {
  const { rowCount } = await pool().query('SELECT 1 FROM workflow_versions WHERE workflow_id = $1 LIMIT 1', [
    workflowId,
  ])
  return rowCount !== 0
}

async function loadDraft(of: { teamId: Id; workflowId: Id }): Promise<Runnable> {
  const { rows } = await pool().query<{ status: WorkflowStatus; draft_revision: number; draft: string }>(
    `SELECT status::text AS status, draft_revision, draft::text AS draft FROM workflows
      WHERE id = $1 AND team_id = $2 AND deleted_at IS NULL`,
    [of.workflowId, of.teamId],
  )
  const row = rows[0]
  if (row === undefined) throw noSuchWorkflow()
  const definition = JSON.parse(row.draft) as WorkflowDefinition // drafts are stored parsed
  return {
    workflowId: of.workflowId,
    teamId: of.teamId,
    versionId: null,
    versionNumber: null,
    label: null,
    definitionId: await storeDefinition(pool(), { teamId: of.teamId, ...encodeDefinition(definition) }),
    definition,
    draftRevision: row.draft_revision,
    status: row.status,
  }
}
