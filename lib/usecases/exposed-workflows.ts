import type { Principal } from '../auth/principal'
import { type ExposedRow, findExposedRow, listExposedRows } from '../db/workflow-reads'

/** A published workflow that its author lets agents call as a tool. */
export type ExposedWorkflow = ExposedRow

/** By slug, after `afterSlug`. */
export function listExposedWorkflows(of: {
  principal: Principal
  afterSlug: string
  limit: number
}): Promise<ExposedWorkflow[]> {
  return listExposedRows({ teamId: of.principal.team.id, afterSlug: of.afterSlug, limit: of.limit })
}

export function findExposedWorkflow(of: { principal: Principal; slug: string }): Promise<ExposedWorkflow | undefined> {
  return findExposedRow({ teamId: of.principal.team.id, slug: of.slug })
}
