import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readEvents } from '../db/events'
import { CRASH_POINTS, type CrashPoint } from '../faults'
import { killWorkers, spawnWorker } from '../testing/children'
import { draw } from '../testing/definition'
import { type EffectSink, openEffectSink } from '../testing/effect-sink'
import { atRest, ended, makePublished, successes, waitForRun } from '../testing/runs'
import { commandRun } from '../usecases/command-run'
import { decideApproval } from '../usecases/decide-approval'
import { startRun } from '../usecases/start-run'

/**
 * F-02: a worker process is killed with SIGKILL at every named point, another one goes on. Judged by what the effect sink
 * saw and by the log: a node that had finished is never executed again, and one that was cut off keeps its key.
 */

let sink: EffectSink

beforeAll(async () => {
  sink = await openEffectSink()
})
afterAll(() => sink.close())
afterEach(() => {
  sink.calls.length = 0
  return killWorkers()
})

const spawn = (crashAt = '') => spawnWorker({ ENGINE_CRASH_AT: crashAt })

const call = (path: string) => ({ type: 'http', config: { method: 'POST', url: `${sink.url}/${path}`, body: {} } })

/** Two effects side by side, a join, a pure node, a human, and one more effect. */
const everything = () =>
  draw(
    [
      'start>first',
      'start>second',
      'first>merge',
      'second>merge',
      'merge>transform',
      'transform>approval',
      'approval:approved>third',
      'third>end',
    ],
    { first: call('first'), second: call('second'), third: call('third') },
  )

async function begin(definition = everything()) {
  const { principal, workflowId } = await makePublished(definition)
  const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
  return { principal, runId }
}

const whileAdvancing: CrashPoint[] = [
  'claim.before_commit',
  'claim.after_commit',
  'step.before_start_event',
  'step.after_start_event',
  'step.mid_effect',
  'step.before_complete_commit',
  'step.after_complete_commit',
  'route.before_next',
  'fanout.after_k_of_n',
  'join.before_commit',
  'wait.before_park',
  'wait.after_park',
]
const whileFinishing: CrashPoint[] = ['finish.before_commit', 'finish.after_commit']
const whileResuming: CrashPoint[] = ['resume.before_commit', 'resume.after_commit']
/** Points after an effect was called and before its end was stored: it may be called again, under the same key. */
const mayRepeat = new Set<CrashPoint>(['step.mid_effect', 'step.before_complete_commit', 'fanout.after_k_of_n'])

function expectEffects(point: CrashPoint) {
  for (const path of ['/first', '/second', '/third']) {
    const keys = sink.calls.filter((each) => each.path === path).map((each) => each.key)
    expect(new Set(keys).size, `${path} has one idempotency key`).toBe(1)
    expect(keys[0]).not.toBe('')
    expect(keys.length).toBeLessThanOrEqual(mayRepeat.has(point) ? 2 : 1)
  }
}

async function expectFinished(runId: string) {
  expect(await waitForRun(runId, ended, 20_000)).toBe('completed')
  expect(successes(await readEvents(runId, 0, 1_000))).toEqual({
    start: 1,
    first: 1,
    second: 1,
    merge: 1,
    transform: 1,
    approval: 1,
    third: 1,
    end: 1,
  })
}

describe('F-02: killed at any point, another worker finishes the run', () => {
  test('every named point is tested here', () => {
    const elsewhere = CRASH_POINTS.filter((point) => point.startsWith('evaluation.')) // evaluation.db.test.ts
    expect(
      [...whileAdvancing, ...whileFinishing, ...whileResuming, ...elsewhere, 'cancel.before_commit'].sort(),
    ).toEqual([...CRASH_POINTS].sort())
  })

  test.each([...whileAdvancing, ...whileFinishing])('%s', async (point) => {
    const first = await spawn(point)
    const { principal, runId } = await begin()
    if (!whileFinishing.includes(point)) {
      expect(await first.ended).toBe('SIGKILL')
      await spawn()
    }
    await waitForRun(runId, atRest, 20_000)
    await decideApproval({ principal, runId, nodeId: 'approval', decision: 'approved' })
    if (whileFinishing.includes(point)) {
      expect(await first.ended).toBe('SIGKILL')
      await spawn()
    }
    await expectFinished(runId)
    expectEffects(point)
  })

  test.each(whileResuming)('%s', async (point) => {
    const first = await spawn(point)
    const { principal, runId } = await begin()
    await waitForRun(runId, atRest, 20_000)
    first.order({ do: 'approve', principal, runId, nodeId: 'approval' })
    expect(await first.ended).toBe('SIGKILL')
    await spawn()
    // Whether or not the decision was stored before the crash, deciding again so is the same decision.
    await decideApproval({ principal, runId, nodeId: 'approval', decision: 'approved' })
    await expectFinished(runId)
    expectEffects(point)
  })

  test('cancel.before_commit: the stop is not lost and nothing starts after it', async () => {
    const first = await spawn('cancel.before_commit')
    const { principal, runId } = await begin()
    await waitForRun(runId, atRest, 20_000)
    await commandRun({ principal, runId, command: 'stop' })
    expect(await first.ended).toBe('SIGKILL')
    await spawn()
    expect(await waitForRun(runId, ended, 20_000)).toBe('cancelled')
    expect(sink.calls.map((each) => each.path).sort()).toEqual(['/first', '/second'])
  })

  test('F-03: killed at every boundary of one run, one worker after another', async () => {
    const { principal, runId } = await begin()
    for (let passage = 1; passage <= 4; passage++) await (await spawn('step.after_complete_commit:1')).ended
    await spawn()
    await waitForRun(runId, atRest, 20_000)
    await decideApproval({ principal, runId, nodeId: 'approval', decision: 'approved' })
    await expectFinished(runId)
    expectEffects('step.mid_effect')
  })
})
