import { type Id, newId } from '../ids'
import { pool } from './client'

/** A lease lives this long without a heartbeat; a run of a dead worker is taken over after it, plus one sweep. */
export const LEASE_MS = Number(process.env.WORKER_LEASE_MS ?? 10_000)
export const HEARTBEAT_MS = LEASE_MS / 3
export const SWEEP_MS = LEASE_MS / 5

/** What the clock of the database says, in milliseconds since 1970. */
export async function readClock(): Promise<number> {
  const result = await pool().query<{ now: Date }>({ name: 'read_clock', text: 'SELECT clock_timestamp() AS now' })
  return result.rows[0]?.now.getTime() ?? Date.now()
}

/** Registers a worker under a new id, leased on the database clock. */
export async function registerWorker(name: string): Promise<Id> {
  const id = newId()
  await pool().query({
    text: `INSERT INTO workers (id, name, lease_until) VALUES ($1, $2, clock_timestamp() + $3 * interval '1 ms')`,
    values: [id, name, LEASE_MS],
  })
  return id
}

/** Extends the lease. False: it had ended, and never comes back: somebody may hold this worker's runs by now. */
export async function heartbeat(id: Id): Promise<boolean> {
  const result = await pool().query({
    name: 'worker_heartbeat',
    text: `UPDATE workers SET lease_until = clock_timestamp() + $2 * interval '1 ms'
           WHERE id = $1 AND lease_until > clock_timestamp()`,
    values: [id, LEASE_MS],
  })
  return result.rowCount === 1
}

/** The column keeps milliseconds and would round up: a lease that ended must not have half a millisecond left. */
const NOW_AT_LATEST = `date_trunc('milliseconds', clock_timestamp())`

/** A worker that stops in good order: what it still holds is free at once. */
export async function retireWorker(id: Id): Promise<void> {
  await pool().query(
    `UPDATE workers SET lease_until = ${NOW_AT_LATEST} WHERE id = $1 AND lease_until > clock_timestamp()`,
    [id],
  )
}

/**
 * Ends the leases of workers of this machine whose process is gone: a start after a crash then continues at once instead
 * of after the lease. Names are `host:pid`. A wrong guess costs a recovery, never a write: the epoch fences.
 */
export async function retireDeadNeighbours(host: string, isAlive: (pid: number) => boolean): Promise<void> {
  const result = await pool().query<{ id: Id; name: string }>(
    `SELECT id, name FROM workers WHERE lease_until > clock_timestamp() AND starts_with(name, $1)`,
    [`${host}:`],
  )
  const dead = result.rows.filter((row) => {
    const pid = Number(row.name.slice(host.length + 1))
    return Number.isInteger(pid) && pid !== process.pid && !isAlive(pid)
  })
  if (dead.length > 0) {
    await pool().query(`UPDATE workers SET lease_until = ${NOW_AT_LATEST} WHERE id = ANY($1)`, [
      dead.map((row) => row.id),
    ])
  }
}

/** Forgets workers that ended long ago and hold nothing. */
export async function forgetWorkers(): Promise<void> {
  await pool().query(
    `DELETE FROM workers w WHERE w.lease_until < now() - interval '1 hour' AND NOT EXISTS (SELECT FROM runs r WHERE r.lease_owner = w.id)`,
  )
}

/** True when a live worker exists: for `/api/health/ready`. */
export async function hasLiveWorker(): Promise<boolean> {
  const result = await pool().query(`SELECT 1 FROM workers WHERE lease_until > clock_timestamp() LIMIT 1`)
  return result.rowCount === 1
}
