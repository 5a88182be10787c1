import type { RunStatus } from '../engine/events'
import { AppError } from '../errors'
import type { Id } from '../ids'
import { pool } from './client'
import { familySql } from './run-family'

/** The little that tells whether a run is doing something. */
export interface RunPulse {
  teamId: Id
  workflowId: Id
  /** The limit of runs at once that its definition has. */
  workflowCap: number | null
  status: RunStatus
  isHeld: boolean
  commandsPending: number
  hasOpenHumanWait: boolean
}

/** Throws `not_found`. */
export async function readRunPulse(runId: Id): Promise<RunPulse> {
  const result = await pool().query<RunPulse>({
    name: 'run_pulse',
    text: `SELECT team_id AS "teamId", workflow_id AS "workflowId", workflow_cap AS "workflowCap", status, lease_owner IS NOT NULL AS "isHeld", command_seq - command_applied AS "commandsPending",
             status IN ('waiting_for_user_input', 'waiting_for_approval', 'running') AND EXISTS (
               SELECT FROM waits w WHERE w.run_id = r.id AND w.state = 'open' AND w.kind IN ('approval', 'input'))
             OR status IN ('waiting_for_user_input', 'waiting_for_approval') AND EXISTS (
               SELECT FROM ${familySql('r.id')} f JOIN waits w ON w.run_id = f.id AND w.state = 'open'
                WHERE w.kind = CASE WHEN r.status = 'waiting_for_approval' THEN 'approval' ELSE 'input' END::wait_kind) AS "hasOpenHumanWait"
           FROM runs r WHERE r.id = $1`,
    values: [runId],
  })
  const row = result.rows[0]
  if (!row) throw new AppError('not_found', 'There is no such run.')
  return row
}
