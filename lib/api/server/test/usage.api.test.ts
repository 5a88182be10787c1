import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pool } from '../../../db/client'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { atRest, ended, waitForRun } from '../../../testing/runs'
import { startWorker } from '../../../worker/main'

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let tenant: Awaited<ReturnType<typeof makeTenant>>
const ids = { asks: '', fails: '', waits: '' }

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker({})
  tenant = await makeTenant()
  const model = { type: 'llm', config: { model: 'offline/writer', prompt: 'Say hello to the world' } } as const
  ids.asks = await publish('Asks', draw(['start>ask', 'ask>again', 'again>end'], { ask: model, again: model }))
  ids.fails = await publish('Fails', draw(['start>fail'], { fail: { config: { message: 'No' } } }))
  ids.waits = await publish('Waits', draw(['start>approval', 'approval:approved>end']))
  await run(ids.asks)
  await run(ids.asks)
  await run(ids.fails)
  const open = (await ask('POST', `/workflows/${ids.waits}/runs`, {})).body.id
  await waitForRun(open, ({ status }) => status === 'waiting_for_approval')
  const decided = (await ask('POST', `/workflows/${ids.waits}/runs`, {})).body.id
  await waitForRun(decided, ({ status }) => status === 'waiting_for_approval')
  await ask('POST', `/runs/${decided}/nodes/approval/approve`, {})
  await waitForRun(decided, ended)
  // As if the run had taken an hour, and the person all of it but a minute.
  await pool().query(`UPDATE runs SET started_at = ended_at - interval '1 hour' WHERE id = $1`, [decided])
  await pool().query(
    `UPDATE waits w SET created_at = r.ended_at - interval '59 minutes', resolved_at = r.ended_at FROM runs r WHERE w.run_id = $1 AND r.id = $1`,
    [decided],
  )
})
afterAll(async () => {
  await worker.stop(2_000)
  await api.close()
})

const ask = (method: string, path: string, json?: unknown, key = tenant.key) =>
  api.ask(method, `/v1${path}`, { key, json })

async function publish(name: string, definition: unknown): Promise<string> {
  const { body } = await ask('POST', '/workflows', { name, definition })
  expect((await ask('POST', `/workflows/${body.id}/publish`, {})).body.errors).toBeUndefined()
  return body.id
}

async function run(workflowId: string): Promise<void> {
  await waitForRun((await ask('POST', `/workflows/${workflowId}/runs`, {})).body.id, ended)
}

async function grouped(by: string) {
  const { body } = await ask('GET', `/usage?group_by=${by}`)
  return new Map<string, Record<string, unknown>>(body.items.map((item: { key: string }) => [item.key, item]))
}

