import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Principal } from '../auth/principal'
import { pool } from '../db/client'
import { resolveWait } from '../db/commands'
import { readEvents } from '../db/events'
import { readWait } from '../db/waits'
import { AppError } from '../errors'
import { holdRun, meet } from '../testing/barrier'
import { draw } from '../testing/definition'
import { type EffectSink, openEffectSink } from '../testing/effect-sink'
import { makePerson } from '../testing/people'
import { atRest, ended, makePublished, principalOf, successes, waitForRun } from '../testing/runs'
import { awaitRun } from '../usecases/await-run'
import { commandRun } from '../usecases/command-run'
import { decideApproval } from '../usecases/decide-approval'
import { publishWorkflow } from '../usecases/publish-workflow'
import { saveDraft } from '../usecases/save-draft'
import { startRun } from '../usecases/start-run'
import { startWorker } from './main'

/**
 * Races round an approval (F-20 to F-26; F-24 is in `approval-quorum.db.test.ts`). The two contenders queue at the row of the
 * run and are released together, first the one and then the other in front, so that every interleaving that the database
 * allows is produced on purpose.
 */

/** When an approval is sent, from the due time on. */
const OFFSETS_MS = [-70, -40, -20, -10, -6, -4, -2, 0, 2, 4, 8]
const REPEATS = 50
let worker: Awaited<ReturnType<typeof startWorker>>
let sink: EffectSink

beforeAll(async () => {
  process.env.EGRESS_ALLOW = '127.0.0.1'
  sink = await openEffectSink()
  worker = await startWorker({})
})
afterAll(async () => {
  await worker.stop(2_000)
  await sink.close()
})
afterEach(() => {
  sink.calls.length = 0
})

const effect = (path: string) => ({ type: 'http', config: { method: 'POST', url: `${sink.url}/${path}`, body: {} } })

const approvalThenEffects = (approval: Record<string, unknown> = {}) =>
  draw(['start>before', 'before>approval', 'approval:approved>yes', 'approval:rejected>no', 'yes>end', 'no>end'], {
    before: effect('before'),
    yes: effect('yes'),
    no: effect('no'),
    approval: { config: { title: 'Go on?', ...approval } },
  })

interface Waiting {
  principal: Principal
  /** Another member of the team. */
  colleague: Principal
  begin(): Promise<string>
  workflowId: string
}

async function makeWaiting(definition = approvalThenEffects()): Promise<Waiting> {
  const { principal, workflowId } = await makePublished(definition)
  const colleague = principalOf(await makePerson({ ...principal.team, projectId: '' }, 'admin'))
  return {
    principal,
    colleague,
    workflowId,
    async begin() {
      const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
      await awaitRun({ runId, timeoutMs: 10_000 })
      return runId
    },
  }
}

const decide = (principal: Principal, runId: string, decision: 'approved' | 'rejected' = 'approved') =>
  decideApproval({ principal, runId, nodeId: 'approval', decision })

function refusalOf(result: PromiseSettledResult<unknown>): AppError {
  if (result.status === 'rejected' && result.reason instanceof AppError) return result.reason
  throw new Error(`a refusal was expected, not ${JSON.stringify(result)}`)
}

async function openWait(runId: string): Promise<string> {
  const { rows } = await pool().query<{ id: string }>(`SELECT id FROM waits WHERE run_id = $1 AND state = 'open'`, [
    runId,
  ])
  return rows[0]?.id ?? ''
}

async function storedWait(runId: string) {
  const { rows } = await pool().query<{ state: string; outcome: { kind: string } | null; isInTime: boolean }>(
    `SELECT state, outcome, due_at IS NULL OR resolved_at <= due_at AS "isInTime" FROM waits WHERE run_id = $1 AND kind = 'approval'`,
    [runId],
  )
  return rows[0]
}

const callsTo = (...paths: string[]) => sink.calls.filter((call) => paths.includes(call.path)).length

