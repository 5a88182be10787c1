import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pool } from '../db/client'
import { readEvents } from '../db/events'
import { newId } from '../ids'
import { killWorkers, spawnWorker, type WorkerChild } from '../testing/children'
import { testDatabase } from '../testing/database'
import { draw } from '../testing/definition'
import { type EffectSink, openEffectSink } from '../testing/effect-sink'
import { atRest, ended, makePublished, successes, waitForRun } from '../testing/runs'
import { openProxy, type TcpProxy } from '../testing/tcp-proxy'
import { commandRun } from '../usecases/command-run'

/** The wire between a process and the database loses answers, or goes dead without a word. */

let proxy: TcpProxy
let sink: EffectSink
let child: WorkerChild

beforeEach(async () => {
  sink = await openEffectSink()
  proxy = await openProxy((await testDatabase()).url)
  child = await spawnWorker({ DATABASE_URL: proxy.url })
})
afterEach(async () => {
  await killWorkers()
  await proxy.close()
  await sink.close()
})

const effect = (path: string) => ({ type: 'http', config: { method: 'POST', url: `${sink.url}/${path}`, body: {} } })

const steps = (asked: 'approval' | 'input' = 'approval') => {
  const onward = asked === 'approval' ? 'approval:approved>delay' : 'input>delay'
  return draw(['start>first', `first>${asked}`, onward, 'delay>second', 'second>end'], {
    first: effect('first'),
    second: effect('second'),
    delay: { config: { seconds: 1 } },
  })
}

describe('F-12: the answer to a statement is lost after the server gave it', () => {
  // A vote is a transaction: of the statements of one, none may be lost for it to stand, so it gets more room.
  test.each([
    [6, 'input'],
    [11, 'input'],
    [19, 'approval'],
  ] as const)('every %i-th, %s: nothing is lost, and what happens twice has the same key', async (n, asked) => {
    const { principal, workflowId } = await makePublished(steps(asked))
    proxy.loseEvery(n)
    const runIds = Array.from({ length: 20 }, () => newId())
    await Promise.all(
      runIds.map(async (runId) => {
        child.order({ do: 'start', principal, workflowId, runId })
        await expect.poll(() => isThere(runId), { timeout: 30_000 }).toBe(true)
        await waitForRun(runId, atRest, 30_000)
        if (asked === 'approval') child.order({ do: 'approve', principal, runId, nodeId: 'approval' })
        else child.order({ do: 'answer', principal, runId, nodeId: 'input', data: {} })
        await waitForRun(runId, ended, 30_000)
      }),
    )
    expect(proxy.lost).toBeGreaterThan(20)
    for (const runId of runIds) {
      expect(await waitForRun(runId, ended)).toBe('completed')
      expect(successes(await readEvents(runId, 0, 100))).toEqual({ start: 1, first: 1, [asked]: 1, second: 1, end: 1 })
    }
    for (const path of ['/first', '/second']) {
      const calls = sink.calls.filter((call) => call.path === path)
      expect(new Set(calls.map((call) => call.key)).size).toBe(20)
    }
    expect(await Promise.race([child.ended, 'alive'])).toBe('alive')
  })

  test('a job of the queue that was fetched by a lost answer is done all the same', async () => {
    const { principal, workflowId } = await makePublished(
      draw(['start>approval', 'approval:approved>end'], {}, { settings: { timeoutMs: 3_000 } }),
    )
    const runId = newId()
    child.order({ do: 'start', principal, workflowId, runId })
    await expect.poll(() => isThere(runId), { timeout: 30_000 }).toBe(true)
    // As if the living queue had asked for it a minute ago and never heard the answer.
    await pool().query(
      `UPDATE graphile_worker._private_jobs SET run_at = now(), locked_at = now() - interval '61 seconds', attempts = 1,
         locked_by = (SELECT locked_by FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL LIMIT 1)
       WHERE key = 'timeout:' || $1`,
      [runId],
    )
    expect(await waitForRun(runId, ended)).toBe('timed_out')
  })
})

async function isThere(runId: string): Promise<boolean> {
  return (await pool().query('SELECT FROM runs WHERE id = $1', [runId])).rowCount === 1
}

describe('F-13: a connection is dead and nobody says so', () => {
  test('the one that listens, and then all of the pool: given up within 15 s, and every run goes on', async () => {
    const { principal, workflowId } = await makePublished(steps())
    const runIds = Array.from({ length: 5 }, () => newId())
    for (const runId of runIds) child.order({ do: 'start', principal, workflowId, runId })
    for (const runId of runIds) await expect.poll(() => isThere(runId), { timeout: 30_000 }).toBe(true)
    for (const runId of runIds) await waitForRun(runId, atRest)

    const listening = () => backends('countersign-listen')
    const [before] = await listening()
    const deafAt = performance.now()
    expect(proxy.silence('countersign-listen')).toBe(1)
    await expect.poll(listening, { timeout: 15_000, interval: 100 }).not.toEqual([before])
    expect(performance.now() - deafAt).toBeLessThan(15_000)

    const deadAt = performance.now()
    expect(proxy.silence('countersign')).toBeGreaterThan(0)
    for (const runId of runIds.slice(1)) child.order({ do: 'approve', principal, runId, nodeId: 'approval' })
    await commandRun({ principal, runId: runIds[0] ?? '', command: 'stop' })
    const statuses = await Promise.all(runIds.map((runId) => waitForRun(runId, ended, 30_000)))
    expect(statuses).toEqual(['cancelled', 'completed', 'completed', 'completed', 'completed'])
    expect(performance.now() - deadAt).toBeLessThan(20_000)
    expect(await Promise.race([child.ended, 'alive'])).toBe('alive')
  })
})

/** The server's side of the connections that are called so. */
async function backends(name: string): Promise<number[]> {
  const { rows } = await pool().query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database() ORDER BY backend_start',
    [name],
  )
  return rows.map((row) => row.pid)
}

afterAll(killWorkers)
