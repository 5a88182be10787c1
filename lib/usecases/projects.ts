import type { Principal } from '../auth/principal'
import { hasProject, listProjectRows } from '../db/projects'
import { AppError } from '../errors'
import type { Id } from '../ids'

/** The projects of the caller's team, the first one first. */
export async function listProjects(of: { principal: Principal }): Promise<{ id: Id; name: string }[]> {
  return listProjectRows(of.principal.team.id)
}

/** Throws `not_found` for a project of another team, and for one that the named workflow is not in. */
export async function requireProject(of: { principal: Principal; projectId: Id; workflowId?: Id }): Promise<void> {
  const { principal, projectId, workflowId } = of
  if (await hasProject({ teamId: principal.team.id, projectId, workflowId })) return
  const message = workflowId === undefined ? 'There is no such project.' : 'There is no such workflow in this project.'
  throw new AppError('not_found', message, { errors: [{ path: 'project_id', message: 'no such project' }] })
}
