/**
 * A worker in a process of its own, for tests that kill it: `ENGINE_CRASH_AT` says where it dies. It works on DATABASE_URL
 * until it is told to stop, as `npm run worker` is. A message to it (`ChildOrder`) makes it act as a person would, through
 * the use cases. Its HTTP node throws outside its own promise when the path says so, as a faulty library might.
 */
import { onStop } from '../../scripts/bootstrap/on-stop.mjs'
import type { Principal } from '../auth/principal'
import { callbackUrl } from '../callback-url'
import { closeDatabase } from '../db/client'
import { closeNotify } from '../db/notify'
import { withReconnect } from '../db/reconnect'
import { AppError } from '../errors'
import { runners } from '../nodes/runners'
import { commandRun } from '../usecases/command-run'
import { decideApproval } from '../usecases/decide-approval'
import { receiveCallback } from '../usecases/receive-callback'
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
  | { do: 'approve'; principal: Principal; runId: string; nodeId: string; path?: string[] }
  | { do: 'answer'; principal: Principal; runId: string; nodeId: string; data: unknown }
  | { do: 'call back'; runId: string; nodeId: string; path: string[]; data: unknown }
  | { do: 'stop'; principal: Principal; runId: string }

/** As long as the database is away, again: what a client does that is told to try later. */
const PATIENCE_MS = 30_000

async function act(order: ChildOrder): Promise<void> {
  await withReconnect(() => ask(order), PATIENCE_MS).catch((error: unknown) => {
    // Whoever orders twice, for want of an answer, hears that it was done.
    if (!(error instanceof AppError)) throw error
  })
}

async function ask(order: ChildOrder): Promise<unknown> {
  const { runId } = order
  switch (order.do) {
    case 'start':
      return startRun({ principal: order.principal, runId, workflowId: order.workflowId, trigger: 'api' })
    case 'approve':
      return decideApproval({ ...order, decision: 'approved' })
    case 'answer':
      return commandRun({
        principal: order.principal,
        runId,
        command: 'data',
        inputs: { [order.nodeId]: order.data },
      })
    case 'call back': {
      const token = callbackUrl(order).split('/').at(-1) ?? ''
      return receiveCallback({ token, data: order.data })
    }
    case 'stop':
      return commandRun({ principal: order.principal, runId, command: 'stop' })
  }
}
