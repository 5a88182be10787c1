import type { PoolClient } from 'pg'
import type { Id } from '../ids'
import { type AuditBy, recordAudit } from './audit'

/** What of a workflow is worth a record when it changes. Edits of the drawing are not: its versions tell them. */
export interface WorkflowMark {
  name: string
  /** Of the draft. */
  max_concurrent_runs: number | null
  on_limit: string | null
  /** Of the active version: programs see the workflow as a tool. */
  is_exposed: boolean
}

/** The row is locked until the transaction ends. Undefined: the team has no such workflow. */
export async function markWorkflow(
  client: PoolClient,
  of: { teamId: Id; workflowId: Id },
): Promise<WorkflowMark | undefined> {
  const { rows } = await client.query<WorkflowMark>(
    `SELECT w.name, (w.draft #>> '{settings,maxConcurrentRuns}')::int AS max_concurrent_runs, w.draft #>> '{settings,onLimit}' AS on_limit,
            coalesce((SELECT d.body #>> '{settings,exposeAsTool}' = 'true' FROM workflow_versions v JOIN definitions d ON d.id = v.definition_id
                       WHERE v.id = w.active_version_id), false) AS is_exposed
       FROM workflows w WHERE w.id = $1 AND w.team_id = $2 AND w.deleted_at IS NULL FOR NO KEY UPDATE OF w`,
    [of.workflowId, of.teamId],
  )
  return rows[0]
}

/** Records what differs from `before` now, at the end of the transaction that changed it. */
export async function recordWorkflowChange(
  client: PoolClient,
  of: { teamId: Id; workflowId: Id; by: AuditBy },
  before: WorkflowMark,
): Promise<void> {
  const now = await markWorkflow(client, of)
  if (now === undefined) return
  const about = { ...of.by, target: { type: 'workflow', id: of.workflowId, name: now.name } }
  if (now.name !== before.name) {
    await recordAudit(client, { ...about, action: 'workflow.renamed', details: { from: before.name } })
  }
  if (now.max_concurrent_runs !== before.max_concurrent_runs || now.on_limit !== before.on_limit) {
    const details = { from: concurrencyOf(before), to: concurrencyOf(now) }
    await recordAudit(client, { ...about, action: 'workflow.concurrency_changed', details })
  }
  if (now.is_exposed !== before.is_exposed) {
    await recordAudit(client, { ...about, action: now.is_exposed ? 'workflow.exposed' : 'workflow.hidden' })
  }
}

function concurrencyOf({ max_concurrent_runs, on_limit }: WorkflowMark) {
  return { max_concurrent_runs, on_limit }
}
