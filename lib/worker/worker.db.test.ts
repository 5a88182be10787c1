import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pool } from '../db/client'
import { readEvents } from '../db/events'
import { findRun } from '../db/run-reads'
import { forTeam } from '../db/team-context'
import { draw } from '../testing/definition'
import { atRest, ended, makePublished, successes, waitForRun } from '../testing/runs'
import { awaitRun } from '../usecases/await-run'
import { commandRun } from '../usecases/command-run'
import { decideApproval } from '../usecases/decide-approval'
import { startRun } from '../usecases/start-run'
import { startWorker } from './main'

let worker: Awaited<ReturnType<typeof startWorker>>
beforeAll(async () => {
  process.env.EGRESS_ALLOW = '127.0.0.1'
  worker = await startWorker({})
})
afterAll(() => worker.stop(2_000))

async function portOf(server: Server): Promise<number> {
  if (!server.listening) await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function begin(...drawing: Parameters<typeof draw>) {
  const { principal, workflowId } = await makePublished(draw(...drawing))
  const { runId } = await startRun({ principal, workflowId, trigger: 'api', input: {} })
  return { principal, workflowId, runId }
}

async function runRow(runId: string) {
  const { rows } = await pool().query('SELECT * FROM runs WHERE id = $1', [runId])
  return rows[0]
}

async function types(runId: string) {
  return (await readEvents(runId, 0, 1_000)).map((event) => event.type)
}

describe('a run on a real database', () => {
  test('a chain of pure nodes runs to its output', async () => {
    const { runId } = await begin(['start>transform', 'transform>end'], {
      transform: { config: { expression: '{ "sum": 1 + 2 }' } },
      end: { config: { output: '{{ nodes.transform.output }}' } },
    })
    expect(await awaitRun({ runId, timeoutMs: 5_000 })).toEqual({ settled: true })
    expect(await runRow(runId)).toMatchObject({ status: 'completed', output: { value: { sum: 3 } }, lease_owner: null })
    expect(await types(runId)).toEqual([
      'run_started',
      'node_succeeded',
      'node_succeeded',
      'node_succeeded',
      'run_completed',
    ])
  })

  test('branches join, and a branch not taken is not waited for', async () => {
    const { runId } = await begin(
      [
        'start>condition',
        'condition:big>a',
        'condition:else>b',
        'a>merge',
        'b>merge',
        'start>c',
        'c>merge',
        'merge>end',
      ],
      { condition: { config: { branches: [{ name: 'big', when: '2 > 1' }] } } },
    )
    await awaitRun({ runId, timeoutMs: 5_000 })
    expect(successes(await readEvents(runId, 0, 100))).toEqual({ start: 1, condition: 1, a: 1, c: 1, merge: 1, end: 1 })
  })

  test('a loop turns until its condition says so', async () => {
    const { runId } = await begin(['start>count', 'count>condition', 'condition:again>count', 'condition:else>end'], {
      count: { config: { expression: '($exists(nodes.count.output) ? nodes.count.output : 0) + 1' } },
      condition: { config: { branches: [{ name: 'again', when: 'nodes.count.output < 5' }] } },
      end: { config: { output: '{{ nodes.count.output }}' } },
    })
    await awaitRun({ runId, timeoutMs: 5_000 })
    expect(await runRow(runId)).toMatchObject({ status: 'completed', output: { value: 5 } })
  })

  test('a failing node fails the run with a sentence that names it', async () => {
    const { runId } = await begin(['start>fail', 'fail>end'], { fail: { config: { message: 'no stock' } } })
    await awaitRun({ runId, timeoutMs: 5_000 })
    expect(await runRow(runId)).toMatchObject({
      status: 'failed',
      error_reason: 'execution_error',
      error_node_id: 'fail',
    })
    expect((await runRow(runId)).error_summary).toContain('no stock')
  })

  test('an error branch carries the error as data', async () => {
    const { runId } = await begin(['start>fail', 'fail:error>end'], {
      fail: { config: { message: 'no stock' }, policy: { onError: 'branch' } },
      end: { config: { output: '{{ nodes.fail.output.error.message }}' } },
    })
    await awaitRun({ runId, timeoutMs: 5_000 })
    expect(await runRow(runId)).toMatchObject({ status: 'completed', output: { value: 'no stock' } })
  })

  test('a retry waits as a row, comes back by itself and gives up at its limit', async () => {
    const { runId } = await begin(['start>transform', 'transform>end'], {
      transform: {
        config: { expression: '$error("never")' },
        policy: { retry: { maxAttempts: 2, backoffMs: 50, jitter: false } },
      },
    })
    await waitForRun(runId, ended)
    const failures = (await readEvents(runId, 0, 100)).filter((event) => event.type === 'node_failed')
    expect(failures.length).toBeGreaterThanOrEqual(1)
    expect((await runRow(runId)).status).toBe('failed')
  })

  test('a delay holds no lease and fires at its time', async () => {
    const { runId } = await begin(['start>delay', 'delay>end'], { delay: { config: { seconds: 1 } } })
    await waitForRun(runId, (run) => !run.isHeld)
    expect(await types(runId)).toEqual(['run_started', 'node_succeeded', 'node_waiting', 'run_waiting'])
    expect(await waitForRun(runId, ended)).toBe('completed')
  })

  test('an input waits, takes a valid answer, refuses another, and the answer flows on', async () => {
    const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }
    const { runId, principal } = await begin(['start>input', 'input>end'], {
      input: { config: { prompt: 'Who?', schema } },
      end: { config: { output: '{{ nodes.input.output.name }}' } },
    })
    await waitForRun(runId, atRest)
    expect((await runRow(runId)).status).toBe('waiting_for_user_input')
    await expect(commandRun({ principal, runId, command: 'data', data: { nome: 1 } })).rejects.toMatchObject({
      code: 'validation_failed',
      errors: expect.arrayContaining([expect.objectContaining({ path: 'data.name' })]),
    })
    await expect(commandRun({ principal, runId, command: 'data', inputs: { 7: {} } })).rejects.toMatchObject({
      code: 'validation_failed',
    })
    await commandRun({ principal, runId, command: 'data', inputs: { 0: { name: 'Ada' } } })
    await awaitRun({ runId, timeoutMs: 5_000 })
    expect(await runRow(runId)).toMatchObject({ status: 'completed', output: { value: 'Ada' } })
  })

  test('F-20, F-21: of many simultaneous decisions exactly one stands, and the branch runs once', async () => {
    const { runId, principal } = await begin([
      'start>approval',
      'approval:approved>a',
      'approval:rejected>b',
      'a>end',
      'b>end',
    ])
    await waitForRun(runId, atRest)
    const decide = (decision: 'approved' | 'rejected') =>
      decideApproval({ principal, runId, nodeId: 'approval', decision })
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => decide(index % 2 ? 'approved' : 'rejected')),
    )
    const first = results.filter((result) => result.status === 'fulfilled' && !result.value.already_decided)
    expect(first).toHaveLength(1)
    expect(
      results
        .filter((result) => result.status === 'rejected')
        .every((result) => result.reason.code === 'already_decided'),
    ).toBe(true)
    expect(results.filter((result) => result.status === 'rejected')).toHaveLength(10)
    await awaitRun({ runId, timeoutMs: 5_000 })
    const counts = successes(await readEvents(runId, 0, 100))
    expect([counts.a ?? 0, counts.b ?? 0].sort()).toEqual([0, 1])
  })

  test('F-25: a decision about something else than what stands is refused', async () => {
    const { runId, principal } = await begin(['start>approval', 'approval:approved>end'])
    await waitForRun(runId, atRest)
    const stale = decideApproval({
      principal,
      runId,
      nodeId: 'approval',
      decision: 'approved',
      shownHash: 'f'.repeat(64),
    })
    await expect(stale).rejects.toMatchObject({ code: 'approval_changed' })
    await commandRun({ principal, runId, command: 'stop' })
    await waitForRun(runId, ended)
  })

  test('a rejection that leads nowhere cancels the run', async () => {
    const { runId, principal } = await begin(['start>approval', 'approval:approved>end'])
    await waitForRun(runId, atRest)
    await decideApproval({ principal, runId, nodeId: 'approval', decision: 'rejected', comment: 'no' })
    await awaitRun({ runId, timeoutMs: 5_000 })
    expect(await runRow(runId)).toMatchObject({ status: 'cancelled', error_reason: 'approval_rejected' })
  })

  test('an approval past its due time goes on by its port', async () => {
    const { runId } = await begin(['start>approval', 'approval:approved>a', 'approval:timedOut>end', 'a>end'], {
      approval: { config: { title: 'Quick?', dueInSeconds: 1 } },
    })
    expect(await waitForRun(runId, ended)).toBe('completed')
    expect(successes(await readEvents(runId, 0, 100))).toEqual({ start: 1, end: 1 })
  })

  test('F-23: a stopped run cannot be decided, and stopping again is fine', async () => {
    const { runId, principal } = await begin(['start>approval', 'approval:approved>end'])
    await waitForRun(runId, atRest)
    await commandRun({ principal, runId, command: 'stop' })
    expect(await waitForRun(runId, ended)).toBe('cancelled')
    await commandRun({ principal, runId, command: 'stop' })
    await expect(decideApproval({ principal, runId, nodeId: 'approval', decision: 'approved' })).rejects.toMatchObject({
      code: 'run_ended',
    })
  })

  test('a paused run keeps still until it is resumed', async () => {
    const { runId, principal } = await begin(['start>delay', 'delay>transform', 'transform>end'], {
      delay: { config: { seconds: 1 } },
    })
    await waitForRun(runId, (run) => !run.isHeld)
    await commandRun({ principal, runId, command: 'pause' })
    await waitForRun(runId, (run) => run.status === 'paused' && !run.isHeld)
    const { rows } = await pool().query<{ id: string }>(`SELECT id FROM waits WHERE run_id = $1`, [runId])
    expect(rows).toHaveLength(1)
    await expect.poll(async () => (await types(runId)).includes('timer_fired'), { timeout: 8_000 }).toBe(true)
    expect((await runRow(runId)).status).toBe('paused')
    await commandRun({ principal, runId, command: 'resume' })
    expect(await waitForRun(runId, ended)).toBe('completed')
  })

  test('a run that takes longer than its workflow allows is timed out, also while it waits', async () => {
    const { runId } = await begin(['start>approval', 'approval:approved>end'], {}, { settings: { timeoutMs: 400 } })
    expect(await waitForRun(runId, ended)).toBe('timed_out')
    const { rows } = await pool().query('SELECT state FROM waits WHERE run_id = $1', [runId])
    expect(rows).toEqual([{ state: 'cancelled' }])
  })

  test('a node that takes longer than its policy allows is cut off, retried, and then fails', async () => {
    const hanging = createServer(() => {}).listen(0, '127.0.0.1')
    const port = await portOf(hanging)
    const { runId } = await begin(['start>http', 'http>end'], {
      http: {
        config: { method: 'GET', url: `http://127.0.0.1:${port}/` },
        policy: { timeoutMs: 200, retry: { maxAttempts: 2, backoffMs: 10, jitter: false } },
      },
    })
    expect(await waitForRun(runId, ended)).toBe('failed')
    const failures = (await readEvents(runId, 0, 100)).filter((event) => event.type === 'node_failed')
    expect(failures.map(({ attempt, retry, error }) => [attempt, retry, error.code])).toEqual([
      [1, true, 'timeout'],
      [2, false, 'timeout'],
    ])
    hanging.closeAllConnections()
    hanging.close()
  })

  test('a large output travels by reference and is read by who needs it', async () => {
    const { runId } = await begin(['start>big', 'big>small', 'small>end'], {
      big: { config: { expression: '[1..60000].{ "number": $ }' } },
      small: { config: { expression: '$count(nodes.big.output)' } },
      end: { config: { output: '{{ nodes.small.output }}' } },
    })
    expect(await waitForRun(runId, ended)).toBe('completed')
    expect(await runRow(runId)).toMatchObject({ output: { value: 60_000 } })
    const big = (await readEvents(runId, 0, 100)).find(
      (event) => event.type === 'node_succeeded' && event.node_id === 'big',
    )
    expect(big).toMatchObject({ output_blob: expect.any(String) })
    expect(JSON.stringify(big).length).toBeLessThan(500)
  })

  test('stopping a run cuts its running effect off, and what that returns later changes nothing', async () => {
    const slow = createServer((_request, response) => setTimeout(() => response.end('{}'), 400)).listen(0, '127.0.0.1')
    const port = await portOf(slow)
    const { runId, principal } = await begin(['start>http', 'http>end'], {
      http: { config: { method: 'GET', url: `http://127.0.0.1:${port}/` } },
    })
    await expect.poll(async () => (await types(runId)).includes('node_started'), { timeout: 5_000 }).toBe(true)
    await commandRun({ principal, runId, command: 'stop' })
    expect(await waitForRun(runId, ended)).toBe('cancelled')
    const length = (await types(runId)).length
    await new Promise((resolve) => slow.close(resolve))
    expect(await types(runId)).toHaveLength(length)
    const { rows } = await pool().query('SELECT status FROM node_runs WHERE run_id = $1 AND node_id = $2', [
      runId,
      'http',
    ])
    expect(rows).toEqual([{ status: 'cancelled' }])
  })

  test('F-13: a stop whose notification is lost is heard all the same', async () => {
    const hanging = createServer(() => {}).listen(0, '127.0.0.1')
    const { runId } = await begin(['start>http', 'http>end'], {
      http: { config: { method: 'GET', url: `http://127.0.0.1:${await portOf(hanging)}/` } },
    })
    await expect.poll(async () => (await types(runId)).includes('node_started'), { timeout: 5_000 }).toBe(true)
    // The rows that another process would write, and no NOTIFY.
    const stop = { kind: 'stop', reason: 'cancelled', actor: { kind: 'system', name: 'elsewhere' } }
    await pool().query(
      `WITH bumped AS (UPDATE runs SET command_seq = command_seq + 1 WHERE id = $1 RETURNING id, team_id, command_seq)
       INSERT INTO run_commands (run_id, seq, team_id, kind, data) SELECT id, command_seq, team_id, 'stop', $2 FROM bumped`,
      [runId, JSON.stringify(stop)],
    )
    expect(await waitForRun(runId, ended)).toBe('cancelled')
    hanging.closeAllConnections()
    hanging.close()
  })

  test('another team neither answers nor stops it, nor is it read in its name', async () => {
    const { runId, principal } = await begin(['start>approval', 'approval:approved>end'])
    const other = await makePublished(draw(['start>end']))
    await waitForRun(runId, atRest)
    for (const command of ['stop', 'pause', 'data'] as const) {
      await expect(commandRun({ principal: other.principal, runId, command })).rejects.toMatchObject({
        code: 'not_found',
      })
    }
    const decision = decideApproval({ principal: other.principal, runId, nodeId: 'approval', decision: 'approved' })
    await expect(decision).rejects.toMatchObject({ code: 'not_found' })
    // Read for its own team, so that row-level security shows it: the statement itself asks whose it is.
    const read = (teamId: string) => forTeam(principal.team.id, () => findRun({ teamId, runId }))
    expect(await read(principal.team.id)).toMatchObject({ id: runId })
    expect(await read(other.principal.team.id)).toBeUndefined()
  })
})
