import type { WorkflowSummary } from '../api/contracts/workflows'
import type { Principal } from '../auth/principal'
import { listWorkflowRows } from '../db/workflow-reads'
import type { WorkflowStatus } from '../db/workflows'
import type { Id } from '../ids'
import { presentWorkflowSummary } from './present-workflow'

/** The team's workflows, last changed first. `search` looks in name, description, slug and tags. */
export async function listWorkflows(of: {
  principal: Principal
  search?: string
  status?: WorkflowStatus
  projectId?: Id
  limit: number
  cursor?: string
}): Promise<{ items: WorkflowSummary[]; next_cursor: string | null }> {
  const { principal, ...filter } = of
  const { rows, nextCursor } = await listWorkflowRows({ ...filter, teamId: principal.team.id })
  return { items: rows.map(presentWorkflowSummary), next_cursor: nextCursor }
}
