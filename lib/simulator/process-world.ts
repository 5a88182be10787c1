import type { FollowingClock } from '../clock'
import type { Checkpoint, CheckpointResult } from '../db/checkpoints'
import { type Id, newId } from '../ids'
import { runners } from '../nodes/runners'
import type { Program } from '../worker/plans'
import type { Store, World } from '../worker/ports'
import type { Process } from './process'

const SYSTEM = { kind: 'system', name: 'system' } as const

/** The world of one process's shell, every way of it over the wire and the timeline. */
export function worldOf(process: Process, time: FollowingClock): World {
  return {
    store: storeOf(process),
    clock: clockOf(process, time),
    chance: { newId: () => idIn(process), random: process.sim.dice.random },
    perform: performIn(process),
  }
}

function idIn({ sim }: Process): Id {
  return newId(sim.storeMs(), sim.dice.bytes(6))
}

function storeOf(process: Process): Store {
  const { sim, wire, api } = process
  const db = sim.store
  const read = <T>(what: string, work: () => T) => wire.ask(what, false, work)
  const write = <T>(what: string, work: () => T) => wire.ask(what, true, work)
  return {
    loadProgram: (id) => read('load program', (): Program => sim.program(id)),
    readLog: (id) => ({
      [Symbol.asyncIterator]: async function* () {
        yield* await read(`read log of ${sim.shortName(id)}`, () => db.readLog(id))
      },
    }),
    readCommands: (id, applied) => read(`read commands of ${sim.shortName(id)}`, () => db.readCommands(id, applied)),
    readNodeOutputs: (id, keys) => read(`read outputs of ${sim.shortName(id)}`, () => db.readNodeOutputs(id, keys)),
    readNodeInput: (id, key) => read(`read input of ${key}`, () => db.readNodeInput(id, key)),
    commitCheckpoint: (checkpoint) => commit(process, checkpoint),
    claimQueuedRuns: (teamId, owner, count, offers) =>
      write(`claim ${count} of ${teamId}`, () => db.claimQueuedRuns(teamId, owner, count, offers)),
    queueAbandonedRuns: (limit) => write('queue abandoned runs', () => db.queueAbandonedRuns(limit)),
    findQueuedTeams: () => read('find queued teams', () => db.findQueuedTeams()),
    reserveCall: (wanted) => write(`reserve for ${wanted.nodeKey}`, () => db.reserveCall(wanted)),
    findStillRuns: (owner) => read('find still runs', () => db.findStillRuns(owner)),
    findRunsWithCommands: (owner) => read('find runs with commands', () => db.findRunsWithCommands(owner)),
    releaseRuns: (owner, runIds) => write('release runs', () => db.releaseRuns(owner, runIds)),
    grantSlots: (owner, scope, want) => write(`grant ${want} of ${scope.id}`, () => db.grantSlots(owner, scope, want)),
    setSlots: (owner, scope, granted) => write('set slots', () => db.setSlots(owner, scope, granted)),
    findExceededTeams: () => read('find exceeded teams', () => []),
    askForSlots: (scope, granted, isQueued) => sim.tell(process, { kind: 'asked', scope, granted, isQueued }),
    tellSlotsFreed: (scope) => sim.tell(process, { kind: 'freed', scope }),
    readClock: () => read('read clock', () => sim.storeMs()),
    registerWorker: () => {
      const id = idIn(process)
      return write('register', () => {
        db.registerWorker(id, process.name)
        return id
      })
    },
    heartbeat: (owner) => write('heartbeat', () => db.heartbeat(owner)),
    retireWorker: (owner) => write('retire', () => db.retireWorker(owner)),
    retireDeadNeighbours: () => write('retire neighbours', () => sim.retireDeadNeighbours(process)),
    forgetWorkers: () => read('forget workers', () => undefined),
    freeDeadQueueJobs: () => read('free jobs', () => sim.queue.freeJobsOfTheDead()),
    readWait: (id) => read('read wait', () => db.readWait(id)),
    findOverdueWaits: (lateMs, limit) => read('find overdue waits', () => db.findOverdueWaits(lateMs, limit)),
    fireWait: (wait) => api.resolve(wait.id, SYSTEM, null, { kind: 'fired' }),
    startChildRun: (wait) => write('start child', () => sim.startChildRun(wait)),
    findParentWait: (runId) => read('find parent wait', () => db.findParentWait(runId)),
    readChildEnd: (runId) => read('read child end', () => db.readChildEnd(runId)),
    readChildStand: (runId) => read('read child stand', () => db.readChildStand(runId)),
    tellParent: async ({ id: waitId, runId, nodeId, path }, childId) => {
      await api.submit(runId, [{ kind: 'child', waitId, nodeId, path, runId: childId }])
    },
    resolveChild: async (wait, outcome) => {
      await api.resolve(wait.id, SYSTEM, null, outcome)
    },
    stopChild: async (waitId) => {
      const child = db.childOf(waitId)
      if (child) await api.submit(child.row.id, [{ kind: 'stop', actor: SYSTEM, reason: 'cancelled' }])
    },
    findForgottenChildren: (limit) => read('find forgotten children', () => db.findForgottenChildren(limit)),
  }
}

