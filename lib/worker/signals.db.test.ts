import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { pool } from '../db/client'
import { readEvents } from '../db/events'
import { killWorkers, spawnWorker } from '../testing/children'
import { draw } from '../testing/definition'
import { type EffectSink, openEffectSink } from '../testing/effect-sink'
import { ended, limitTeam, makePublished, successes, waitForRun } from '../testing/runs'
import { startRun } from '../usecases/start-run'

/** Workers that are told to stop, fall asleep, are all killed, or carry a node that throws where nobody catches. */

let sink: EffectSink
/** Paths that the sink answers only when they are let go. */
const held = new Map<string, { gate: Promise<void>; open: () => void }>()

beforeAll(async () => {
  sink = await openEffectSink((path) => held.get(path)?.gate)
})
afterAll(() => sink.close())
afterEach(async () => {
  for (const path of held.keys()) release(path)
  await killWorkers()
  sink.calls.length = 0
})

function hold(path: string): void {
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  held.set(path, { gate, open })
}

/** Calls that wait are answered, and later ones do not wait. */
function release(path: string): void {
  held.get(path)?.open()
  held.delete(path)
}

/** Later calls do not wait; those that do still wait. */
const abandon = (path: string) => held.delete(path)

const effect = (path: string, policy: Record<string, unknown> = {}) => ({
  type: 'http',
  config: { method: 'POST', url: `${sink.url}/${path}`, body: {} },
  policy,
})

async function makeRuns(...drawing: Parameters<typeof draw>) {
  const { principal, workflowId } = await makePublished(draw(...drawing))
  await limitTeam(principal.team.id, 100)
  return (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => (await startRun({ principal, workflowId, trigger: 'api' })).runId),
    )
}

const callsTo = (path: string) => sink.calls.filter((call) => call.path === path)
const called = (path: string, times: number) =>
  expect.poll(() => callsTo(path).length, { timeout: 20_000, interval: 20 }).toBe(times)

async function ownersOf(runIds: string[]): Promise<string[]> {
  const { rows } = await pool().query<{ name: string }>(
    'SELECT DISTINCT w.name FROM runs r JOIN workers w ON w.id = r.lease_owner WHERE r.id = ANY($1)',
    [runIds],
  )
  return rows.map((row) => row.name)
}

