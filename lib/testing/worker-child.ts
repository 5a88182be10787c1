/**
 * A worker in a process of its own, for tests that kill it: `ENGINE_CRASH_AT` says where it dies. It works on DATABASE_URL
 * until it is killed. A message to it (`ChildOrder`) makes it act as a person would, through the use cases.
 */
import type { Principal } from '../auth/principal'
import { commandRun } from '../usecases/command-run'
import { decideApproval } from '../usecases/decide-approval'
import { startWorker } from '../worker/main'

await startWorker({})
process.send?.('ready')

process.on('message', (message) => {
  void act(message as ChildOrder)
})

export type ChildOrder =
  | { do: 'approve'; principal: Principal; runId: string; nodeId: string }
  | { do: 'stop'; principal: Principal; runId: string }

async function act(order: ChildOrder): Promise<void> {
  const { principal, runId } = order
  if (order.do === 'approve') await decideApproval({ principal, runId, nodeId: order.nodeId, decision: 'approved' })
  else await commandRun({ principal, runId, command: 'stop' })
}
