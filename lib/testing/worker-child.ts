/**
 * A worker in a process of its own, for tests that kill it: `ENGINE_CRASH_AT` says where it dies. It works on DATABASE_URL
 * until it is told to stop, as `npm run worker` is. A message to it (`ChildOrder`) makes it act as a person would, through
 * the use cases. Its HTTP node throws outside its own promise when the path says so, as a faulty library might.
 */
import { onStop } from '../../scripts/bootstrap/on-stop.mjs'
import type { Principal } from '../auth/principal'
import { closeDatabase } from '../db/client'
import { closeNotify } from '../db/notify'
import { withReconnect } from '../db/reconnect'
import { runners } from '../nodes/runners'
import { commandRun } from '../usecases/command-run'
import { decideApproval } from '../usecases/decide-approval'
import { startRun } from '../usecases/start-run'
import { startWorker } from '../worker/main'
import { claimStrayError } from '../worker/stray-errors'

const stopping = onStop()
stopping.unless(claimStrayError)

const { http } = runners
runners.http = (context) => {
  if (context.config.url.endsWith('/throws')) return new Promise(() => setTimeout(() => fail('thrown in a timer'), 5))
  if (context.config.url.endsWith('/rejects'))
    return new Promise(() => void Promise.reject(new Error('nobody awaits it')))
  return http(context)
}

function fail(message: string): never {
  throw new Error(message)
}

const worker = await startWorker({})
const { WORKER_GRACE_MS } = process.env
stopping.first((graceMs) => worker.stop(WORKER_GRACE_MS ? Number(WORKER_GRACE_MS) : graceMs))
stopping.after(closeDatabase)
stopping.after(closeNotify)
process.send?.('ready')

process.on('message', (message) => {
  void act(message as ChildOrder)
})

export type ChildOrder =
  | { do: 'start'; principal: Principal; runId: string; workflowId: string }
  | { do: 'approve'; principal: Principal; runId: string; nodeId: string }
  | { do: 'stop'; principal: Principal; runId: string }

/** As long as the database is away, again: what a client does that is told to try later. */
const PATIENCE_MS = 30_000

async function act(order: ChildOrder): Promise<void> {
  const { principal, runId } = order
  await withReconnect(async () => {
    if (order.do === 'start') await startRun({ principal, runId, workflowId: order.workflowId, trigger: 'api' })
    else if (order.do === 'approve')
      await decideApproval({ principal, runId, nodeId: order.nodeId, decision: 'approved' })
    else await commandRun({ principal, runId, command: 'stop' })
  }, PATIENCE_MS)
}
