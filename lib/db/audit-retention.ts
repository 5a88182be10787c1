import type { Id } from '../ids'
import { pool } from './client'
import { inTransaction } from './transaction'

const BATCH = 5_000

/**
 * Removes records that are older than so many days, of every team and only from the oldest end. The anchor of the chain moves
 * first: the database lets go only what stands behind it, and what stays is verified from there.
 */
export async function pruneAudit({ days }: { days: number }): Promise<void> {
  const { rows } = await pool().query<{ team_id: Id }>(
    `SELECT h.team_id FROM audit_heads h JOIN audit_events e ON e.team_id = h.team_id AND e.seq = h.pruned_seq + 1
      WHERE e.at < clock_timestamp() - $1 * interval '1 day'`,
    [days],
  )
  for (const { team_id } of rows) {
    let removed = BATCH
    while (removed === BATCH) removed = await pruneBatch(team_id, days)
  }
}

/** How many were removed. */
async function pruneBatch(teamId: Id, days: number): Promise<number> {
  return inTransaction(async (client) => {
    await client.query('SELECT 1 FROM audit_heads WHERE team_id = $1 FOR UPDATE', [teamId])
    const { rows } = await client.query<{ seq: number; hash: string; is_old: boolean }>(
      `SELECT e.seq, e.hash, e.at < clock_timestamp() - $2 * interval '1 day' AS is_old
         FROM audit_heads h JOIN audit_events e ON e.team_id = h.team_id AND e.seq > h.pruned_seq
        WHERE h.team_id = $1 ORDER BY e.seq LIMIT ${BATCH}`,
      [teamId, days],
    )
    const young = rows.findIndex(({ is_old }) => !is_old)
    const old = young < 0 ? rows : rows.slice(0, young)
    const last = old.at(-1)
    if (last === undefined) return 0
    const values = [teamId, last.seq]
    await client.query('UPDATE audit_heads SET pruned_seq = $2, pruned_hash = $3 WHERE team_id = $1', [
      ...values,
      last.hash,
    ])
    await client.query('DELETE FROM audit_events WHERE team_id = $1 AND seq <= $2', values)
    return old.length
  })
}
