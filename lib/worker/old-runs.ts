import { parseCronItems } from 'graphile-worker'
import { pruneAudit } from '../db/audit-retention'
import { submitCommands } from '../db/commands'
import { findOldRuns, forgetRuns } from '../db/old-runs'
import { limitOf } from '../env'

const BATCH = 500

/** Of the events that one statement deletes: more make a lock that others wait for. */
const MAX_EVENTS = 5_000
const DAY_MS = 24 * 3_600_000

/** Once an hour each, by one worker of all. */
export const oldRunsCron = parseCronItems([
  { task: 'time_out_old_runs', match: '17 * * * *', identifier: 'old-runs' },
  { task: 'forget_ended_runs', match: '47 * * * *', identifier: 'ended-runs' },
  { task: 'forget_audit_records', match: '52 * * * *', identifier: 'audit-records' },
])

/** Ends runs that have gone on for as long as a run may, waiting included. */
export async function timeOutOldRuns(): Promise<void> {
  for (;;) {
    const runs = await findOldRuns(limitOf('run_duration'), BATCH)
    for (const run of runs) await submitCommands(run, [{ kind: 'timeout' }])
    if (runs.length < BATCH) return
  }
}

/** Deletes runs that ended so long ago that nobody needs to keep them. */
export async function forgetEndedRuns(): Promise<void> {
  const before = new Date(Date.now() - limitOf('retention') * DAY_MS)
  while ((await forgetRuns(before, MAX_EVENTS)) > 0) {
    // What was waited for, or was continued, by a run that is gone now can go too.
  }
}

/** Deletes records of the audit log that were kept for as long as they are. */
export async function forgetAuditRecords(): Promise<void> {
  await pruneAudit({ days: limitOf('audit_retention') })
}
