import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { pool } from '../../../db/client'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import type { TestTeam } from '../../../testing/people'
import { ended, limitTeam, waitForRun } from '../../../testing/runs'
import { openTurnstile, type Turnstile } from '../../../testing/turnstile'
import { startWorker } from '../../../worker/main'
import type { WorkflowDefinitionInput } from '../../../workflow/document'

/** What callers see of the limits of runs at once and of the queue. */

const QUEUED_RUNS = 3

vi.hoisted(() => {
  process.env.EGRESS_ALLOW = '127.0.0.1'
  process.env.LIMIT_QUEUED_RUNS = '3'
})

let api: TestApi
let turnstile: Turnstile
let worker: Awaited<ReturnType<typeof startWorker>>

beforeAll(async () => {
  api = await openApi()
  turnstile = await openTurnstile()
  worker = await startWorker()
})
afterAll(async () => {
  await turnstile.close()
  await worker.stop(1_000)
  await api.close()
})
afterEach(() => turnstile.clear())

async function publish(settings: WorkflowDefinitionInput['settings']) {
  const { team, key } = await makeTenant()
  const definition = draw(['start>call', 'call>end'], { call: turnstile.node('/call') }, { settings })
  const made = await api.ask('POST', '/v1/workflows', { key, json: { name: 'Limited', definition } })
  await api.ask('POST', `/v1/workflows/${made.body.id}/publish`, { key })
  const start = () => api.ask('POST', `/v1/workflows/${made.body.id}/runs`, { key, json: {} })
  const runs = async () => (await api.ask('GET', `/v1/runs?workflow_id=${made.body.id}`, { key })).body.items
  return { team, key, id: made.body.id as string, start, runs }
}

const allEnded = async (ids: string[]) => {
  for (const id of ids) expect(await waitForRun(id, ended)).toBe('completed')
}
const slotsOf = async (teamId: string) => {
  const { rows } = await pool().query('SELECT sum(granted)::int AS sum FROM worker_slots WHERE scope_id = $1', [teamId])
  return rows[0].sum
}
const oneAtOnce = async (team: TestTeam) => limitTeam(team.id, 1)

describe('a workflow that rejects over its limit', () => {
  const refusal = (level: string) => ({
    type: expect.any(String),
    title: 'Too many runs at once',
    status: 429,
    code: 'concurrency_limit',
    level,
    message: expect.stringContaining(level),
  })

  test('answers 429 naming the workflow, says when to try again, and stores nothing', async () => {
    const { start, runs } = await publish({ maxConcurrentRuns: 1, onLimit: 'reject' })
    const first = await start()
    expect(first.status).toBe(201)
    const second = await start()
    expect(second.body).toMatchObject(refusal('workflow'))
    expect(second.headers.get('content-type')).toContain('application/problem+json')
    expect(second.headers.get('retry-after')).toBe('1')
    expect(await runs()).toHaveLength(1)
    turnstile.open()
    await allEnded([first.body.id])
    const third = await start()
    expect(third.status).toBe(201)
    await allEnded([third.body.id])
  })

  test('answers 429 naming the team, when that is what is full', async () => {
    const { start, team, runs } = await publish({ maxConcurrentRuns: 5, onLimit: 'reject' })
    await oneAtOnce(team)
    await start()
    expect((await start()).body).toMatchObject(refusal('team'))
    expect(await runs()).toHaveLength(1)
  })

  test('has room again when the team raises its limit, and less when it lowers it', async () => {
    const { start, team, key, runs } = await publish({ onLimit: 'reject' })
    const limit = async (team_runs: number) =>
      expect((await api.ask('PATCH', '/v1/limits', { key, json: { team_runs } })).status).toBe(200)
    await limit(1)
    await start()
    expect((await start()).body).toMatchObject(refusal('team'))
    await limit(2)
    await expect.poll(async () => (await start()).status, { timeout: 20_000 }).toBe(201)
    expect((await start()).body).toMatchObject(refusal('team'))
    await turnstile.untilArrived(2)
    await limit(1)
    turnstile.letOut(1)
    await expect.poll(() => slotsOf(team.id), { timeout: 20_000 }).toBe(1)
    expect((await start()).body).toMatchObject(refusal('team'))
    turnstile.open()
    await allEnded((await runs()).map((run: { id: string }) => run.id))
    const next = await start()
    expect(next.status).toBe(201)
    await allEnded([next.body.id])
  })

  test('answers so to those who execute it by another dialect', async () => {
    const { start, key, id } = await publish({ maxConcurrentRuns: 1, onLimit: 'reject' })
    await start()
    const answer = await api.ask('POST', `/v1/workflows/${id}/execute`, { key, json: { run_input: {} } })
    expect(answer.body).toMatchObject(refusal('workflow'))
  })
})

describe('a workflow that queues over its limit', () => {
  test('accepts the run, shows it as not started, and starts it when a slot is free', async () => {
    const { start, key } = await publish({ maxConcurrentRuns: 1 })
    const [first, second] = [await start(), await start()]
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body.status).toBe('not_started')
    const found = await api.ask('GET', `/v1/runs?status=not_started`, { key })
    expect(found.body.items.map((run: { id: string }) => run.id)).toEqual([second.body.id])
    turnstile.open()
    await allEnded([first.body.id, second.body.id])
  })

  test('answers 429 when the queue of the team is full, and stores nothing: at the limit yes, one more no', async () => {
    const { start, team, runs } = await publish({})
    await oneAtOnce(team)
    const accepted = [await start()]
    for (let turn = 0; turn < QUEUED_RUNS; turn++) accepted.push(await start())
    expect(accepted.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    const refused = await start()
    expect(refused.body).toMatchObject({ status: 429, code: 'queue_full', message: expect.stringContaining('3') })
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await runs()).toHaveLength(1 + QUEUED_RUNS)
    turnstile.open()
    await allEnded(accepted.map(({ body }) => body.id))
    expect((await start()).status).toBe(201)
  })

  test('the queue of one team being full is nothing to another', async () => {
    const full = await publish({})
    await oneAtOnce(full.team)
    for (let turn = 0; turn <= QUEUED_RUNS + 1; turn++) await full.start()
    const other = await publish({})
    expect((await other.start()).status).toBe(201)
  })
})