/** As `lib/db/checkpoints`: after a broken connection it looks whether the checkpoint stands before it writes again. */
function commit({ sim, wire }: Process, checkpoint: Checkpoint): Promise<CheckpointResult> {
  const { store } = sim
  const what = `commit ${sim.shortName(checkpoint.runId)} ${describe(checkpoint)}`
  return wire.repeat(async (isRepeat) => {
    if (isRepeat) {
      const found = await wire.ask(`look for ${what}`, false, () => store.findCommitted(checkpoint))
      if (found) return found
    }
    const written = await wire.ask(what, true, () => store.commit(checkpoint))
    if (!written.lost || !checkpoint.birth) return written
    // A birth that was refused may have happened before, unknown to us.
    return (await wire.ask(`look for ${what}`, false, () => store.findCommitted(checkpoint))) ?? written
  })
}

function clockOf(process: Process, time: FollowingClock): World['clock'] {
  const { timeline } = process.sim
  return {
    nowMs: () => time.nowMs(),
    follow: (storeMs) => time.follow(storeMs),
    stopwatch: () => {
      const since = timeline.nowMs
      return () => timeline.nowMs - since
    },
    after: (ms, work) => {
      let isOff = false
      timeline.at(ms, process, () => {
        if (!isOff) work()
      })
      return () => {
        isOff = true
      }
    },
    every: (ms, work) => {
      let isOff = false
      const tick = () => {
        if (isOff) return
        work()
        timeline.at(ms, process, tick)
      }
      timeline.at(ms, process, tick)
      return () => {
        isOff = true
      }
    },
    breathe: () => new Promise((resolve) => timeline.at(0, process, resolve)),
  }
}

/** Real runners, but for those that would leave the house and those whose answer is drawn. */
function performIn(process: Process): World['perform'] {
  return (prepared, signal) => {
    const { runner, context } = prepared
    if (runner === runners.http || runner === runners.llm) {
      const { idempotencyKey: key, attempt, run } = context
      const { maxTokens } = context.config as { maxTokens?: number } // of a call of a model
      return process.sim.sink.call(process, { key, runId: run.id, attempt, maxTokens })
    }
    if (runner === runners.workflow) {
      const { workflowId } = context.config as { workflowId: Id } // parsed by the schema of this runner
      const request = { workflowId, input: {}, runId: idIn(process) }
      return Promise.resolve({ type: 'wait', kind: 'child', request })
    }
    if (runner === runners.delay) process.sim.delays.set(context.idempotencyKey, process.sim.storeMs())
    if (runner === runners.condition) return Promise.resolve(process.sim.drawBranch(context.config))
    return runner({ ...context, config: context.config as never, signal }) // parsed by the schema of this runner
  }
}

function describe({ expectedSeq, events, release, epoch }: Checkpoint): string {
  const types = events.map((event) => ('node_id' in event ? `${event.type}(${event.node_id})` : event.type))
  return `epoch ${epoch} after ${expectedSeq}: ${types.join(' ')}${release ? ' and release' : ''}`
}
