import type { WorkflowVersion } from '../api/contracts/workflows'
import type { Principal } from '../auth/principal'
import { badCursor } from '../db/cursor'
import { findDraft, listVersionRows } from '../db/workflow-reads'
import { noSuchWorkflow } from '../db/workflows'
import type { Id } from '../ids'
import { presentVersion } from './present-workflow'

/** The versions of a workflow, newest first; the cursor is the number of the last one seen. Throws `not_found`. */
export async function listVersions(of: {
  principal: Principal
  workflowId: Id
  limit: number
  cursor?: string
}): Promise<{ items: WorkflowVersion[]; next_cursor: string | null }> {
  const { limit, cursor, workflowId } = of
  const teamId = of.principal.team.id
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor)) throw badCursor()
  const before = cursor === undefined ? undefined : Number(cursor)
  const rows = await listVersionRows({ teamId, workflowId, before, limit: limit + 1 })
  // No versions may mean no workflow: only then is it worth asking.
  if (rows.length === 0 && (await findDraft({ teamId, workflowId })) === undefined) throw noSuchWorkflow()
  const page = rows.slice(0, limit)
  return {
    items: page.map(presentVersion),
    next_cursor: rows.length > limit ? String(page.at(-1)?.number) : null,
  }
}
