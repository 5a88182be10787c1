import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../ids'
import { draw } from '../testing/definition'
import { makePublished } from '../testing/runs'
import { reserveCall, type WantedCall } from './call-budget'
import { pool } from './client'

let teamId: string
let workflowId: string

beforeEach(async () => {
  const made = await makePublished(draw(['start>end']))
  teamId = made.principal.team.id
  workflowId = made.workflowId
})

/** These runs were made by hand, and nobody will ever advance them. */
afterEach(async () => {
  await pool().query('DELETE FROM runs WHERE team_id = $1', [teamId])
})

/** A run with nodes that are running. */
async function makeRun(options: { budget?: Record<string, number>; parentId?: string; nodes: string[] }) {
  const id = newId()
  const { budget } = options
  await pool().query(
    `INSERT INTO runs (id, team_id, workflow_id, definition_id, trigger, input, variables, last_seq, status, parent_run_id)
     SELECT $1, $2, $3, v.definition_id, 'api', 'null', $4, 1, 'running', $5 FROM workflow_versions v WHERE v.workflow_id = $3`,
    [id, teamId, workflowId, JSON.stringify({ dynamic: {}, ...(budget ? { budget } : {}) }), options.parentId ?? null],
  )
  await pool().query(
    `INSERT INTO run_events (run_id, seq, team_id, type, data, at) VALUES ($1, 1, $2, 'run_started', '{}', now())`,
    [id, teamId],
  )
  for (const key of options.nodes) {
    await pool().query(
      `INSERT INTO node_runs (run_id, node_key, team_id, node_id, status) VALUES ($1, $2, $3, $2, 'running')`,
      [id, key, teamId],
    )
  }
  return id
}

/** What a checkpoint does: the usage is in the log and the node is no longer running. */
async function settle(
  runId: string,
  key: string,
  tokens: number,
  usd: number | null = null,
  at = 'now()',
): Promise<void> {
  const usage = { provider: 'p', model: 'm', input_tokens: tokens, output_tokens: 0, latency_ms: 1, cost_usd: usd }
  await pool().query(
    `WITH logged AS (
       INSERT INTO run_events (run_id, seq, team_id, type, data, at)
       SELECT $1, max(seq) + 1, $3, 'llm_called', $4, ${at} FROM run_events WHERE run_id = $1
     ), counted AS (UPDATE runs SET last_seq = last_seq + 1 WHERE id = $1)
     UPDATE node_runs SET status = 'succeeded' WHERE run_id = $1 AND node_key = $2`,
    [runId, key, teamId, JSON.stringify({ node_id: key, path: [], attempt: 1, usage })],
  )
}

const want = (runId: string, nodeKey: string, tokens: number, rest: Partial<WantedCall> = {}): WantedCall => ({
  runId,
  nodeKey,
  tokens,
  leastTokens: tokens,
  usd: null,
  leastUsd: null,
  most: { runUsd: 1_000, projectDayUsd: 1_000 },
  ...rest,
})
const RESERVED = { reserved: true }

