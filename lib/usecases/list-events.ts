import type { Principal } from '../auth/principal'
import { readEvents } from '../db/events'
import type { RunEvent } from '../engine/events'
import type { Id } from '../ids'
import { getRunHead } from './get-run-head'

/** Events of a run after `after`, in order; `next_after` continues, null at the end of the log as it is now. Throws `not_found`. */
export async function listEvents(of: {
  principal: Principal
  runId: Id
  after: number
  limit: number
}): Promise<{ items: RunEvent[]; next_after: number | null }> {
  const head = await getRunHead(of)
  const items = await readEvents(of.runId, of.after, of.limit)
  const last = items.at(-1)
  return { items, next_after: last !== undefined && last.seq < head.last_seq ? last.seq : null }
}