describe('F-07: told to stop with 50 steps in flight', () => {
  test('it claims nothing more, records what finishes, releases the rest at once and ends with code 0', async () => {
    hold('/first')
    hold('/long')
    const beginShort = await makeRuns(['start>first', 'first>second', 'second>end'], {
      first: effect('first'),
      second: effect('second'),
    })
    const beginLong = await makeRuns(['start>long', 'long>end'], { long: effect('long') })
    const stopped = await spawnWorker({ WORKER_GRACE_MS: '8000' })
    const [short, long] = [await beginShort(45), await beginLong(5)]
    await called('/first', 45)
    await called('/long', 5)
    abandon('/long')
    const other = await spawnWorker()

    const toldAt = Date.now()
    stopped.signal('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 500))
    release('/first')
    await called('/second', 45)
    // Their runs went on elsewhere while the stopped one still waited for its long steps.
    expect(await Promise.race([stopped.ended, Promise.resolve('alive')])).toBe('alive')
    await new Promise((resolve) => setTimeout(resolve, toldAt + 1_000 - Date.now())) // from now on it must not claim
    const later = await beginShort(10)
    await called('/first', 55)
    for (const name of await ownersOf(later)) expect(name).toMatch(new RegExp(`:${other.pid}$`))

    expect(await stopped.ended).toBe(0)
    const endedAt = Date.now()
    expect(endedAt - toldAt).toBeLessThan(30_000)
    for (const runId of [...short, ...long, ...later]) expect(await waitForRun(runId, ended, 20_000)).toBe('completed')

    // What finished in time was recorded by the worker that stopped, and nothing new was begun by it.
    expect(new Set(callsTo('/first').map((call) => call.key)).size).toBe(55)
    expect(callsTo('/first')).toHaveLength(55)
    expect(callsTo('/second')).toHaveLength(55)
    // What did not finish was let go with the process, not when its lease would have ended, and keeps its key.
    const again = callsTo('/long').slice(5)
    expect(again).toHaveLength(5)
    expect(new Set(callsTo('/long').map((call) => call.key)).size).toBe(5)
    for (const call of again) expect(call.atMs - endedAt).toBeLessThan(5_000)
    const { rows } = await pool().query(
      'SELECT DISTINCT recoveries, lease_epoch AS owners FROM runs WHERE id = ANY($1)',
      [[...short, ...long]],
    )
    expect(rows).toEqual([{ recoveries: 0, owners: 2 }])
  })
})

describe('F-08: a worker that sleeps longer than its lease', () => {
  test('writes nothing when it wakes, says so, and the effects it had begun keep their key', async () => {
    hold('/first')
    hold('/second')
    const begin = await makeRuns(['start>first', 'first>second', 'second>end'], {
      first: effect('first'),
      second: effect('second'),
    })
    const zombie = await spawnWorker()
    const runIds = await begin(10)
    await called('/first', 10)
    zombie.signal('SIGSTOP')
    release('/first') // the answers wait in the sockets of the sleeper
    await spawnWorker()
    await called('/second', 10) // the other one took over and is in mid-run
    const before = await Promise.all(runIds.map((runId) => readEvents(runId, 0, 100)))
    zombie.signal('SIGCONT')
    await expect.poll(() => zombie.output(), { timeout: 5_000 }).toContain('lease_lost')
    release('/second')
    for (const runId of runIds) expect(await waitForRun(runId, ended, 20_000)).toBe('completed')
    for (const [index, runId] of runIds.entries()) {
      const events = await readEvents(runId, 0, 100)
      expect(events.slice(0, before[index]?.length)).toEqual(before[index])
      expect(successes(events)).toEqual({ start: 1, first: 1, second: 1, end: 1 })
      expect(events.filter((event) => event.type === 'run_recovered')).toHaveLength(1)
    }
    expect(callsTo('/first')).toHaveLength(20)
    expect(new Set(callsTo('/first').map((call) => call.key)).size).toBe(10)
    expect(callsTo('/second')).toHaveLength(10)
    expect(await Promise.race([zombie.ended, Promise.resolve('alive')])).toBe('alive')
  })
})

describe('F-04: every worker is killed', () => {
  test('one that starts later finishes everything', async () => {
    hold('/first')
    const begin = await makeRuns(['start>first', 'first>end'], { first: effect('first') })
    const workers = await Promise.all([spawnWorker(), spawnWorker()])
    const runIds = await begin(30)
    await called('/first', 30)
    for (const worker of workers) worker.signal('SIGKILL')
    await Promise.all(workers.map((worker) => worker.ended))
    release('/first')
    await spawnWorker()
    for (const runId of runIds) expect(await waitForRun(runId, ended, 20_000)).toBe('completed')
    expect(new Set(callsTo('/first').map((call) => call.key)).size).toBe(30)
    expect(callsTo('/first')).toHaveLength(60)
  })
})

describe('F-06: a node that throws where nobody can catch', () => {
  test.each(['throws', 'rejects'])('it %s: that node fails, its worker and the other runs go on', async (path) => {
    hold('/slow')
    const beginOther = await makeRuns(['start>slow', 'slow>end'], { slow: effect('slow') })
    const begin = await makeRuns(['start>faulty', 'faulty:error>end'], { faulty: effect(path, { onError: 'branch' }) })
    const worker = await spawnWorker()
    const others = await beginOther(5)
    await called('/slow', 5)
    const [runId = ''] = await begin(1)
    expect(await waitForRun(runId, ended)).toBe('completed')
    release('/slow')
    const failed = (await readEvents(runId, 0, 100)).filter((event) => event.type === 'node_failed')
    expect(failed).toMatchObject([{ node_id: 'faulty', retry: false, error: { code: 'internal' } }])
    for (const other of others) expect(await waitForRun(other, ended)).toBe('completed')
    expect(callsTo('/slow')).toHaveLength(5)
    expect(worker.output()).toContain('a node threw outside its own promise')
  })
})