describe('an approval is decided once', () => {
  test('F-20: one person approves in two tabs', async () => {
    const { principal, begin } = await makeWaiting()
    for (let turn = 0; turn < REPEATS; turn++) {
      const runId = await begin()
      const answers = await meet(
        runId,
        turn,
        () => decide(principal, runId),
        () => decide(principal, runId),
      )
      const flags = answers.map((answer) => answer.status === 'fulfilled' && answer.value.already_decided)
      expect([...flags].sort()).toEqual([false, true])
      const [one, other] = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : undefined))
      expect({ ...one, already_decided: null }).toEqual({ ...other, already_decided: null })
      expect(await waitForRun(runId, ended)).toBe('completed')
    }
    expect(callsTo('/yes')).toBe(REPEATS)
    expect(new Set(sink.calls.map((call) => call.key)).size).toBe(2 * REPEATS)
  })

  test('F-21: one approves, another rejects: the loser hears who won, when and how', async () => {
    const { principal, colleague, begin } = await makeWaiting()
    for (let turn = 0; turn < REPEATS; turn++) {
      const runId = await begin()
      const answers = await meet(
        runId,
        turn,
        () => decide(principal, runId, 'approved'),
        () => decide(colleague, runId, 'rejected'),
      )
      const winner = answers.find((answer) => answer.status === 'fulfilled')?.value
      expect(winner?.already_decided).toBe(false)
      const refusal = refusalOf(answers.find((answer) => answer.status === 'rejected') ?? answers[0])
      expect([refusal.status, refusal.code]).toEqual([409, 'already_decided'])
      expect(refusal.extra.decision).toEqual({ ...winner, already_decided: true })
      expect(refusal.message).toContain(winner?.decided_by)
      expect(await waitForRun(runId, ended)).toBe('completed')
      const counts = successes(await readEvents(runId, 0, 100))
      expect([counts.yes ?? 0, counts.no ?? 0]).toEqual(winner?.decision === 'approved' ? [1, 0] : [0, 1])
    }
    expect(callsTo('/yes', '/no')).toBe(REPEATS)
  })

  test('F-22: an approval that queues past its due time came too late, on the clock of the database', async () => {
    const { principal, begin } = await makeWaiting(approvalThenEffects({ dueInSeconds: 3_600 }))
    for (let turn = 0; turn < REPEATS; turn++) {
      const runId = await begin()
      const waitId = await openWait(runId)
      await pool().query(`UPDATE waits SET due_at = clock_timestamp() + interval '15 ms' WHERE id = $1`, [waitId])
      const barrier = await holdRun(runId)
      const approving = decide(principal, runId).catch((error: unknown) => error)
      await barrier.queued(1)
      await pool().query(
        `SELECT pg_sleep(greatest(0, extract(epoch FROM due_at - clock_timestamp()) + 0.002)) FROM waits WHERE id = $1`,
        [waitId],
      )
      await barrier.open()
      expect(await approving).toMatchObject({
        status: 409,
        code: 'already_decided',
        extra: { decision: { decision: 'timed_out' } },
      })
      await fireUntilDone(waitId)
      await waitForRun(runId, ended)
      expect((await storedWait(runId))?.outcome).toEqual({ kind: 'fired' })
    }
    expect(callsTo('/yes', '/no')).toBe(0)
  })

  test('F-22: approve and timeout round the due time: one of them, and an approval only in time', async () => {
    const { principal, begin } = await makeWaiting(approvalThenEffects({ dueInSeconds: 3_600 }))
    const kinds = { decision: 0, fired: 0 }
    for (let turn = 0; turn < REPEATS; turn++) {
      const runId = await begin()
      const waitId = await openWait(runId)
      // Close before and after the due time, and far enough before it that a busy machine is in time now and then too.
      const { rows } = await pool().query<{ inMs: number }>(
        `UPDATE waits SET due_at = clock_timestamp() + interval '80 ms' WHERE id = $1
         RETURNING extract(epoch FROM due_at - clock_timestamp())::float8 * 1000 AS "inMs"`,
        [waitId],
      )
      const inMs = (rows[0]?.inMs ?? 0) + (OFFSETS_MS[turn % OFFSETS_MS.length] ?? 0)
      await new Promise((resolve) => setTimeout(resolve, inMs))
      const firing = fireUntilDone(waitId)
      const approval = await decide(principal, runId).catch((error: AppError) => error)
      await firing
      await waitForRun(runId, ended)
      const stored = await storedWait(runId)
      const wasApproved = !(approval instanceof Error)
      expect(stored?.outcome?.kind).toBe(wasApproved ? 'decision' : 'fired')
      expect(stored?.isInTime || !wasApproved, 'an approval stands only when it was in time').toBe(true)
      kinds[wasApproved ? 'decision' : 'fired'] += 1
      const decided = (await readEvents(runId, 0, 100)).filter(
        (event) => event.type === 'approval_decided' || event.type === 'timer_fired',
      )
      expect(decided).toHaveLength(1)
    }
    expect(callsTo('/yes')).toBe(kinds.decision)
    expect(Math.min(kinds.decision, kinds.fired), 'both outcomes were produced').toBeGreaterThan(0)
  })

  test('F-23: approve against stop: a stopped run never goes on, whatever the approver was told', async () => {
    // An hour lies behind the approval: however late the stop comes, the run has not ended by then.
    const edges = ['start>before', 'before>approval', 'approval:approved>delay', 'delay>end']
    const hour = { before: effect('before'), delay: { config: { seconds: 3_600 } } }
    const { principal, colleague, begin } = await makeWaiting(draw(edges, hour))
    for (let turn = 0; turn < REPEATS; turn++) {
      const runId = await begin()
      const [approval, stop] = await meet(
        runId,
        turn,
        () => decide(principal, runId),
        () => commandRun({ principal: colleague, runId, command: 'stop' }),
      )
      expect(stop.status).toBe('fulfilled')
      expect(await waitForRun(runId, ended)).toBe('cancelled')
      const stored = await storedWait(runId)
      const told = approval.status === 'fulfilled' ? approval.value.decision : refusalOf(approval).code
      const truths = [
        ['approved', 'resolved'],
        ['run_ended', 'cancelled'],
      ]
      expect(truths).toContainEqual([told, stored?.state])
      await expect(decide(colleague, runId, 'rejected')).rejects.toMatchObject({ status: 409 })
      const after = (await readEvents(runId, 0, 100)).filter((event) => event.type === 'node_succeeded')
      expect(after.map((event) => event.node_id)).toEqual(['start', 'before'])
    }
  })

  test('F-25: what was shown changed between display and click: 409 and no effect', async () => {
    const { principal, begin } = await makeWaiting()
    const runId = await begin()
    for (let turn = 0; turn < REPEATS; turn++) {
      const stale = decideApproval({
        principal,
        runId,
        nodeId: 'approval',
        decision: 'approved',
        shownHash: `${turn}`.padStart(64, '0'),
      })
      await expect(stale).rejects.toMatchObject({ status: 409, code: 'approval_changed' })
    }
    expect(await storedWait(runId)).toMatchObject({ state: 'open' })
    expect(callsTo('/yes', '/no')).toBe(0)
  })

  test('F-26: 100 pending approvals outlive the worker and a new version, and nothing before them runs again', async () => {
    const { principal, workflowId, begin } = await makeWaiting()
    const runIds = await Promise.all(Array.from({ length: 100 }, begin))
    await worker.stop(2_000)
    await saveDraft({ principal, workflowId, definition: draw(['start>approval', 'approval:approved>end']) })
    await publishWorkflow({ principal, workflowId })
    worker = await startWorker({})
    const decisions = await Promise.all(runIds.map((runId) => decide(principal, runId)))
    expect(decisions.filter((decision) => !decision.already_decided)).toHaveLength(100)
    for (const runId of runIds) expect(await waitForRun(runId, ended)).toBe('completed')
    expect([callsTo('/before'), callsTo('/yes')]).toEqual([100, 100])
    const next = await begin()
    expect(successes(await readEvents(next, 0, 100))).toEqual({ start: 1 })
    await waitForRun(next, atRest)
  })
})

/** As the queue does: the timer comes back until the wait is closed. */
async function fireUntilDone(waitId: string): Promise<void> {
  for (;;) {
    const wait = await readWait(waitId)
    if (wait?.state !== 'open') return
    await resolveWait(wait, { actor: { kind: 'system', name: 'timer' }, userId: null }, { kind: 'fired' })
  }
}
