import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { pool } from '../db/client'
import { readEvents } from '../db/events'
import { forgetRuns } from '../db/old-runs'
import { INLINE_LIMIT_BYTES } from '../db/payloads'
import type { RunRow } from '../db/runs'
import { DEFAULT_LIMITS, MAX_OUTPUT_BYTES } from '../engine/limits'
import { initialState } from '../engine/state'
import { newId } from '../ids'
import { LIMITS } from '../limits'
import { runForEach } from '../nodes/for-each.run'
import { nodeType } from '../nodes/registry'
import { contextFor } from '../nodes/test/context'
import { draw } from '../testing/definition'
import { type EffectSink, openEffectSink } from '../testing/effect-sink'
import { atRest, ended, makePublished, waitForRun } from '../testing/runs'
import { startRun } from '../usecases/start-run'
import { CallGuard } from './call-guard'
import { databaseWorld } from './database-world'
import { startWorker } from './main'
import { forgetEndedRuns, timeOutOldRuns } from './old-runs'
import { makeProgram } from './plans'
import type { PreparedNode } from './run-node'
import { startChildRun } from './start-child'

let worker: Awaited<ReturnType<typeof startWorker>>
let sink: EffectSink

beforeAll(async () => {
  sink = await openEffectSink()
  vi.stubEnv('EGRESS_ALLOW', '127.0.0.1')
  worker = await startWorker({})
})
afterAll(async () => {
  await worker.stop(2_000)
  await sink.close()
  vi.unstubAllEnvs()
})

async function begin(drawing: Parameters<typeof draw>, input: unknown = {}) {
  const { principal, workflowId } = await makePublished(draw(...drawing))
  return (await startRun({ principal, workflowId, trigger: 'api', input })).runId
}

async function rowOf(runId: string) {
  const { rows } = await pool().query('SELECT * FROM runs WHERE id = $1', [runId])
  return rows[0]
}

const anyInput = { inputs: { type: 'object', properties: { text: { type: 'string' } } } }

describe('the input of a run', () => {
  const most = LIMITS.run_input.value
  const around = '{"text":""}'.length
  test.each([
    [most - 1, true],
    [most, true],
    [most + 1, false],
  ])('of %i bytes is taken: %s', async (bytes, fits) => {
    const started = begin([['start>end'], {}, anyInput], { text: 'x'.repeat(bytes - around) }).then(
      () => 'taken',
      (error) => `${error.status} ${error.code} ${error.errors[0].path}`,
    )
    expect(await started).toBe(fits ? 'taken' : '422 limit_reached input')
  })
})

describe('the output of a node', () => {
  test.each([
    [INLINE_LIMIT_BYTES - 1, 'value'],
    [INLINE_LIMIT_BYTES, 'value'],
    [INLINE_LIMIT_BYTES + 1, 'blob'],
  ])('of %i bytes is kept as %s', async (bytes, kept) => {
    const runId = await begin([['start>a', 'a>end'], { a: { config: { expression: `$pad("", ${bytes - 2}, "x")` } } }])
    expect(await waitForRun(runId, ended)).toBe('completed')
    const { rows } = await pool().query(`SELECT output FROM node_runs WHERE run_id = $1 AND node_key = 'a'`, [runId])
    expect(Object.keys(rows[0].output)).toContain(kept)
  })

  test.each([
    [MAX_OUTPUT_BYTES - 1, 'completed'],
    [MAX_OUTPUT_BYTES, 'completed'],
    [MAX_OUTPUT_BYTES + 1, 'failed'],
  ])('of %i bytes: the run is %s', async (bytes, status) => {
    // A list of texts: brackets, quotes and commas count too.
    const piece = 200 * 1024
    const whole = Math.floor((bytes - 4) / (piece + 3))
    const rest = bytes - 4 - whole * (piece + 3)
    const output = [
      ...Array.from({ length: whole }, () => '{{ inputs.text }}'),
      `{{ $substring(inputs.text, 0, ${rest}) }}`,
    ]
    const runId = await begin([['start>merge', 'merge>end'], { merge: { config: { output } } }, anyInput], {
      text: 'x'.repeat(piece),
    })
    expect(await waitForRun(runId, ended)).toBe(status)
    const { rows } = await pool().query(
      `SELECT output, error FROM node_runs WHERE run_id = $1 AND node_key = 'merge'`,
      [runId],
    )
    expect(rows[0].output?.bytes ?? rows[0].error.details?.bytes).toBe(bytes)
    expect(rows[0].error?.code).toBe(status === 'failed' ? 'output_too_large' : undefined)
  })
})

