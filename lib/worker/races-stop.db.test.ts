import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { pool } from '../db/client'
import { readEvents } from '../db/events'
import { holdLogs, holdRun } from '../testing/barrier'
import { draw } from '../testing/definition'
import { ended, makePublished, waitForRun } from '../testing/runs'
import { awaitRun } from '../usecases/await-run'
import { commandRun } from '../usecases/command-run'
import { decideApproval } from '../usecases/decide-approval'
import { getRun } from '../usecases/get-run'
import { startRun } from '../usecases/start-run'
import { databaseWorld } from './database-world'
import { startWorker } from './main'

/** Stop, time limits and retries against what happens at the same instant (F-27, F-28, F-29, F-2A). */

const REPEATS = 50
let worker: Awaited<ReturnType<typeof startWorker>>
let upstream: Server
let url: string
/** How the upstream answers the next calls. */
let answer: (request: IncomingMessage, response: ServerResponse) => void

beforeAll(async () => {
  process.env.EGRESS_ALLOW = '127.0.0.1'
  upstream = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`
  worker = await startWorker({})
})
afterAll(async () => {
  await worker.stop(2_000)
  upstream.closeAllConnections()
  upstream.close()
})
afterEach(() => upstream.closeAllConnections())

async function makeRuns(...drawing: Parameters<typeof draw>) {
  const { principal, workflowId } = await makePublished(draw(...drawing))
  const begin = async () => (await startRun({ principal, workflowId, trigger: 'api' })).runId
  return { principal, begin }
}

const call = (path: string, policy: Record<string, unknown> = {}) => ({
  type: 'http',
  config: { method: 'GET', url: `${url}/${path}` },
  policy,
})

async function log(runId: string) {
  return readEvents(runId, 0, 1_000)
}

const ENDS = ['run_completed', 'run_failed', 'run_cancelled', 'run_timed_out', 'run_aborted']
async function endsOf(runId: string): Promise<string[]> {
  return (await log(runId)).map((event) => event.type).filter((type) => ENDS.includes(type))
}

describe('stop', () => {
  test('F-27: against completion, both at the row of the run: one end, and the answer is what is stored', async () => {
    const { principal, begin } = await makeRuns(['start>approval', 'approval:approved>end'])
    const seen = new Set<string>()
    for (let turn = 0; turn < REPEATS; turn++) {
      const runId = await begin()
      await awaitRun({ runId, timeoutMs: 10_000 })
      const [stopFirst, logs] = [turn % 2 === 0, await holdLogs()]
      await decideApproval({ principal, runId, nodeId: 'approval', decision: 'approved' })
      await logs.queued(1) // the end of the run
      const row = await holdRun(runId)
      const order = [
        () => logs.open(),
        () => {
          stopping = commandRun({ principal, runId, command: 'stop' })
        },
      ]
      let stopping = Promise.resolve()
      if (stopFirst) order.reverse()
      await order[0]?.()
      await row.queued(stopFirst ? 2 : 1)
      await order[1]?.()
      await row.queued(2)
      await row.open()
      await stopping
      await awaitRun({ runId, timeoutMs: 10_000 })
      const answered = await getRun({ principal, runId })
      const { rows } = await pool().query('SELECT status FROM runs WHERE id = $1', [runId])
      expect(rows).toEqual([{ status: answered.status }])
      expect(await endsOf(runId)).toEqual([`run_${answered.status}`])
      seen.add(answered.status)
    }
    expect([...seen]).toContain('completed')
  })

  test('F-27: against a result that is being stored: one end, and nothing after it', async () => {
    let release = () => {}
    answer = (_request, response) => {
      release = () => response.end('{}')
    }
    const { principal, begin } = await makeRuns(['start>http', 'http>end'], { http: call('slow') })
    for (let turn = 0; turn < REPEATS; turn++) {
      const arrived = once(upstream, 'request')
      const runId = await begin()
      await arrived
      const row = await holdRun(runId)
      let stopping = Promise.resolve()
      const order = [
        () => release(),
        () => {
          stopping = commandRun({ principal, runId, command: 'stop' })
        },
      ]
      if (turn % 2 === 0) order.reverse()
      order[0]?.()
      await row.queued(1)
      order[1]?.()
      await row.queued(2)
      await row.open()
      await stopping
      const status = await waitForRun(runId, ended)
      expect(await endsOf(runId)).toEqual([`run_${status}`])
    }
  })

  test('F-28: while a call is out: its socket is closed within 2 s, and no node starts afterwards', async () => {
    answer = () => undefined
    const { principal, begin } = await makeRuns(
      ['start>http1', 'start>http2', 'http1:error>late1', 'http1>late1', 'http2>late2', 'late1>end', 'late2>end'],
      { http1: call('one', { onError: 'branch' }), http2: call('two'), late1: call('late'), late2: call('late') },
    )
    for (let turn = 0; turn < REPEATS; turn++) {
      const sockets: { closedAt: number }[] = []
      const bothOut = new Promise<void>((resolve) => {
        answer = (request) => {
          const socket = { closedAt: 0 }
          request.socket.once('close', () => {
            socket.closedAt = performance.now()
          })
          if (sockets.push(socket) === 2) resolve()
        }
      })
      const runId = await begin()
      await bothOut
      await commandRun({ principal, runId, command: 'stop' })
      const acknowledgedAt = performance.now()
      expect(await waitForRun(runId, ended)).toBe('cancelled')
      await expect.poll(() => sockets.every((socket) => socket.closedAt > 0), { timeout: 5_000 }).toBe(true)
      for (const { closedAt } of sockets) expect(closedAt - acknowledgedAt).toBeLessThan(2_000)
      expect(sockets).toHaveLength(2)
      const started = (await log(runId)).filter((event) => event.type === 'node_started').map((event) => event.node_id)
      expect(started.sort()).toEqual(['http1', 'http2'])
    }
  })
})

describe('time limits', () => {
  test('F-29: a node that answers at the very instant of its limit either succeeded or failed', async () => {
    const LIMIT_MS = 80
    answer = (_request, response) => setTimeout(() => response.end('{}'), LIMIT_MS - 4 + Math.random() * 6)
    const { begin } = await makeRuns(['start>http', 'http>end'], { http: call('edge', { timeoutMs: LIMIT_MS }) })
    const outcomes: string[] = []
    await Promise.all(
      Array.from({ length: REPEATS }, async () => {
        const runId = await begin()
        const status = await waitForRun(runId, ended)
        const results = (await log(runId)).filter(
          (event) => (event.type === 'node_succeeded' || event.type === 'node_failed') && event.node_id === 'http',
        )
        expect(results.map((event) => event.type)).toEqual([status === 'completed' ? 'node_succeeded' : 'node_failed'])
        outcomes.push(status)
      }),
    )
    expect(outcomes).toHaveLength(REPEATS)
  })

  test('F-29: what comes after the limit of the node is discarded', async () => {
    const late: ServerResponse[] = []
    answer = (_request, response) => void late.push(response)
    const { begin } = await makeRuns(['start>http', 'http:error>after', 'after>end'], {
      http: call('late', { timeoutMs: 30, onError: 'branch' }),
      after: { type: 'transform', config: { expression: 'nodes.http.output.error.code' } },
      end: { config: { output: '{{ nodes.after.output }}' } },
    })
    const runIds = await Promise.all(Array.from({ length: REPEATS }, begin))
    for (const runId of runIds) expect(await waitForRun(runId, ended)).toBe('completed')
    const before = await Promise.all(runIds.map(log))
    for (const response of late) response.end('{"too":"late"}')
    expect(await Promise.all(runIds.map(log))).toEqual(before)
    const { rows } = await pool().query<{ output: unknown; count: number }>(
      `SELECT output ->> 'value' AS output, count(*)::int FROM runs WHERE id = ANY($1) GROUP BY 1`,
      [runIds],
    )
    expect(rows).toEqual([{ output: 'timeout', count: REPEATS }])
  })

  /** Calls that answer when they are told to, whether or not they were aborted: what happened far away has happened. */
  function deafCalls() {
    const answers = new Map<string, () => void>()
    const original = databaseWorld.perform
    const spy = vi.spyOn(databaseWorld, 'perform').mockImplementation((prepared, signal) => {
      if (prepared.isInline) return original(prepared, signal)
      const { run, idempotencyKey, attempt } = prepared.context
      const name = `${idempotencyKey.slice(run.id.length + 1)} ${attempt}`
      return new Promise((resolve) => answers.set(name, () => resolve({ type: 'done', output: name })))
    })
    const reached = async (name: string) => {
      await vi.waitFor(() => expect([...answers.keys()]).toContain(name), PATIENCE)
      return answers.get(name) as () => void
    }
    return { reached, restore: () => spy.mockRestore() }
  }
  const PATIENCE = { timeout: 10_000, interval: 5 }
  const discarded = async (runId: string) => (await log(runId)).filter(({ type }) => type === 'result_discarded')

  test('F-29: a result after the limit of its attempt is told in the log and not applied, while the run goes on', async () => {
    const calls = deafCalls()
    const { principal, begin } = await makeRuns(['start>slow', 'slow:error>after', 'after>end'], {
      slow: call('slow', { timeoutMs: 30, onError: 'branch' }),
      after: call('after'),
      end: { config: { output: '{{ nodes.slow.output.error.code }}' } },
    })
    const runId = await begin()
    const late = await calls.reached('slow 1')
    const answerAfter = await calls.reached('after 1')
    late()
    await vi.waitFor(async () => expect(await discarded(runId)).toHaveLength(1), PATIENCE)
    expect(await discarded(runId)).toMatchObject([{ node_id: 'slow', path: [], attempt: 1, reason: 'timeout' }])
    answerAfter()
    expect(await waitForRun(runId, ended)).toBe('completed')
    expect(await discarded(runId)).toHaveLength(1)
    expect((await getRun({ principal, runId })).output).toBe('timeout')
    calls.restore()
  })

  test('F-29: a result of an item that was cut off is told, one of a run that was stopped is not: its log is closed', async () => {
    const calls = deafCalls()
    const item = {
      condition: { config: { branches: [{ name: 'first', when: 'index = 0' }] } },
      fail: { config: { message: 'no' } },
      http: call('item'),
    }
    const edges = ['start>forEach', 'forEach:error>after', 'after>end', 'condition:first>fail', 'condition:else>http']
    const { principal, begin } = await makeRuns(edges, {
      forEach: { config: { items: '[1, 2]', concurrency: 2 }, policy: { onError: 'branch' } },
      ...Object.fromEntries(Object.entries(item).map(([id, node]) => [id, { parentId: 'forEach', ...node }])),
      after: call('after'),
    })
    const runId = await begin()
    const late = await calls.reached('each:1/http 1')
    const answerAfter = await calls.reached('after 1')
    late()
    await vi.waitFor(async () => expect(await discarded(runId)).toHaveLength(1), PATIENCE)
    expect(await discarded(runId)).toMatchObject([{ node_id: 'http', path: ['each:1'], attempt: 1, reason: 'cut_off' }])
    await commandRun({ principal, runId, command: 'stop' })
    expect(await waitForRun(runId, ended)).toBe('cancelled')
    const closed = await log(runId)
    answerAfter()
    // Whatever the worker does next, it does after it has heard of that.
    const nextId = await begin()
    await calls.reached('each:1/http 1')
    expect(await log(runId)).toEqual(closed)
    await commandRun({ principal, runId: nextId, command: 'stop' })
    calls.restore()
  })

  test('F-29: the limit of a run against an approval: one end, and a decision only where it was stored', async () => {
    const { principal, begin } = await makeRuns(
      ['start>approval', 'approval:approved>end'],
      {},
      { settings: { timeoutMs: 150 } },
    )
    await Promise.all(
      Array.from({ length: REPEATS }, async (_, turn) => {
        const startedAt = performance.now()
        const runId = await begin()
        await awaitRun({ runId, timeoutMs: 10_000 })
        await new Promise((resolve) =>
          setTimeout(resolve, 150 - 10 + (turn % 10) * 3 - (performance.now() - startedAt)),
        )
        const decision = await decideApproval({ principal, runId, nodeId: 'approval', decision: 'approved' }).then(
          () => 'approved',
          (error: { code: string }) => error.code,
        )
        const status = await waitForRun(runId, ended)
        expect(await endsOf(runId)).toEqual([`run_${status}`])
        expect(['approved', 'run_ended']).toContain(decision)
        const decided = (await log(runId)).filter((event) => event.type === 'approval_decided')
        // A decision may be told and the time be over in the same moment: then both stand, and the time ended the run.
        expect(decided.length).toBeLessThanOrEqual(decision === 'approved' ? 1 : 0)
        expect(decided.length).toBeGreaterThanOrEqual(status === 'completed' ? 1 : 0)
      }),
    )
  })
})

describe('F-2A: retries', () => {
  const delays = async (runIds: string[]) => {
    const { rows } = await pool().query<{ seconds: number }>(
      `SELECT extract(epoch FROM w.due_at - e.at)::float8 AS seconds FROM waits w JOIN run_events e
         ON e.run_id = w.run_id AND e.type = 'node_waiting' AND e.data ->> 'wait_id' = w.id::text
       WHERE w.run_id = ANY($1) AND w.kind = 'retry' AND e.data ->> 'attempt' = '1'`,
      [runIds],
    )
    return rows.map((row) => row.seconds)
  }

  test('wait at least what Retry-After asks', async () => {
    answer = (_request, response) => response.writeHead(429, { 'retry-after': '60' }).end()
    const { begin } = await makeRuns(['start>http', 'http>end'], {
      http: call('busy', { retry: { maxAttempts: 4, backoffMs: 10 } }),
    })
    const runIds = await Promise.all(Array.from({ length: 200 }, begin))
    for (const runId of runIds) await waitForRun(runId, (run) => !run.isHeld)
    const seconds = await delays(runIds)
    expect(seconds).toHaveLength(200)
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(59.9)
  })

  test('are spread: no second holds more than a fifth of 200', async () => {
    answer = (_request, response) => response.writeHead(500).end()
    const { begin } = await makeRuns(['start>http', 'http>end'], {
      http: call('broken', { retry: { maxAttempts: 4, backoffMs: 10_000, maxBackoffMs: 10_000 } }),
    })
    const runIds = await Promise.all(Array.from({ length: 200 }, begin))
    for (const runId of runIds) await waitForRun(runId, (run) => !run.isHeld)
    const seconds = await delays(runIds)
    const buckets = new Map<number, number>()
    for (const each of seconds) buckets.set(Math.floor(each), (buckets.get(Math.floor(each)) ?? 0) + 1)
    expect(seconds).toHaveLength(200)
    expect(Math.max(...buckets.values())).toBeLessThanOrEqual(40)
  })

  test('end at the limit of attempts', async () => {
    let calls = 0
    answer = (request, response) => {
      if (request.url === '/down') calls += 1
      response.writeHead(503).end()
    }
    const { begin } = await makeRuns(['start>http', 'http>end'], {
      http: call('down', { retry: { maxAttempts: 3, backoffMs: 5, maxBackoffMs: 5 } }),
    })
    const runIds = await Promise.all(Array.from({ length: REPEATS }, begin))
    for (const runId of runIds) expect(await waitForRun(runId, ended)).toBe('failed')
    expect(calls).toBe(3 * REPEATS)
  })
})
