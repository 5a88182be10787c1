import type { Workflow } from '../api/contracts/workflows'
import type { Principal } from '../auth/principal'
import { auditBy } from '../db/audit'
import { createWorkflow, setWorkflowAgent } from '../db/workflows'
import type { Id } from '../ids'
import { getWorkflow } from './get-workflow'

const MAX_NAME = 100

/** A new workflow with the draft of another of the same team; no versions and no runs. Throws `not_found`. */
export async function cloneWorkflow(of: { principal: Principal; workflowId: Id; name?: string }): Promise<Workflow> {
  const { principal, workflowId, name } = of
  const teamId = principal.team.id
  const original = await getWorkflow({ principal, workflowId })
  const by = auditBy(principal)
  const { id } = await createWorkflow(
    {
      teamId,
      projectId: original.project_id,
      name: name ?? nameOfCopy(original.name),
      description: original.description,
      tags: original.tags,
      definition: original.definition,
      createdBy: principal.userId,
    },
    by,
    { action: 'workflow.cloned', details: { from: workflowId } },
  )
  if (original.agent_id !== null) await setWorkflowAgent({ teamId, workflowId: id, agentId: original.agent_id }, by)
  return getWorkflow({ principal, workflowId: id })
}

/** Cut to the length of a name, and not in the middle of a character. */
function nameOfCopy(name: string): string {
  return `Copy of ${name}`
    .slice(0, MAX_NAME)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trim()
}
