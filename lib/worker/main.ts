import { EventEmitter } from 'node:events'
import { Logger, run as runQueue, type TaskList, type WorkerEvents } from 'graphile-worker'
import { pool } from '../db/client'
import { submitCommands } from '../db/commands'
import { setLocalWorker } from '../db/local-worker'
import { ensureListening, onPoke, onSlots } from '../db/notify'
import { limitOf } from '../env'
import type { Id } from '../ids'
import { log } from '../log'
import { priceList } from '../nodes/price-list.run'
import { settleChild, startChild } from './child-runs'
import { databaseWorld } from './database-world'
import { RunLoop } from './loop'
import { forgetAuditRecords, forgetEndedRuns, oldRunsCron, timeOutOldRuns } from './old-runs'
import { holdQueueLock } from './queue-recovery'
import { startEvaluation } from './start-evaluation'
import { fireTimer } from './timers'

/** Jobs of the queue at once. They are short: a job tells the loop where to look. Each asks for work every QUEUE_POLL_MS. */
const QUEUE_CONCURRENCY = 8
const QUEUE_POLL_MS = 1_000

/**
 * Starts the worker of this process: it takes runs made here, runs from the queue, and runs of dead workers. `stop` lets go
 * of everything within `graceMs`; what was in flight is released and continues elsewhere.
 */
export async function startWorker(
  /** `concurrency`: runs advanced at once, of all teams. A waiting run is none of them. */
  options: { concurrency?: number } = {},
): Promise<{ stop(graceMs: number): Promise<void> }> {
  priceList() // one that cannot be used is told now, not at the first call
  await ensureListening()
  const loop = new RunLoop(databaseWorld, options.concurrency ?? limitOf('process_runs'))
  await loop.start()
  setLocalWorker(loop)
  const stopPokes = onPoke((owner, runId) => {
    if (owner === loop.owner) loop.poke(runId)
  })
  const stopSlots = onSlots((message) => loop.hearSlots(message))

  const tasks: TaskList = {
    dispatch_team: async (payload) => loop.noteQueued((payload as { team_id: Id }).team_id),
    fire_timer: async (payload) => {
      if (!(await fireTimer(databaseWorld.store, (payload as { wait_id: Id }).wait_id)))
        throw new Error('not due yet on the database clock')
    },
    start_child: async (payload) => startChild(databaseWorld, (payload as { wait_id: Id }).wait_id),
    settle_child: async (payload) => settleChild(databaseWorld, (payload as { run_id: Id }).run_id),
    stop_child: async (payload) => databaseWorld.store.stopChild((payload as { wait_id: Id }).wait_id),
    start_evaluation: async (payload) => startEvaluation((payload as { run_id: Id }).run_id),
    time_out_old_runs: timeOutOldRuns,
    forget_ended_runs: forgetEndedRuns,
    forget_audit_records: forgetAuditRecords,
    time_out_run: async (payload) => {
      const { run_id: id, team_id: teamId } = payload as { run_id: Id; team_id: Id }
      await submitCommands({ id, teamId }, [{ kind: 'timeout' }])
    },
  }
  const events = new EventEmitter() as WorkerEvents
  let releaseQueueLock: Promise<() => Promise<void>> | undefined
  events.on('pool:create', ({ workerPool }) => {
    releaseQueueLock = holdQueueLock(workerPool.id)
  })
  const runner = await runQueue({
    events,
    pgPool: pool(),
    taskList: tasks,
    concurrency: QUEUE_CONCURRENCY,
    pollInterval: QUEUE_POLL_MS,
    noHandleSignals: true,
    parsedCronItems: oldRunsCron,
    logger: new Logger(() => (level, message) => {
      if (level === 'error') log.warn({ queue: message }, 'a queue job failed; it is tried again')
    }),
  })

  await releaseQueueLock

  return {
    async stop(graceMs) {
      setLocalWorker(undefined)
      stopPokes()
      stopSlots()
      const stopped = loop.stop(graceMs)
      await Promise.race([
        runner.stop().catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, graceMs).unref()),
      ])
      await stopped
      await (await releaseQueueLock)?.()
    },
  }
}
