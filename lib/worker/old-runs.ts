import { parseCronItems } from 'graphile-worker'
import { submitCommands } from '../db/commands'
import { findOldRuns } from '../db/old-runs'
import { limitOf } from '../env'

const BATCH = 500

/** Once an hour, by one worker of all. */
export const oldRunsCron = parseCronItems([{ task: 'time_out_old_runs', match: '17 * * * *', identifier: 'old-runs' }])

/** Ends runs that have gone on for as long as a run may, waiting included. */
export async function timeOutOldRuns(): Promise<void> {
  for (;;) {
    const runs = await findOldRuns(limitOf('run_duration'), BATCH)
    for (const run of runs) await submitCommands(run, [{ kind: 'timeout' }])
    if (runs.length < BATCH) return
  }
}
