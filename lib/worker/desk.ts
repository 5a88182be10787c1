import { isPassing } from '../db/reconnect'
import type { RunRow } from '../db/runs'
import type { Decision } from '../engine/decide'
import { log } from '../log'
import { NodeError } from '../nodes/runner'
import type { LogWriter } from './log-writer'
import type { OutputCache } from './output-cache'
import type { Program } from './plans'
import type { EndedAttempt } from './record-result'

/** What lies before whoever advances one run: what it means, what is written of it, and what its nodes gave. */
export interface Desk {
  program: Program
  run: RunRow
  writer: LogWriter
  outputs: OutputCache
}

export type Execute = Decision & { type: 'execute' }

/** An attempt that begins now; its input is known once it is resolved. */
export function beginAttempt({ program, writer }: Desk, decision: Execute): EndedAttempt {
  const node = program.plan.nodes.get(decision.nodeId)
  if (!node) throw new Error(`the plan has no node ${decision.nodeId}`)
  const { key, path, attempt } = decision
  return { key, node, path, attempt, startedAt: writer.now(), input: undefined }
}

/** It is still to be executed: ready, or running in a process that is gone. */
export function isDue({ writer }: Desk, { key }: Execute): boolean {
  return writer.state.ready.has(key) || writer.state.running.has(key)
}

/**
 * Lets a failure of a node pass, to be recorded. Throws what is none: the database was away while the node was being
 * prepared, so nothing is known about it, and the run goes on from what is stored. What else its author cannot have caused
 * is ours to look into.
 */
export function expectFailure(error: unknown, { run }: Desk, key: string): void {
  if (!(error instanceof NodeError) && isPassing(error)) throw error
  logUnexpected(error, { run }, key)
}

export function logUnexpected(error: unknown, { run }: Pick<Desk, 'run'>, key: string): void {
  if (!(error instanceof NodeError))
    log.error({ err: error, runId: run.id, node: key }, 'a node failed in a way it should not')
}
