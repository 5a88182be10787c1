import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { pool } from '../db/client'
import { readEvents } from '../db/events'
import { createWorkflow, publishVersion } from '../db/workflows'
import type { Budget } from '../engine/limits'
import { draw } from '../testing/definition'
import { ended, makePublished, waitForRun } from '../testing/runs'
import { getRun } from '../usecases/get-run'
import { startRun } from '../usecases/start-run'
import { startWorker } from './main'

/** A server of models that counts its calls and says that each used 10 tokens in and `answerTokens` out. */
let server: Server
let calls: { max: unknown; inFlight: number }[] = []
let inFlight = 0
let answerTokens = 90
let answer = 'Fine.'
let worker: Awaited<ReturnType<typeof startWorker>>

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    inFlight += 1
    calls.push({ max: JSON.parse(body).max_tokens, inFlight })
    setTimeout(() => {
      inFlight -= 1
      const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' }
      const usage = { prompt_tokens: 10, completion_tokens: answerTokens }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta: { content: answer } }] })}\n\n`)
      response.end(
        `data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage })}\n\ndata: [DONE]\n\n`,
      )
    }, 30)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('LLM_BASE_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`)
  const prices = join(tmpdir(), `prices-${process.pid}.json`)
  writeFileSync(prices, JSON.stringify({ 'openai-compatible/priced': { input: 1_000, output: 1_000 } }))
  vi.stubEnv('LLM_PRICES', prices)
  worker = await startWorker({})
})
afterAll(async () => {
  await worker.stop(2_000)
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
beforeEach(() => {
  calls = []
  answerTokens = 90
  answer = 'Fine.'
})

const llm = (config: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) => ({
  type: 'llm',
  config: { model: 'priced', prompt: 'Say it.', ...config },
  ...rest,
})

async function run(drawing: Parameters<typeof draw>, options: { budget?: Budget; input?: unknown } = {}) {
  const { principal, workflowId } = await makePublished(draw(...drawing))
  const { runId } = await startRun({ principal, workflowId, trigger: 'api', ...options })
  await waitForRun(runId, ended)
  return { ...(await getRun({ principal, runId })), events: await readEvents(runId, 0, 1_000) }
}

/** One after the other, each of 100 tokens. */
const chain = (count: number, config: Record<string, unknown> = {}): Parameters<typeof draw> => {
  const names = Array.from({ length: count }, (_, index) => `ask_${index}`)
  return [
    ['start', ...names].map((name, index) => `${name}>${names[index] ?? 'end'}`),
    Object.fromEntries(names.map((name) => [name, llm(config)])),
  ]
}

/** All at once. */
const fan = (count: number, config: Record<string, unknown> = {}): Parameters<typeof draw> => {
  const names = Array.from({ length: count }, (_, index) => `ask_${index}`)
  return [
    names.flatMap((name) => [`start>${name}`, `${name}>merge`]).concat('merge>end'),
    Object.fromEntries(names.map((name) => [name, llm(config)])),
  ]
}

describe('what a run used', () => {
  test('is told by model and provider, also of attempts whose answer was of no use', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }
    const retry = { maxAttempts: 3, backoffMs: 1, jitter: false }
    const { status, usage, tokens, cost_usd } = await run([
      ['start>ask', 'ask>other', 'other>built_in', 'built_in:error>end'],
      {
        ask: llm(),
        other: llm({ model: 'unpriced' }),
        built_in: llm({ schema }, { policy: { retry, onError: 'branch' } }),
      },
    ])
    expect(status).toBe('completed')
    expect(calls).toHaveLength(5)
    expect(usage).toMatchObject({ calls: 5, input_tokens: 50, output_tokens: 450, total_tokens: 500, cost_usd: null })
    expect(usage.average_latency_ms).toBeCloseTo(usage.latency_ms / 5)
    expect(usage.by_model).toMatchObject([
      { provider: 'openai-compatible', model: 'priced', calls: 4, total_tokens: 400, cost_usd: 0.4 },
      { provider: 'openai-compatible', model: 'unpriced', calls: 1, total_tokens: 100, cost_usd: null },
    ])
    expect(usage.by_provider).toMatchObject([{ provider: 'openai-compatible', calls: 5, cost_usd: null }])
    expect({ tokens, cost_usd }).toEqual({ tokens: 500, cost_usd: 0.4 })
  })

  test('a run that called no model used nothing', async () => {
    const { usage, budget } = await run([['start>end']])
    expect(budget).toBeNull()
    expect(usage).toEqual({
      calls: 0,
      input_tokens: 0,
      output_tokens: 0,
      total_tokens: 0,
      cost_usd: 0,
      latency_ms: 0,
      average_latency_ms: null,
      by_model: [],
      by_provider: [],
    })
  })
})