describe('usage', () => {
  it('adds up what runs came to and what they used of models', async () => {
    const { body } = await ask('GET', '/usage')
    expect(body.totals).toMatchObject({
      runs: 5,
      ended: { completed: 3, failed: 1, cancelled: 0, timed_out: 0, aborted_looping_risk: 0, skipped: 0 },
      open: 1,
      calls: 4,
    })
    const runs = (await ask('GET', '/runs')).body.items
    const tokens = runs.reduce((sum: number, run: { tokens: number }) => sum + run.tokens, 0)
    expect(tokens).toBeGreaterThan(0)
    expect(body.totals.input_tokens + body.totals.output_tokens).toBe(tokens)
    expect(body).toMatchObject({ group_by: 'day', items: [{ name: null, ...body.totals }] })
  })

  it('is grouped by day, workflow, model, provider, key and agent', async () => {
    const workflows = await grouped('workflow')
    expect(workflows.get(ids.asks)).toMatchObject({ name: 'Asks', runs: 2, calls: 4, ended: { completed: 2 } })
    expect(workflows.get(ids.fails)).toMatchObject({ name: 'Fails', runs: 1, calls: 0, ended: { failed: 1 } })
    expect(workflows.get(ids.waits)).toMatchObject({ name: 'Waits', runs: 2, open: 1, ended: { completed: 1 } })
    const models = await grouped('model')
    expect([...models.keys()]).toEqual(['offline/writer'])
    expect(models.get('offline/writer')).toMatchObject({ runs: 2, calls: 4, ended: { completed: 2 } })
    expect((await grouped('provider')).get('offline')).toMatchObject({ runs: 2, calls: 4 })
    const { items: keys } = (await ask('GET', '/keys')).body
    expect((await grouped('key')).get(keys[0].id)).toMatchObject({ name: keys[0].name, runs: 5, calls: 4 })
    const agents = await grouped('agent')
    expect([...agents.values()].reduce((sum, { runs }) => sum + Number(runs), 0)).toBe(5)
    const [day] = [...(await grouped('day')).keys()]
    expect(day).toMatch(/^\d{4}-\d\d-\d\d$/)
  })

  it('tells how long runs were active, without what they waited for', async () => {
    const { active_seconds } = (await grouped('workflow')).get(ids.waits) ?? {}
    expect(active_seconds).toBeCloseTo(60, 3)
  })

  it('is of a time', async () => {
    const { body: runs } = await ask('GET', '/runs')
    const first = runs.items.at(-1).created_at
    expect((await ask('GET', `/usage?to=${first}`)).body).toMatchObject({ totals: { runs: 0, calls: 0 }, items: [] })
    expect((await ask('GET', `/usage?from=${first}`)).body.totals.runs).toBe(5)
    const second = runs.items.at(-2).created_at
    expect((await ask('GET', `/usage?from=${first}&to=${second}`)).body.totals).toMatchObject({ runs: 1, calls: 2 })
  })

  it.each([
    ['group_by=colour', 'query.group_by'],
    ['from=yesterday', 'query.from'],
    ['from=2026-02-02T00:00:00Z&to=2026-02-02T00:00:00Z', 'query.from'],
    ['from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'query.from'],
  ])('is refused for %s, naming the parameter', async (query, path) => {
    expect((await ask('GET', `/usage?${query}`)).body).toMatchObject({ status: 422, errors: [{ path }] })
  })

  it('tells what a project paid today beside what it may, and warns from four fifths on', async () => {
    const { key, team } = await makeTenant()
    const definition = draw(['start>approval', 'approval:approved>end'])
    const made = await ask('POST', '/workflows', { name: 'Pays', definition }, key)
    await ask('POST', `/workflows/${made.body.id}/publish`, {}, key)
    const run = (await ask('POST', `/workflows/${made.body.id}/runs`, {}, key)).body.id
    await waitForRun(run, atRest)
    const pay = async (usd: number | null, at: string) => {
      const usage = { provider: 'p', model: 'm', input_tokens: 1, output_tokens: 1, latency_ms: 1, cost_usd: usd }
      await pool().query(
        `WITH counted AS (UPDATE runs SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq)
         INSERT INTO run_events (run_id, seq, team_id, type, data, at) SELECT $1, last_seq, $2, 'llm_called', $3, ${at} FROM counted`,
        [run, team.id, JSON.stringify({ node_id: 'n', path: [], attempt: 1, usage })],
      )
    }
    const today = async () => (await ask('GET', '/usage', undefined, key)).body.projects_today
    await pay(10, `date_trunc('day', now(), 'UTC') - interval '1 ms'`)
    await pay(null, 'now()')
    expect(await today()).toEqual([])
    await pay(15.5, `date_trunc('day', now(), 'UTC')`)
    const project = { project_id: made.body.project_id, name: expect.any(String), limit_usd: 20 }
    expect(await today()).toEqual([{ ...project, cost_usd: 15.5, warns: false }])
    await pay(0.5, 'now()')
    expect(await today()).toEqual([{ ...project, cost_usd: 16, warns: true }])
    expect((await ask('GET', '/usage')).body.projects_today).toEqual([])
  })

  it('is for whoever may read runs, of their own team', async () => {
    const viewer = await keyWith(tenant.team, ['runs:read'], 'viewer')
    expect((await ask('GET', '/usage', undefined, viewer)).body.totals.runs).toBe(5)
    const other = await keyWith(tenant.team, ['workflows:read'])
    expect((await ask('GET', '/usage', undefined, other)).body).toMatchObject({ status: 403, scope: 'runs:read' })
    const stranger = await makeTenant()
    expect((await ask('GET', '/usage', undefined, stranger.key)).body.totals.runs).toBe(0)
    expect((await api.ask('GET', '/v1/usage')).status).toBe(401)
  })
})
