import { isPassing } from '../db/reconnect'
import type { RunRow } from '../db/runs'
import { applyEvent } from '../engine/apply-event'
import type { RunEvent, RunStatus } from '../engine/events'
import { compile, type Plan } from '../engine/graph'
import { initialState, type RunState } from '../engine/state'
import { limitOf } from '../env'
import type { Id } from '../ids'
import { log as logger } from '../log'
import { LogWriter } from './log-writer'
import type { World } from './ports'

/**
 * What becomes of a leased run whose advance threw. A fault of ours would only throw again, so the run is closed with the
 * reason `finally_safety_net`; when the database was away, the run is given back and goes on. Never rejects.
 */
export async function catchRun(world: World, run: RunRow, owner: Id, error: unknown): Promise<RunStatus | null> {
  logger.error({ err: error, runId: run.id }, 'the advance of a run failed')
  try {
    if (!isPassing(error)) return await closeRun(world, run, owner)
    await world.store.releaseRuns(owner, [run.id])
  } catch (second) {
    // The sweep gives back what this worker holds and does not advance.
    logger.warn({ err: String(second), runId: run.id }, 'the run could not be let go yet')
  }
  return null
}

async function closeRun(world: World, run: RunRow, owner: Id): Promise<RunStatus | null> {
  const events: RunEvent[] = []
  for await (const event of world.store.readLog(run.id)) events.push(event)
  if (events.length === 0) return null
  const { plan, state } = await foldSafely(world, run, events)
  if (state.ended) return state.status
  const writer = new LogWriter(world, run, { owner, epoch: run.leaseEpoch }, plan, state)
  const summary = 'Something went wrong inside the engine, so the run was closed; the server log has the details.'
  const reason = 'finally_safety_net'
  writer.append({ type: 'run_failed', reason, summary })
  writer.end({ output: null, reason, summary, nodeId: null })
  const result = await writer.commit({ release: false, waitingFor: null })
  return result.lost || result.overtaken ? null : state.status
}

/** The fold may be what throws: then nothing is known of the run but where its log ends. */
async function foldSafely(world: World, run: RunRow, events: RunEvent[]): Promise<{ plan: Plan; state: RunState }> {
  try {
    const { plan } = await world.store.loadProgram(run.definitionId)
    const state = initialState(plan)
    for (const event of events) applyEvent(plan, state, event)
    return { plan, state }
  } catch {
    const { plan } = compile({ kind: 'graph', nodes: [], edges: [], settings: { maxNodeVisits: 1, maxSteps: 1 } })
    const state = initialState(plan)
    state.status = 'running'
    state.lastSeq = events.length
    return { plan, state }
  }
}

/** Another worker had this run and is gone. One that has lost too many is closed: something in it kills them. */
export function recoverRun(writer: LogWriter, recoveries: number): void {
  writer.append({ type: 'run_recovered', recoveries })
  if (recoveries <= limitOf('recoveries')) return
  writer.append({
    type: 'run_failed',
    reason: 'stale_run_reaper',
    summary: `The run lost its worker ${recoveries} times, so it was closed. Whatever it does last may be stopping the worker.`,
  })
}
