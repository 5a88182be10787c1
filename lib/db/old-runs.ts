import type { Id } from '../ids'
import { pool } from './client'
import { TERMINAL_SQL } from './runs'

/** Runs that go on after so many days although their definition sets no time limit: one that does has a job of its own. */
export async function findOldRuns(days: number, limit: number): Promise<{ id: Id; teamId: Id }[]> {
  const { rows } = await pool().query<{ id: Id; teamId: Id }>({
    name: 'old_runs',
    text: `SELECT r.id, r.team_id AS "teamId" FROM runs r JOIN definitions d ON d.id = r.definition_id
            WHERE r.status NOT IN ${TERMINAL_SQL} AND r.created_at <= clock_timestamp() - $1 * interval '1 day'
              AND d.body -> 'settings' ->> 'timeoutMs' IS NULL
            ORDER BY r.created_at LIMIT $2`,
    values: [days, limit],
  })
  return rows
}
