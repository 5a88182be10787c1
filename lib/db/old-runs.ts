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

/**
 * Deletes runs that ended at this time or before it, the oldest first, with about as many events as `maxEvents`; a longer one
 * goes alone. A run stays for as long as one that waited for it, or continues it: these may refer to its large values.
 * Answers how many went. Ids are made in the order of time, so the primary key leads to the oldest.
 */
export async function forgetRuns(before: Date, maxEvents: number): Promise<number> {
  const { rowCount } = await pool().query(
    `WITH old AS (
       SELECT r.id, sum(r.last_seq) OVER (ORDER BY r.id) - r.last_seq AS older
         FROM (SELECT r.id, r.last_seq FROM runs r
                WHERE r.id < $2::uuid AND r.ended_at <= $1
                  AND NOT EXISTS (SELECT FROM runs p WHERE p.id = r.parent_run_id)
                  AND NOT EXISTS (SELECT FROM runs f WHERE f.source_run_id = r.id)
                ORDER BY r.id LIMIT 1000) AS r
     )
     DELETE FROM runs USING old WHERE runs.id = old.id AND old.older < $3`,
    [before, firstIdAfter(before), maxEvents],
  )
  return rowCount ?? 0
}

/** The lowest id that a later millisecond can have. */
function firstIdAfter(time: Date): Id {
  const hex = (time.getTime() + 1).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`
}
