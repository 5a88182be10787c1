import type { Workflow } from '../api/contracts/workflows'
import type { Principal } from '../auth/principal'
import { auditBy } from '../db/audit'
import { firstProject, createWorkflow as insertWorkflow } from '../db/workflows'
import { type Id, requireId } from '../ids'
import { definitionSchema, type WorkflowDefinition } from '../workflow/document'
import { getWorkflow } from './get-workflow'

/**
 * A new workflow in the caller's team, in the named project or the team's first. Without a definition it begins as a start
 * and an end node joined by an edge. Throws `not_found` for a project of another team.
 */
export async function createWorkflow(options: {
  principal: Principal
  name: string
  description?: string
  tags?: string[]
  projectId?: string
  definition?: WorkflowDefinition
  /** Made from a document in another shape, which the audit log tells. */
  importedFrom?: string
}): Promise<Workflow> {
  const { principal } = options
  const teamId = principal.team.id
  const projectId: Id =
    options.projectId === undefined ? await firstProject(teamId) : requireId(options.projectId, 'project_id')
  const { importedFrom } = options
  const { id } = await insertWorkflow(
    {
      teamId,
      projectId,
      name: options.name,
      description: options.description ?? '',
      tags: options.tags ?? [],
      definition: options.definition ?? emptyDefinition(),
      createdBy: principal.userId,
    },
    auditBy(principal),
    importedFrom === undefined ? undefined : { action: 'workflow.imported', details: { shape: importedFrom } },
  )
  return getWorkflow({ principal, workflowId: id })
}

function emptyDefinition(): WorkflowDefinition {
  return definitionSchema.parse({
    nodes: [
      { id: 'start', type: 'start', name: 'Start', position: { x: 0, y: 0 } },
      { id: 'end', type: 'end', name: 'End', position: { x: 320, y: 0 } },
    ],
    edges: [{ id: 'start-end', source: 'start', target: 'end' }],
  })
}
