import pg from 'pg'
import { databaseUrl } from '../db/client'

/** A lock of the test: statements that need what it locks queue behind it, and go on together when it opens. */
export interface Barrier {
  /** Resolves when this many statements of this database queue at a lock. */
  queued(count: number): Promise<void>
  open(): Promise<void>
}

/** Locks the row of a run: whatever would change the run waits. */
export function holdRun(runId: string): Promise<Barrier> {
  return hold('SELECT FROM runs WHERE id = $1 FOR UPDATE', [runId])
}

/** Locks the logs of all runs: whatever would append waits, decisions and commands do not. */
export function holdLogs(): Promise<Barrier> {
  return hold('LOCK TABLE run_events IN SHARE MODE', [])
}

/** Removes a person from a team, and is not done with it before it opens. */
export function holdRemoval(teamId: string, userId: string): Promise<Barrier> {
  return hold('DELETE FROM memberships WHERE team_id = $1 AND user_id = $2', [teamId, userId])
}

async function hold(statement: string, values: unknown[]): Promise<Barrier> {
  const client = new pg.Client({ connectionString: databaseUrl(), application_name: 'barrier' })
  await client.connect()
  await client.query('BEGIN')
  await client.query(statement, values)
  return {
    queued: (count) => queued(client, count),
    async open() {
      await client.query('COMMIT')
      await client.end()
    },
  }
}

const PATIENCE_MS = 4_000

async function queued(client: pg.Client, count: number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    // Inside a transaction the statistics are a snapshot unless they are cleared.
    await client.query('SELECT pg_stat_clear_snapshot()')
    const { rows } = await client.query<{ waiting: string }>(
      `SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    if (Number(rows[0]?.waiting) >= count) return
    if (Date.now() > deadline) throw new Error(`${rows[0]?.waiting} statements queue at the barrier, ${count} should`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Releases the contenders so that they arrive at the run together; which of them queues first alternates with `turn`. */
export async function meet<A, B>(
  runId: string,
  turn: number,
  one: () => Promise<A>,
  other: () => Promise<B>,
): Promise<[PromiseSettledResult<A>, PromiseSettledResult<B>]> {
  const barrier = await holdRun(runId)
  const start = { one: undefined as Promise<A> | undefined, other: undefined as Promise<B> | undefined }
  const steps = [() => (start.one = one()), () => (start.other = other())]
  if (turn % 2 === 1) steps.reverse()
  try {
    for (const [index, step] of steps.entries()) {
      step().catch(() => undefined)
      await barrier.queued(index + 1)
    }
  } finally {
    await barrier.open()
  }
  return Promise.allSettled([start.one as Promise<A>, start.other as Promise<B>]) // both were started above
}
