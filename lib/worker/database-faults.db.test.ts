import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../auth/principal'
import { closeDatabase, pool } from '../db/client'
import { readEvents } from '../db/events'
import { migrate } from '../db/migrate'
import { closeNotify } from '../db/notify'
import { withReconnect } from '../db/reconnect'
import { type Id, newId } from '../ids'
import { openApi } from '../testing/api'
import { killWorkers, spawnWorker, type WorkerChild } from '../testing/children'
import { draw } from '../testing/definition'
import { type EffectSink, openEffectSink } from '../testing/effect-sink'
import { makeKey, makePerson } from '../testing/people'
import { openThrowAwayServer, type ThrowAwayServer } from '../testing/postgres-server'
import { ended, limitTeam, makePublished, successes, waitForRun } from '../testing/runs'
import { startRun } from '../usecases/start-run'

/** The database is killed, cuts everybody off, or accepts no writes for a while. Nobody starts a worker again. */

let server: ThrowAwayServer
let sink: EffectSink
let workers: WorkerChild[]
const before = process.env.DATABASE_URL

beforeAll(async () => {
  server = await openThrowAwayServer()
  await migrate(server.url)
  await closeNotify()
  await closeDatabase()
  process.env.DATABASE_URL = server.url
  sink = await openEffectSink()
  workers = await Promise.all([spawnWorker(), spawnWorker()])
})
afterAll(async () => {
  await killWorkers()
  await closeNotify()
  await closeDatabase()
  process.env.DATABASE_URL = before
  await sink.close()
  await server.close()
})
afterEach(async () => {
  expect(await Promise.race([...workers.map((worker) => worker.ended), 'alive']), 'no worker has ended').toBe('alive')
  sink.calls.length = 0
})

const effect = (path: string) => ({ type: 'http', config: { method: 'POST', url: `${sink.url}/${path}`, body: {} } })

const steps = () =>
  draw(['start>first', 'first>delay', 'delay>second', 'second>third', 'third>end'], {
    first: effect('first'),
    second: effect('second'),
    third: effect('third'),
    delay: { config: { seconds: 1 } },
  })

/** As a client that is told to try again: under one id, until it hears that the run was accepted. */
const accept = (principal: Principal, workflowId: Id, runId: Id) =>
  withReconnect(() => startRun({ principal, workflowId, trigger: 'api', runId }), 30_000)

const insistently = <T>(work: () => Promise<T>) => withReconnect(work, 60_000)

async function expectAllRight(runIds: Id[]): Promise<void> {
  for (const runId of runIds) expect(await insistently(() => waitForRun(runId, ended, 60_000))).toBe('completed')
  for (const runId of runIds) {
    const counts = successes(await readEvents(runId, 0, 100))
    expect(counts).toEqual({ start: 1, first: 1, second: 1, third: 1, end: 1 })
  }
  const keys = (path: string) => new Set(sink.calls.filter((call) => call.path === path).map((call) => call.key)).size
  expect(['/first', '/second', '/third'].map(keys)).toEqual([runIds.length, runIds.length, runIds.length])
}

describe('the server is killed', () => {
  test('F-10: three times under load: what was accepted ends right, and the service returns by itself', async () => {
    const { principal, workflowId } = await makePublished(steps())
    await limitTeam(principal.team.id, 500)
    const runIds = Array.from({ length: 150 }, () => newId())
    const accepting = Promise.all(
      runIds.map(async (runId, index) => {
        await new Promise((resolve) => setTimeout(resolve, index * 40))
        return accept(principal, workflowId, runId)
      }),
    )
    for (const downMs of [0, 500, 2_000]) {
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      await server.kill()
      await new Promise((resolve) => setTimeout(resolve, downMs))
      await server.restart()
    }
    const backAt = performance.now()
    await accepting
    await expectAllRight(runIds)
    expect(performance.now() - backAt).toBeLessThan(30_000)
  })
})

