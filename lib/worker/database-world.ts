import { hostname } from 'node:os'
import { systemClock } from '../clock'
import { reserveCall } from '../db/call-budget'
import { commitCheckpoint } from '../db/checkpoints'
import { findForgottenChildren, findLiveChild, findParentWait, readChildEnd, readChildStand } from '../db/child-runs'
import { readCommands, resolveWait, submitCommands } from '../db/commands'
import { readLog } from '../db/events'
import { notify, slotsPayload } from '../db/notify'
import { readNodeInput, readNodeOutputs } from '../db/payloads'
import { claimQueuedRuns, findQueuedTeams, queueAbandonedRuns } from '../db/run-queue'
import { findRunsWithCommands, findStillRuns, releaseRuns } from '../db/runs'
import { findExceededTeams, forgetSlots, grantSlots, setSlots } from '../db/slots'
import { findOverdueWaits, readWait } from '../db/waits'
import { forgetWorkers, heartbeat, readClock, registerWorker, retireDeadNeighbours, retireWorker } from '../db/workers'
import { newId } from '../ids'
import { loadProgram } from './plans'
import type { World } from './ports'
import { freeDeadQueueJobs } from './queue-recovery'
import { startChildRun } from './start-child'
import { owningStrayErrors } from './stray-errors'

const timer = { actor: { kind: 'system', name: 'timer' }, userId: null } as const

/** The world as it is: PostgreSQL, the clock of this process, and effects that really happen. */
export const databaseWorld: World = {
  store: {
    loadProgram,
    readLog,
    readCommands,
    readNodeOutputs,
    readNodeInput,
    commitCheckpoint,
    reserveCall,
    claimQueuedRuns,
    queueAbandonedRuns,
    findQueuedTeams,
    findRunsWithCommands,
    findStillRuns,
    releaseRuns,
    grantSlots,
    setSlots,
    findExceededTeams,
    askForSlots: (scope, granted, isQueued) => tell(slotsPayload({ kind: 'asked', scope, granted, isQueued })),
    tellSlotsFreed: (scope) => tell(slotsPayload({ kind: 'freed', scope })),
    readClock,
    registerWorker: () => registerWorker(`${hostname()}:${process.pid}`),
    heartbeat,
    retireWorker,
    retireDeadNeighbours: () => retireDeadNeighbours(hostname(), isAlive),
    forgetWorkers: async () => {
      await forgetWorkers()
      await forgetSlots()
    },
    freeDeadQueueJobs,
    startChildRun,
    findParentWait,
    readChildEnd,
    readChildStand,
    tellParent: async ({ id: waitId, runId, nodeId, path, ...run }, childId) => {
      await submitCommands({ ...run, id: runId }, [{ kind: 'child', waitId, nodeId, path, runId: childId }])
    },
    resolveChild: async (wait, outcome) => {
      await resolveWait(wait, { actor: { kind: 'system', name: 'sub-workflow' }, userId: null }, outcome)
    },
    stopChild: async (waitId) => {
      const child = await findLiveChild(waitId)
      const actor = { kind: 'system', name: 'The run that waited for it' } as const
      if (child) await submitCommands(child, [{ kind: 'stop', actor, reason: 'cancelled' }])
    },
    findForgottenChildren,
    readWait,
    findOverdueWaits,
    fireWait: async (wait) => (await resolveWait(wait, timer, { kind: 'fired' })) !== null,
  },
  clock: {
    nowMs: () => systemClock.nowMs(),
    after: (ms, work) => {
      const handle = setTimeout(work, ms)
      handle.unref()
      return () => clearTimeout(handle)
    },
    every: (ms, work) => {
      const handle = setInterval(work, ms)
      return () => clearInterval(handle)
    },
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
    stopwatch: () => {
      const since = performance.now()
      const sinceWall = Date.now()
      // The monotonic clock may stand still while the machine sleeps, the other one may be set back.
      return () => Math.max(performance.now() - since, Date.now() - sinceWall)
    },
    follow: (storeMs) => systemClock.follow(storeMs),
  },
  chance: { newId: () => newId(), random: () => Math.random() },
  // The config was parsed by the schema that the runner is typed with.
  perform: ({ runner, context, isInline }, signal) => {
    const work = () => runner({ signal, ...context } as never)
    return isInline ? work() : owningStrayErrors(work)
  },
}

/** A notification that is lost costs time only: the sweep finds what it was about. */
function tell(payload: string): void {
  notify(payload).catch(() => undefined)
}

/** Whether a process of this machine lives. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