describe('calls of one run in flight at once', () => {
  test.each([
    [LIMITS.parallel.value - 1, LIMITS.parallel.value - 1],
    [LIMITS.parallel.value, LIMITS.parallel.value],
    [LIMITS.parallel.value + 1, LIMITS.parallel.value],
  ])('%i ready: %i at once, and all are made', async (count, most) => {
    sink.calls.length = 0
    const names = Array.from({ length: count }, (_, index) => `http_${index}`)
    const runId = await begin([
      names.flatMap((name) => [`start>${name}`, `${name}>merge`]).concat('merge>end'),
      Object.fromEntries(names.map((name) => [name, { config: { method: 'GET', url: `${sink.url}/${name}` } }])),
    ])
    expect(await waitForRun(runId, ended)).toBe('completed')
    let inFlight = 0
    let mostInFlight = 0
    for (const event of await readEvents(runId, 0, 1_000)) {
      if (event.type === 'node_started') inFlight += 1
      if (event.type === 'node_succeeded' && event.node_id.startsWith('http')) inFlight -= 1
      mostInFlight = Math.max(mostInFlight, inFlight)
    }
    expect([sink.calls.length, mostInFlight]).toEqual([count, most])
  })
})

describe('a loop and a fan-out', () => {
  test.each([
    [2, 'completed'],
    [3, 'completed'],
    [4, 'failed'],
  ])('%i turns of 3: the run is %s', async (turns, status) => {
    const runId = await begin([
      ['start>while', 'while>end'],
      { while: { config: { when: `index < ${turns}`, maxIterations: 3 } }, a: { parentId: 'while' } },
    ])
    expect(await waitForRun(runId, ended)).toBe(status)
    const { rows } = await pool().query(
      `SELECT error ->> 'code' AS code FROM node_runs WHERE run_id = $1 AND node_key = 'while'`,
      [runId],
    )
    expect(rows[0].code).toBe(status === 'failed' ? 'loop_limit' : null)
  })

  const most = LIMITS.fan_out.value
  test.each([
    [most - 1, true],
    [most, true],
    [most + 1, false],
  ])('%i items: %s', async (count, fits) => {
    const opened = runForEach(await contextFor('forEach', { items: `[1..${count}]` })).then(
      (result) => (result.type === 'container' && result.container === 'forEach' ? result.items.length : undefined),
      (error) => error.code,
    )
    expect(await opened).toBe(fits ? count : 'fanout_limit')
  })
})

describe('tokens of one call of a model', () => {
  const most = LIMITS.llm_call_tokens.value
  const guard = () => new CallGuard(databaseWorld, {} as RunRow, DEFAULT_LIMITS, () => true) // asks nobody before a call begins
  const state = initialState(makeProgram(draw(['start>end'])).plan)
  const admit = (inputTokens: number, maxOutputTokens: number | undefined) => () => {
    const call = { provider: 'p', model: 'm', inputTokens, maxOutputTokens, price: undefined }
    guard().admit('a', { call } as PreparedNode, state)
  }

  test.each([
    [most - 1, true],
    [most, true],
    [most + 1, false],
  ])('%i with the longest answer: %s', (tokens, fits) => {
    if (fits) expect(admit(tokens - 1_000, 1_000)).not.toThrow()
    else
      expect(admit(tokens - 1_000, 1_000)).toThrow(
        expect.objectContaining({ code: 'budget_exceeded', retryable: false }),
      )
  })

  test('a prompt of a million tokens is never sent', () => {
    expect(admit(1_000_000, undefined)).toThrow(/The prompt has about 1000000 tokens; a call may have 32000 in all/)
  })
})

test('a node that calls a model has two minutes when its policy says nothing, an HTTP call half a minute', () => {
  expect(nodeType('llm')?.timeoutMs).toBe(120_000)
  expect(LIMITS.http_time.value).toBe(30_000)
  expect(nodeType('http')?.timeoutMs ?? LIMITS.node_time.value).toBe(300_000)
})

describe('sub-workflows inside each other', () => {
  const most = LIMITS.workflow_nesting.value
  test.each([
    [most - 2, null],
    [most - 1, null],
    [most, 'depth_limit'],
  ])('one more from depth %i: %s', async (depth, code) => {
    const { principal, workflowId } = await makePublished(draw(['start>input', 'input>end']))
    const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
    await waitForRun(runId, atRest)
    await pool().query('UPDATE runs SET depth = $2 WHERE id = $1', [runId, depth])
    const { rows } = await pool().query('SELECT id FROM waits WHERE run_id = $1', [runId])
    const wait = await databaseWorld.store.readWait(rows[0].id)
    if (!wait) throw new Error('no wait')
    const childId = databaseWorld.chance.newId()
    const refused = await startChildRun({ ...wait, kind: 'child', request: { workflowId, input: {}, runId: childId } })
    expect(refused?.code ?? null).toBe(code)
  })
})

