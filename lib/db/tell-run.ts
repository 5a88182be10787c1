import type { RunStatus } from '../engine/events'
import type { Id } from '../ids'
import { pool } from './client'
import { notify, notifyPayloads, publishLocally, type RunChange } from './notify'

/**
 * Tells everybody who watches the runs of a team that something about this one is new which is not in its log: a comment, a
 * rating. A notification that is lost costs a reader nothing but time.
 */
export async function tellRun(of: { teamId: Id; runId: Id }): Promise<void> {
  const { rows } = await pool().query<{ workflowId: Id; status: RunStatus; lastSeq: number }>({
    name: 'tell-run',
    text: 'SELECT workflow_id AS "workflowId", status::text AS status, last_seq AS "lastSeq" FROM runs WHERE id = $1 AND team_id = $2',
    values: [of.runId, of.teamId],
  })
  const [run] = rows
  if (!run) return
  const change: RunChange = { ...of, ...run }
  publishLocally([change])
  for (const payload of notifyPayloads([change])) await notify(payload)
}
