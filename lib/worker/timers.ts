import { resolveWait } from '../db/commands'
import { findOverdueWaits, readWait, type WaitRow } from '../db/waits'
import type { Id } from '../ids'
import { log } from '../log'

/** The queue fires a timer at its time; a wait this late was forgotten by it and is fired by the sweep. */
const LATE_MS = 3_000

const timer = { actor: { kind: 'system', name: 'timer' }, userId: null } as const

/** Resolves a wait whose time has come. False: it is not its time yet on the database clock. Firing twice is harmless. */
export async function fireTimer(waitId: Id): Promise<boolean> {
  const wait = await readWait(waitId)
  if (wait?.state !== 'open') return true
  if ((await fire(wait)) || (await readWait(waitId))?.state !== 'open') return true
  return false
}

/** Fires what the queue should have fired: a queue worker that died in mid-job holds its job for hours. */
export async function fireOverdueTimers(): Promise<void> {
  for (const wait of await findOverdueWaits(LATE_MS, 500)) {
    await fire(wait)
    log.debug({ waitId: wait.id }, 'fired a late timer')
  }
}

/** Waits due within this time are also fired by a timer of the process that opened them, to the millisecond. */
const SOON_MS = 60_000

/** Fires a wait at its time from here, if that is soon and this process still lives; the queue fires it otherwise. */
export function fireSoon(waitId: Id, dueAt: string): void {
  const inMs = Date.parse(dueAt) - Date.now()
  if (inMs > SOON_MS) return
  const timer = setTimeout(() => void fireTimer(waitId).catch(() => undefined), Math.max(0, inMs) + 1)
  timer.unref()
}

async function fire(wait: WaitRow): Promise<boolean> {
  return (await resolveWait(wait, timer, { kind: 'fired' })) !== null
}