describe('how long a run that has ended is kept', () => {
  const days = LIMITS.retention.value
  /** Made before it ended, as ids are made by time. */
  async function endedSince(seconds: number, runId?: string) {
    const id = runId ?? (await begin([['start>end']]))
    await waitForRun(id, ended)
    const oldId = newId(Date.now() - (seconds + 60) * 1_000)
    await pool().query(
      `WITH run AS (UPDATE runs SET id = $2, created_at = now() - ($3 + 60) * interval '1 second', ended_at = now() - $3 * interval '1 second' WHERE id = $1),
         log AS (UPDATE run_events SET run_id = $2 WHERE run_id = $1), nodes AS (UPDATE node_runs SET run_id = $2 WHERE run_id = $1)
       SELECT 1`,
      [id, oldId, seconds],
    )
    return oldId
  }
  const left = async (ids: string[]) => {
    const { rows } = await pool().query('SELECT id FROM runs WHERE id = ANY($1) ORDER BY id', [ids])
    return rows.map(({ id }) => id)
  }

  beforeAll(() => pool().query('ALTER TABLE run_events DISABLE TRIGGER run_events_immutable'))
  afterAll(() => pool().query('ALTER TABLE run_events ENABLE TRIGGER run_events_immutable'))

  test('thirty days, to the minute; one that goes on is kept, however old', async () => {
    const [gone, almost] = [await endedSince(days * 86_400), await endedSince(days * 86_400 - 60)]
    const waiting = await begin([['start>input', 'input>end']])
    await waitForRun(waiting, atRest)
    await pool().query(`UPDATE runs SET created_at = now() - interval '80 days' WHERE id = $1`, [waiting])
    await forgetEndedRuns()
    expect(await left([gone, almost, waiting])).toEqual([almost, waiting])
    const { rows } = await pool().query(
      'SELECT (SELECT count(*)::int FROM run_events WHERE run_id = $1) AS events, (SELECT count(*)::int FROM node_runs WHERE run_id = $1) AS nodes',
      [gone],
    )
    expect(rows[0]).toEqual({ events: 0, nodes: 0 })
  })

  test('not before what waited for it or continues it', async () => {
    const [source, fork, child, parent, lastFork] = [
      await endedSince(days * 86_400 + 50),
      await endedSince(days * 86_400 + 40),
      await endedSince(days * 86_400 + 30),
      await endedSince(days * 86_400 + 20),
      await endedSince(60),
    ]
    await pool().query('UPDATE runs SET source_run_id = $2 WHERE id = $1', [fork, source])
    await pool().query('UPDATE runs SET source_run_id = $2 WHERE id = $1', [lastFork, fork])
    await pool().query('UPDATE runs SET parent_run_id = $2 WHERE id = $1', [child, parent])
    await forgetEndedRuns()
    expect(await left([source, fork, child, parent, lastFork])).toEqual([source, fork, lastFork].sort())
    await pool().query('DELETE FROM runs WHERE id = $1', [lastFork])
    await forgetEndedRuns()
    expect(await left([source, fork])).toEqual([])
  })

  test('about as many events at once as are asked for, and a longer run alone', async () => {
    const runs = [
      await endedSince(days * 86_400 + 3),
      await endedSince(days * 86_400 + 2),
      await endedSince(days * 86_400 + 1),
    ]
    const { rows } = await pool().query('SELECT last_seq FROM runs WHERE id = $1', [runs[0]])
    const each = rows[0].last_seq
    const before = new Date(Date.now() - days * 86_400_000)
    expect(await forgetRuns(before, 1)).toBe(1)
    expect(await forgetRuns(before, each)).toBe(1)
    expect(await forgetRuns(before, each + 1)).toBe(1)
    expect(await forgetRuns(before, each + 1)).toBe(0)
  })
})

describe('how long a run may go on, waiting included', () => {
  const days = LIMITS.run_duration.value
  async function waitingSince(seconds: number, settings: Record<string, unknown> = {}) {
    const runId = await begin([['start>input', 'input>end'], {}, { settings }])
    await waitForRun(runId, atRest)
    await pool().query(`UPDATE runs SET created_at = clock_timestamp() - $2 * interval '1 second' WHERE id = $1`, [
      runId,
      seconds,
    ])
    return runId
  }

  test('ninety days, to the minute', async () => {
    const old = await waitingSince(days * 86_400)
    const almost = await waitingSince(days * 86_400 - 60)
    const longer = await waitingSince(days * 86_400, { timeoutMs: (days + 1) * 86_400_000 })
    await timeOutOldRuns()
    expect(await waitForRun(old, ended)).toBe('timed_out')
    expect(await rowOf(old)).toMatchObject({ error_reason: 'timeout' })
    for (const runId of [almost, longer]) expect((await rowOf(runId)).status).toBe('waiting_for_user_input')
    expect((await readEvents(old, 0, 100)).at(-1)).toMatchObject({ type: 'run_timed_out' })
  })
})