describe('everybody is cut off', () => {
  test('F-11: again and again between the steps: every run ends right, and all listen again within 5 s', async () => {
    const { principal, workflowId } = await makePublished(steps())
    await limitTeam(principal.team.id, 500)
    const runIds = Array.from({ length: 100 }, () => newId())
    for (const runId of runIds) await accept(principal, workflowId, runId)
    const everybody = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'vacuum'`
    let cuts = 0
    let isOver = false
    const cutting = (async () => {
      while (!isOver && cuts < 40) {
        const { rowCount } = await insistently(() => pool().query(everybody))
        cuts += rowCount ?? 0
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
    })()
    await expectAllRight(runIds)
    isOver = true
    await cutting
    expect(cuts).toBeGreaterThan(20)
    const listeners = `SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'countersign-listen'`
    await expect
      .poll(async () => (await pool().query(listeners)).rows[0]?.count, { timeout: 5_000 })
      .toBeGreaterThanOrEqual(workers.length)
  })
})

describe('workers are taken for dead', () => {
  test('F-14: while 1 000 runs finish: none that has finished is touched again', async () => {
    const { principal, workflowId } = await makePublished(draw(['start>one', 'one>two', 'two>end']))
    await limitTeam(principal.team.id, 1_000)
    const finished = new Map<Id, string>()
    const note = async () => {
      const { rows } = await pool().query<{ id: Id; row: string }>(
        `SELECT id, json_build_array(status, last_seq, ended_at, updated_at, lease_epoch, recoveries)::text AS row
         FROM runs WHERE ended_at IS NOT NULL AND team_id = $1`,
        [principal.team.id],
      )
      return rows
    }
    const runIds = Array.from({ length: 1_000 }, () => newId())
    let isOver = false
    const takingForDead = (async () => {
      while (!isOver) {
        await pool().query('UPDATE workers SET lease_until = clock_timestamp() WHERE lease_until > clock_timestamp()')
        for (const { id, row } of await note()) if (!finished.has(id)) finished.set(id, row)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    })()
    await Promise.all(runIds.map((runId) => accept(principal, workflowId, runId)))
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    isOver = true
    await takingForDead
    const touched = (await note()).filter(({ id, row }) => (finished.get(id) ?? row) !== row)
    expect(touched).toEqual([])
    for (const runId of runIds) expect(await waitForRun(runId, ended, 60_000)).toBe('completed')
    expect((await note()).filter(({ id, row }) => (finished.get(id) ?? row) !== row)).toEqual([])
  })
})

describe('the server accepts no writes', () => {
  test('F-16: 503 with Retry-After, reads go on, and everything goes on when it is over', async () => {
    const { principal, workflowId } = await makePublished(steps())
    const { secret } = await makeKey(await makePerson({ ...principal.team, projectId: '' }, 'owner'))
    const runIds = Array.from({ length: 10 }, () => newId())
    for (const runId of runIds) await accept(principal, workflowId, runId)
    const api = await openApi()
    const start = () => api.ask('POST', `/v1/workflows/${workflowId}/runs`, { key: secret, json: { input: {} } })
    try {
      expect((await start()).status).toBe(201)
      await setReadOnly('on')
      const refused = await start()
      expect([refused.status, refused.body.code]).toEqual([503, 'unavailable'])
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(2)
      expect((await api.ask('GET', `/v1/runs/${runIds[0]}`, { key: secret })).status).toBe(200)
      await setReadOnly('off')
      const backAt = performance.now()
      const accepted = await start()
      expect(accepted.status).toBe(201)
      for (const runId of [...runIds, accepted.body.id])
        expect(await waitForRun(runId, ended, 60_000)).toBe('completed')
      expect(performance.now() - backAt).toBeLessThan(60_000)
    } finally {
      await setReadOnly('off')
      await api.close()
    }
  })
})

/** For every session that is open and that comes, as on a standby that took over. */
async function setReadOnly(state: 'on' | 'off'): Promise<void> {
  const client = await pool().connect()
  try {
    await client.query('SET default_transaction_read_only = off')
    await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${state}`)
    await client.query('SELECT pg_reload_conf()')
  } finally {
    client.release(true)
  }
  await expect
    .poll(async () => (await pool().query('SHOW default_transaction_read_only')).rows[0].default_transaction_read_only)
    .toBe(state)
}