describe('what is set aside for a call', () => {
  test.each([
    [99, true],
    [100, true],
    [101, false],
  ])('%i of a budget of 100 tokens: %s', async (tokens, fits) => {
    const run = await makeRun({ budget: { tokens: 100 }, nodes: ['a'] })
    const answer = await reserveCall(want(run, 'a', tokens))
    expect(answer).toEqual(
      fits ? RESERVED : { reserved: false, runId: run, of: 'tokens', limit: 100, left: 100, isTaken: false },
    )
  })

  test('is not there for another call while its node runs, and what it used is not afterwards', async () => {
    const run = await makeRun({ budget: { tokens: 100 }, nodes: ['a', 'b'] })
    expect(await reserveCall(want(run, 'a', 60))).toEqual(RESERVED)
    expect(await reserveCall(want(run, 'b', 60))).toMatchObject({ reserved: false, isTaken: true, left: 100 })
    await settle(run, 'a', 45)
    expect(await reserveCall(want(run, 'b', 56))).toMatchObject({ reserved: false, isTaken: false, left: 55 })
    expect(await reserveCall(want(run, 'b', 55))).toEqual(RESERVED)
  })

  test('of a call that is made again after a crash does not stand in its own way', async () => {
    const run = await makeRun({ budget: { tokens: 100 }, nodes: ['a'] })
    for (let again = 0; again < 3; again++) expect(await reserveCall(want(run, 'a', 100))).toEqual(RESERVED)
  })

  test('is never more in sum than the budget, however many ask at once', async () => {
    const nodes = Array.from({ length: 20 }, (_, index) => `n${index}`)
    const run = await makeRun({ budget: { tokens: 100 }, nodes })
    const answers = await Promise.all(nodes.map((key) => reserveCall(want(run, key, 30))))
    expect(answers.filter((answer) => answer.reserved)).toHaveLength(3)
    const { rows } = await pool().query('SELECT sum(reserved_tokens)::int AS sum FROM node_runs WHERE run_id = $1', [
      run,
    ])
    expect(rows[0].sum).toBe(90)
  })

  test('counts in every run that waits for it, and in that of a sister', async () => {
    const top = await makeRun({ budget: { tokens: 100 }, nodes: [] })
    const middle = await makeRun({ parentId: top, nodes: [] })
    const one = await makeRun({ parentId: middle, budget: { tokens: 80 }, nodes: ['a'] })
    const two = await makeRun({ parentId: top, nodes: ['a'] })
    expect(await reserveCall(want(one, 'a', 90))).toMatchObject({ reserved: false, runId: one, limit: 80 })
    expect(await reserveCall(want(one, 'a', 70))).toEqual(RESERVED)
    expect(await reserveCall(want(two, 'a', 40))).toMatchObject({ reserved: false, runId: top, isTaken: true })
    await settle(one, 'a', 70)
    expect(await reserveCall(want(two, 'a', 40))).toMatchObject({
      reserved: false,
      runId: top,
      left: 30,
      isTaken: false,
    })
    expect(await reserveCall(want(two, 'a', 30))).toEqual(RESERVED)
  })

  test('is what is left where nobody said how long the answer may be', async () => {
    const run = await makeRun({ budget: { tokens: 100 }, nodes: ['a', 'b'] })
    expect(await reserveCall(want(run, 'a', 5_000, { leastTokens: 10 }))).toEqual(RESERVED)
    const { rows } = await pool().query(`SELECT reserved_tokens FROM node_runs WHERE run_id = $1 AND node_key = 'a'`, [
      run,
    ])
    expect(rows[0].reserved_tokens).toBe(100)
    expect(await reserveCall(want(run, 'b', 5_000, { leastTokens: 10 }))).toMatchObject({ isTaken: true })
  })

  test('in USD needs a price, and counts what calls cost', async () => {
    const run = await makeRun({ budget: { usd: 1 }, nodes: ['a', 'b'] })
    expect(await reserveCall(want(run, 'a', 1_000))).toEqual({ reserved: false, runId: run, of: 'price' })
    expect(await reserveCall(want(run, 'a', 1_000, { usd: 0.6, leastUsd: 0.6 }))).toEqual(RESERVED)
    await settle(run, 'a', 1_000, 0.6)
    expect(await reserveCall(want(run, 'b', 1, { usd: 0.5, leastUsd: 0.5 }))).toMatchObject({ of: 'usd', limit: 1 })
    expect(await reserveCall(want(run, 'b', 1, { usd: 0.4, leastUsd: 0.4 }))).toEqual(RESERVED)
  })

  test.each([
    [0.99, true],
    [1, true],
    [1.01, false],
  ])(
    '%f of the 1 USD that every run may spend: %s; what is free or has no price is not asked about',
    async (usd, fits) => {
      const most = { runUsd: 1, projectDayUsd: 1_000 }
      const run = await makeRun({ nodes: ['a', 'b'] })
      const child = await makeRun({ parentId: run, nodes: ['a'] })
      expect(await reserveCall(want(run, 'a', 1, { usd, leastUsd: usd, most }))).toEqual(
        fits ? RESERVED : { reserved: false, runId: run, of: 'usd', limit: 1, left: 1, isTaken: false },
      )
      expect(await reserveCall(want(child, 'a', 1, { usd: 0.02, leastUsd: 0.02, most }))).toMatchObject(
        fits ? { reserved: false, runId: run, of: 'usd', isTaken: true } : RESERVED,
      )
      for (const price of [0, null])
        expect(await reserveCall(want(run, 'b', 1, { usd: price, leastUsd: price, most }))).toEqual(RESERVED)
      const poorer = await makeRun({ budget: { usd: 0.1 }, nodes: ['a'] })
      expect(await reserveCall(want(poorer, 'a', 1, { usd: 0.2, leastUsd: 0.2, most }))).toMatchObject({ limit: 0.1 })
      const richer = await makeRun({ budget: { usd: 50 }, nodes: ['a'] })
      expect(await reserveCall(want(richer, 'a', 1, { usd: 1.1, leastUsd: 1.1, most }))).toMatchObject({ limit: 1 })
    },
  )

  test.each([
    [1.99, true],
    [2, true],
    [2.01, false],
  ])(
    '%f of the 5 USD that a project may spend in a day, when 2 are spent and 1 is set aside: %s',
    async (usd, fits) => {
      const most = { runUsd: 1_000, projectDayUsd: 5 }
      const [yesterday, spent, other, mine] = [
        await makeRun({ nodes: ['a'] }),
        await makeRun({ nodes: ['a'] }),
        await makeRun({ nodes: ['a'] }),
        await makeRun({ nodes: ['a'] }),
      ]
      await settle(yesterday, 'a', 1, 4, "date_trunc('day', now(), 'UTC') - interval '1 ms'")
      await settle(spent, 'a', 1, 2, "date_trunc('day', now(), 'UTC')")
      await pool().query(`UPDATE runs SET status = 'running' WHERE id = $1`, [other])
      expect(await reserveCall(want(other, 'a', 1, { usd: 1, leastUsd: 1, most }))).toEqual(RESERVED)
      expect(await reserveCall(want(mine, 'a', 1, { usd, leastUsd: usd, most }))).toEqual(
        fits ? RESERVED : { reserved: false, of: 'project_day', limit: 5, left: 3, isTaken: true },
      )
    },
  )

  test('by runs of one project at once is never more in sum than its day allows', async () => {
    const most = { runUsd: 1_000, projectDayUsd: 5 }
    const runs = await Promise.all(Array.from({ length: 12 }, () => makeRun({ nodes: ['a'] })))
    await pool().query(`UPDATE runs SET status = 'running' WHERE team_id = $1`, [teamId])
    const answers = await Promise.all(
      runs.map((run) => reserveCall(want(run, 'a', 1, { usd: 1.5, leastUsd: 1.5, most }))),
    )
    expect(answers.filter((answer) => answer.reserved)).toHaveLength(3)
  })

  test('is nothing for a node that is not running any more, and need not be for a run without a budget', async () => {
    const run = await makeRun({ budget: { tokens: 100 }, nodes: ['a'] })
    await settle(run, 'a', 1)
    expect(await reserveCall(want(run, 'a', 10))).toEqual({ reserved: false, of: 'nothing' })
    const free = await makeRun({ nodes: ['a'] })
    expect(await reserveCall(want(free, 'a', 1_000_000))).toEqual(RESERVED)
  })
})
