import { subscribe } from '../db/notify'
import type { Id } from '../ids'

/** Calls `changed` whenever the run has changed, or may have, until what it returns is called. */
export function hearRun(runId: Id, changed: () => void): () => void {
  return subscribe(`run:${runId}`, { change: changed, resync: changed })
}
