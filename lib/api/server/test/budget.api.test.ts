import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { startWorker } from '../../../worker/main'

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let key: string
let workflowId: string

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker()
  key = (await makeTenant()).key
  const llm = { type: 'llm', config: { model: 'offline/writer', prompt: 'Facts:\n- one\n- two', maxTokens: 100 } }
  const definition = draw(
    ['start>ask', 'ask>again', 'again>end'],
    { ask: llm, again: llm },
    { settings: { budget: { usd: 2 } } },
  )
  const { body } = await api.ask('POST', '/v1/workflows', { key, json: { name: 'Budget', definition } })
  if (!body.id) throw new Error(JSON.stringify(body))
  workflowId = body.id
  await api.ask('POST', `/v1/workflows/${workflowId}/publish`, { key })
})
afterAll(async () => {
  await api.close()
  await worker.stop(1_000)
})

const start = (json: Record<string, unknown>) =>
  api.ask('POST', `/v1/workflows/${workflowId}/runs`, { key, json: { wait: 20, ...json } })

it('a start takes a budget, and the run tells it and what was used', async () => {
  const { status, body } = await start({ budget: { tokens: 1_000, usd: 5 } })
  expect([status, body.status, body.budget]).toEqual([201, 'completed', { tokens: 1_000, usd: 2 }])
  expect(body.usage).toMatchObject({
    calls: 2,
    total_tokens: body.tokens,
    cost_usd: 0,
    by_model: [{ provider: 'offline', model: 'writer', calls: 2 }],
    by_provider: [{ provider: 'offline', calls: 2 }],
  })
  const segments = await api.ask('GET', `/v1/runs/${body.id}/segments`, { key })
  expect(segments.body).toMatchObject({
    items: [{ turn: 1, input: { value: {} }, status: 'completed' }],
    next_cursor: null,
  })
})

it('a run that has not enough left fails with the reason', async () => {
  const { body } = await start({ budget: { tokens: 50 } })
  expect(body).toMatchObject({
    status: 'failed',
    error_reason: 'budget_exceeded',
    error: { code: 'budget_exceeded', details: { limit: 'tokens', most: 50 } },
    usage: { calls: 0 },
  })
})

it.each([[{ tokens: 0 }], [{ usd: -1 }], [{ eur: 1 }], [5]])('a budget that is none is refused: %j', async (budget) => {
  const { status, body } = await start({ budget })
  expect([status, body.code]).toEqual([422, 'validation_failed'])
  expect(body.errors[0].path).toMatch(/^budget/)
})