describe('a budget in tokens', () => {
  test('is enough or not, to the token', async () => {
    // The prompt is estimated: 10 is what the server counts, and what is left must hold the estimate and the longest answer.
    const enough = await run(chain(3, { maxTokens: 90 }), { budget: { tokens: 300 } })
    expect([enough.status, enough.budget, calls.length]).toEqual(['completed', { tokens: 300 }, 3])
    calls = []
    const short = await run(chain(3, { maxTokens: 90 }), { budget: { tokens: 290 } })
    expect(short).toMatchObject({ status: 'failed', error_reason: 'budget_exceeded', tokens: 200 })
    expect(short.error).toMatchObject({
      code: 'budget_exceeded',
      message: 'Of the budget of 290 tokens there are 90 left, not enough to call openai-compatible/priced.',
      details: { limit: 'tokens', most: 290, left: 90 },
    })
    expect(calls).toHaveLength(2)
  })

  test('the smaller of what the workflow allows and the caller says holds', async () => {
    const [edges, nodes] = chain(3, { maxTokens: 90 })
    const settings = { budget: { tokens: 150, usd: 100 } }
    const { budget, error_reason } = await run([edges, nodes, { settings }], { budget: { tokens: 5_000, usd: 1 } })
    expect([budget, error_reason, calls.length]).toEqual([{ tokens: 150, usd: 1 }, 'budget_exceeded', 1])
  })

  test('calls in parallel cannot take the same rest twice', async () => {
    const { status, error_reason, tokens } = await run(fan(10, { maxTokens: 90 }), { budget: { tokens: 350 } })
    expect([status, error_reason]).toEqual(['failed', 'budget_exceeded'])
    expect(calls.length).toBeLessThanOrEqual(3)
    expect(tokens).toBeLessThanOrEqual(350)
  })

  test('without a longest answer a call takes what is left, and the others wait for what it leaves', async () => {
    const { status, tokens } = await run(fan(4), { budget: { tokens: 1_000 } })
    expect([status, tokens, calls.length]).toEqual(['completed', 400, 4])
    expect(Math.max(...calls.map((call) => call.inFlight))).toBe(1)
  })

  test('is overshot by one call at most, however long the answers are', async () => {
    answerTokens = 5_000
    const { error_reason, tokens } = await run(fan(10), { budget: { tokens: 1_000 } })
    expect([error_reason, tokens, calls.length]).toEqual(['budget_exceeded', 5_010, 1])
  })

  test('ends the run also inside a container that collects, and past policies that go on', async () => {
    const { status, error_reason } = await run(
      [
        ['start>forEach', 'forEach>end'],
        {
          forEach: { config: { items: '[1, 2, 3, 4]', onItemError: 'collect' } },
          ask: llm(
            { maxTokens: 90 },
            { parentId: 'forEach', policy: { onError: 'continue', retry: { maxAttempts: 3 } } },
          ),
        },
      ],
      { budget: { tokens: 250 } },
    )
    expect([status, error_reason, calls.length]).toEqual(['failed', 'budget_exceeded', 2])
  })

  test('warns once at four fifths', async () => {
    const { events } = await run(chain(5, { maxTokens: 90 }), { budget: { tokens: 500 } })
    const warnings = events.filter((event) => event.type === 'run_warning')
    expect(warnings).toMatchObject([
      { code: 'budget_tokens', message: 'The run used 400 of the 500 tokens of its budget.' },
    ])
  })
})

describe('sub-workflows', () => {
  async function family(options: { budget?: Budget; childBudget?: Budget; items?: number }) {
    const [edges, nodes] = chain(2, { maxTokens: 90 })
    const settings = options.childBudget ? { settings: { budget: options.childBudget } } : {}
    const { principal, workflowId: childId } = await makePublished(draw(edges, nodes, settings))
    const { rows } = await pool().query('SELECT project_id, created_by FROM workflows WHERE id = $1', [childId])
    const teamId = principal.team.id
    const { id } = await createWorkflow({
      teamId,
      projectId: rows[0].project_id,
      name: 'Parent',
      description: '',
      tags: [],
      createdBy: rows[0].created_by,
      definition: draw(['start>forEach', 'forEach>end'], {
        forEach: {
          config: { items: `[1..${options.items ?? 4}]`, concurrency: 4, onItemError: 'collect' },
        },
        workflow: { parentId: 'forEach', config: { workflowId: childId, input: {} } },
        end: { config: { output: '{{ nodes.forEach.output }}' } },
      }),
    })
    await publishVersion({ teamId, workflowId: id, publishedBy: rows[0].created_by })
    const { runId } = await startRun({
      principal,
      workflowId: id,
      trigger: 'api',
      ...(options.budget ? { budget: options.budget } : {}),
    })
    await waitForRun(runId, ended)
    return getRun({ principal, runId })
  }

  test('all that run at once draw on the budget of the run that waits for them, which ends when it is used up', async () => {
    const { status, error_reason, usage } = await family({ budget: { tokens: 450 } })
    expect([status, error_reason]).toEqual(['failed', 'budget_exceeded'])
    expect(calls.length).toBeLessThanOrEqual(4)
    expect(usage.total_tokens).toBeLessThanOrEqual(450)
  })

  test('count in the usage of the run that waits for them', async () => {
    const { status, usage, tokens } = await family({ items: 3, budget: { tokens: 10_000 } })
    expect([status, usage.calls, usage.total_tokens, tokens]).toEqual(['completed', 6, 600, 600])
  })

  test('one that exceeds a budget of its own is a failure like any other', async () => {
    const { status, output } = await family({ items: 1, childBudget: { tokens: 150 } })
    expect(status).toBe('completed')
    expect(output).toMatchObject({
      count: 1,
      errors: [{ error: { code: 'child_failed', details: { reason: 'budget_exceeded' } } }],
    })
    expect(calls).toHaveLength(1)
  })
})

