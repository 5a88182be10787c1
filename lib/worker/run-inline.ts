import { crashPoint } from '../faults'
import type { RunnerResult } from '../nodes/runner'
import { beginAttempt, type Desk, type Execute, expectFailure, isDue } from './desk'
import type { World } from './ports'
import { recordFailure, recordResult } from './record-result'
import { computeNode, prepareNode } from './run-node'

/** Runs a node that only computes, opens a wait, or opens a container: its start and its end are one event. */
export async function runInline(world: World, desk: Desk, decision: Execute): Promise<void> {
  // An item that failed in this very round may have cut it off.
  if (!isDue(desk, decision)) return
  const { program, run, writer, outputs } = desk
  const attempt = beginAttempt(desk, decision)
  if (program.plan.nodes.get(decision.nodeId)?.type === 'merge') crashPoint('join.before_commit')
  try {
    const prepared = await prepareNode(program, run, outputs, decision)
    attempt.input = prepared.input
    const early = writer.state.earlyCallbacks.has(decision.key)
    const result: RunnerResult = early
      ? { type: 'done', output: (await outputs.readKey(decision.key)) ?? null }
      : await computeNode(world, prepared)
    recordResult(writer, attempt, result, outputs)
  } catch (error) {
    expectFailure(error, desk, decision.key)
    recordFailure(writer, attempt, error, outputs.remember)
  }
}
