import pg from 'pg'
import { databaseUrl, pool } from '../db/client'

/**
 * A queue worker that is killed leaves its jobs locked for four hours. So each process holds an advisory lock named after
 * its queue pool for as long as it lives, and every process frees the jobs of pools whose lock nobody holds. All our tasks
 * may run twice, so a lock lost with its connection costs nothing.
 */
const LOCK_CLASS = 7411

/** Holds the lock of a queue pool until the answer is called. */
export async function holdQueueLock(poolId: string): Promise<() => Promise<void>> {
  let client: pg.Client | undefined
  let isOver = false
  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: databaseUrl(),
      application_name: 'countersign-queue-lock',
      keepAlive: true,
    })
    next.on('error', () => again())
    next.on('end', () => again())
    await next.connect()
    await next.query('SELECT pg_advisory_lock($1, hashtext($2))', [LOCK_CLASS, poolId])
    client = next
  }
  const again = () => {
    if (isOver || client === undefined) return
    client = undefined
    const retry = () => {
      if (!isOver) connect().catch(() => setTimeout(retry, 1_000).unref())
    }
    setTimeout(retry, 500).unref()
  }
  await connect()
  return async () => {
    isOver = true
    await client?.end().catch(() => undefined)
  }
}

/** No task of ours takes this long. A job that does was fetched by an answer that got lost, so nobody works on it. */
const FORGOTTEN_AFTER_S = 60

/** Frees the jobs of queue pools that are gone, and those that a living pool was given and never heard of. */
export async function freeDeadQueueJobs(): Promise<void> {
  await pool().query({
    name: 'free_forgotten_queue_jobs',
    text: `UPDATE graphile_worker._private_jobs SET locked_at = NULL, locked_by = NULL
           WHERE locked_at < now() - interval '${FORGOTTEN_AFTER_S} seconds'`,
  })
  await pool().query({
    name: 'free_dead_queue_jobs',
    text: `
      SELECT graphile_worker.force_unlock_workers(array_agg(j.locked_by)) FROM (
        SELECT DISTINCT locked_by FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL) j
      WHERE NOT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = ${LOCK_CLASS}::oid
        AND l.objid = (hashtext(j.locked_by)::bigint & 4294967295)::oid AND l.objsubid = 2)
      HAVING count(*) > 0`,
  })
}