describe('a budget in USD', () => {
  test('is kept like one in tokens', async () => {
    const { error_reason, error, cost_usd } = await run(chain(3, { maxTokens: 90 }), { budget: { usd: 0.25 } })
    expect([error_reason, cost_usd, calls.length]).toEqual(['budget_exceeded', 0.2, 2])
    expect(error?.message).toBe(
      'Of the budget of 0.25 USD there are 0.05 left, not enough to call openai-compatible/priced.',
    )
  })

  test('needs to know the price before the call', async () => {
    const { status, error } = await run(chain(1, { model: 'unpriced' }), { budget: { usd: 5 } })
    expect([status, error?.code, calls.length]).toEqual(['failed', 'price_unknown', 0])
    expect(error?.message).toMatch(/nobody said what openai-compatible\/unpriced costs.*LLM_PRICES/)
  })

  test('what costs nothing may be called', async () => {
    const { status } = await run(chain(2, { model: 'offline/writer' }), { budget: { usd: 0.000001 } })
    expect(status).toBe('completed')
  })
})

describe('money that nobody set a budget for', () => {
  test.each([
    [9, 'completed', 9],
    [10, 'completed', 10],
    [11, 'failed', 10],
  ])('a run spends 1 USD on models: %i calls of 0.1 USD', async (count, status, made) => {
    const found = await run(chain(count, { maxTokens: 90 }))
    expect([found.status, calls.length]).toEqual([status, made])
    expect(found.error?.message ?? null).toBe(
      status === 'failed'
        ? 'Of the budget of 1 USD there are 0 left, not enough to call openai-compatible/priced.'
        : null,
    )
    const warnings = found.events.filter((event) => event.type === 'run_warning')
    expect(warnings).toMatchObject([{ code: 'budget_usd' }])
  })

  test('a project spends 20 USD in a day', async () => {
    const { principal, workflowId } = await makePublished(draw(...chain(1, { maxTokens: 90 })))
    const start = async () => {
      const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
      await waitForRun(runId, ended)
      return getRun({ principal, runId })
    }
    expect((await start()).status).toBe('completed')
    await pool().query('ALTER TABLE run_events DISABLE TRIGGER run_events_immutable')
    await pool().query(
      `UPDATE run_events SET data = jsonb_set(data::jsonb, '{usage,cost_usd}', '19.85')::json WHERE team_id = $1 AND type = 'llm_called'`,
      [principal.team.id],
    )
    await pool().query('ALTER TABLE run_events ENABLE TRIGGER run_events_immutable')
    expect((await start()).status).toBe('completed')
    const { status, error_reason, error } = await start()
    expect([status, error_reason, calls.length]).toEqual(['failed', 'budget_exceeded', 2])
    expect(error?.message).toBe(
      'The runs of this project may spend 20 USD a day on models; there are 0.05 left until midnight (UTC), not enough to call openai-compatible/priced.',
    )
  })

  test('is not counted where nobody said what a model costs', async () => {
    expect((await run(chain(12, { model: 'unpriced', maxTokens: 90 }))).status).toBe('completed')
  })
})

describe('calls of models by one run', () => {
  test.each([
    [49, 'completed', 49],
    [50, 'completed', 50],
    [51, 'failed', 50],
  ])('%i', async (items, status, made) => {
    const { usage, error_reason, ...found } = await run([
      ['start>forEach', 'forEach>end'],
      {
        forEach: { config: { items: `[1..${items}]`, concurrency: 50, onItemError: 'collect' } },
        ask: llm({ model: 'offline/writer' }, { parentId: 'forEach' }),
      },
    ])
    expect([found.status, usage.calls]).toEqual([status, made])
    expect(error_reason).toBe(status === 'failed' ? 'budget_exceeded' : null)
  })
})
