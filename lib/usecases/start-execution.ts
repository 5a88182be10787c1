import type { Run } from '../api/contracts/runs'
import type { Principal } from '../auth/principal'
import type { Id } from '../ids'
import { awaitRun } from './await-run'
import { type ExecutionNode, getExecution } from './get-execution'
import { resolveAgent } from './resolve-agent'
import { startRun } from './start-run'

/**
 * Starts a published workflow as an agent and answers the run with its nodes, at once or after at most `timeoutMs`. Throws
 * like {@link startRun} and {@link resolveAgent}.
 */
export async function startExecution(of: {
  principal: Principal
  workflowId: Id
  agentId: Id | undefined
  input: unknown
  parameters: Record<string, unknown> | undefined
  version: number | undefined
  runId: Id | undefined
  timeoutMs: number
  signal: AbortSignal
}): Promise<{ run: Run; nodes: ExecutionNode[] }> {
  const { timeoutMs, signal, ...start } = of
  const { principal, workflowId } = start
  const agentId = await resolveAgent(start)
  const { runId, rest } = await startRun({ ...start, agentId, trigger: 'api' })
  if (timeoutMs > 0) await awaitRun({ runId, timeoutMs, signal, rest })
  return getExecution({ principal, workflowId, runId })
}
