import type { Workflow, WorkflowSummary, WorkflowVersion } from '../api/contracts/workflows'
import type { VersionRow, WorkflowRow, WorkflowSummaryRow } from '../db/workflow-reads'
import { validateDefinition } from '../workflow/validate'

/** Rows of the database as the documents that every door answers. */
export function presentWorkflowSummary(row: WorkflowSummaryRow): WorkflowSummary {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    description: row.description,
    tags: row.tags,
    status: row.status,
    project_id: row.project_id,
    active_version:
      row.version_number === null || row.version_label === null || row.version_created_at === null
        ? null
        : {
            number: row.version_number,
            label: row.version_label,
            created_at: row.version_created_at.toISOString(),
          },
    draft_revision: row.draft_revision,
    has_unpublished_changes: row.has_unpublished_changes,
    node_count: row.node_count,
    recent_runs: row.recent_runs,
    run_count: row.run_count,
    owner: row.owner,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

export function presentWorkflow(row: WorkflowRow): Workflow {
  return {
    ...presentWorkflowSummary(row),
    definition: row.draft,
    draft_saved_by: row.draft_saved_by,
    agent_id: row.agent_id,
    problems: validateDefinition(row.draft).problems,
  }
}

export function presentVersion(row: VersionRow): WorkflowVersion {
  return {
    id: row.id,
    workflow_id: row.workflow_id,
    number: row.number,
    label: row.label,
    note: row.note,
    active: row.active,
    published_by: row.published_by,
    created_at: row.created_at.toISOString(),
  }
}
