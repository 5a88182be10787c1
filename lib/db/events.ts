import type { RunEvent } from '../engine/events'
import type { Id } from '../ids'
import { pool } from './client'

/** Events of a run with `seq` above `after`, in order, at most `limit`. */
export async function readEvents(runId: Id, after: number, limit: number): Promise<RunEvent[]> {
  const result = await pool().query<{ seq: number; type: string; data: Record<string, unknown>; at: Date }>({
    name: 'read_events',
    text: 'SELECT seq, type, data, at FROM run_events WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT $3',
    values: [runId, after, limit],
  })
  // What the database holds was written from a RunEvent; runEventSchema checks it where it leaves the house.
  return result.rows.map((row) => ({ ...row.data, seq: row.seq, type: row.type, at: row.at.toISOString() }) as RunEvent)
}

/** The whole log of a run, page by page. */
export async function* readLog(runId: Id): AsyncGenerator<RunEvent> {
  const PAGE = 2_000
  for (let after = 0; ; ) {
    const page = await readEvents(runId, after, PAGE)
    yield* page
    const last = page.at(-1)
    if (page.length < PAGE || !last) return
    after = last.seq
  }
}
