import type { Id } from '../ids'
import { log } from '../log'
import type { Store, World } from './ports'

/** The queue fires a timer at its time; a wait this late was forgotten by it and is fired by the sweep. */
const LATE_MS = 3_000

/** Resolves a wait whose time has come. False: it is not its time yet on the database clock. Firing twice is harmless. */
export async function fireTimer(store: Store, waitId: Id): Promise<boolean> {
  const wait = await store.readWait(waitId)
  if (wait?.state !== 'open') return true
  if ((await store.fireWait(wait)) || (await store.readWait(waitId))?.state !== 'open') return true
  return false
}

/** Fires what the queue should have fired: a queue worker that died in mid-job holds its job for hours. */
export async function fireOverdueTimers(store: Store): Promise<void> {
  for (const wait of await store.findOverdueWaits(LATE_MS, 500)) {
    await store.fireWait(wait)
    log.debug({ waitId: wait.id }, 'fired a late timer')
  }
}

/** Waits due within this time are also fired by a timer of the process that opened them, to the millisecond. */
const SOON_MS = 60_000

/** Fires a wait at its time from here, if that is soon and this process still lives; the queue fires it otherwise. */
export function fireSoon({ store, clock }: World, waitId: Id, dueAt: string): void {
  const inMs = Date.parse(dueAt) - clock.nowMs()
  if (inMs > SOON_MS) return
  clock.after(Math.max(0, inMs) + 1, () => void fireTimer(store, waitId).catch(() => undefined))
}
