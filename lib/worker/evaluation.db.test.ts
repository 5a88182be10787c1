import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Run } from '../api/contracts/runs'
import type { Principal } from '../auth/principal'
import { pool } from '../db/client'
import { createWorkflow, publishVersion } from '../db/workflows'
import type { CrashPoint } from '../faults'
import { newId } from '../ids'
import { killWorkers, spawnWorker } from '../testing/children'
import { draw } from '../testing/definition'
import { ended, makePublished, waitForRun } from '../testing/runs'
import { getRun } from '../usecases/get-run'
import { startRun } from '../usecases/start-run'
import type { EvaluationSettings, WorkflowDefinition } from '../workflow/document'

/** A run that has ended is evaluated by a run of its own: once, whatever dies in between, and never an evaluation itself. */

let principal: Principal
let evaluatorId: string

const judge = (output: unknown) =>
  draw(
    ['start>end'],
    { end: { config: { output } } },
    { inputs: { type: 'object', properties: { run: { type: 'object' } }, required: ['run'] } },
  )
const evaluatedBy = (
  workflowId: string,
  change: Partial<EvaluationSettings> = {},
  definition = draw(['start>end']),
) => ({
  ...definition,
  settings: { ...definition.settings, evaluation: { workflowId, when: 'completed' as const, ...change } },
})

beforeAll(async () => {
  const made = await makePublished(
    judge({
      scores: { length: '{{ $count($keys(inputs.run.input)) }}' },
      of: '{{ inputs.run.id }}',
      comment: 'Counted.',
    }),
  )
  principal = made.principal
  evaluatorId = made.workflowId
})
afterEach(() => killWorkers())

async function publish(definition: WorkflowDefinition): Promise<string> {
  const { id } = await createWorkflow({
    teamId: principal.team.id,
    projectId: await projectId(),
    name: 'Workflow',
    description: '',
    tags: [],
    definition,
    createdBy: principal.id,
  })
  await publishVersion({ teamId: principal.team.id, workflowId: id, publishedBy: principal.id })
  return id
}

async function projectId(): Promise<string> {
  const { rows } = await pool().query('SELECT id FROM projects WHERE team_id = $1', [principal.team.id])
  return rows[0].id
}

async function start(definition: WorkflowDefinition): Promise<string> {
  const workflowId = await publish(definition)
  const { runId } = await startRun({ principal, workflowId, trigger: 'api', runId: newId() })
  return runId
}

/** The run once its evaluation has ended or was refused. */
async function evaluated(runId: string): Promise<Run> {
  return vi.waitFor(
    async () => {
      const run = await getRun({ principal, runId })
      expect(run.evaluation?.status === 'refused' || run.evaluation?.ended_at).toBeTruthy()
      return run
    },
    { timeout: 20_000 },
  )
}

async function evaluationsOf(runId: string): Promise<string[]> {
  const { rows } = await pool().query(
    `SELECT r.id FROM runs r WHERE r.trigger = 'evaluation' AND r.input -> 'run' ->> 'id' = $1`,
    [runId],
  )
  return rows.map(({ id }) => id)
}

describe('a run that has ended', () => {
  test('is evaluated by a run that is given what it did, and each tells of the other', async () => {
    await spawnWorker()
    const runId = await start(evaluatedBy(evaluatorId))
    const run = await evaluated(runId)
    expect(run.evaluation).toEqual({
      run_id: runId,
      evaluation_run_id: expect.any(String),
      workflow_id: evaluatorId,
      workflow_name: 'Test workflow',
      status: 'completed',
      scores: { length: 0 },
      turns: [],
      comment: 'Counted.',
      problem: null,
      output: { scores: { length: 0 }, of: runId, comment: 'Counted.' },
      error: null,
      created_at: expect.any(String),
      ended_at: expect.any(String),
    })
    const own = await getRun({ principal, runId: run.evaluation?.evaluation_run_id ?? '' })
    expect(own).toMatchObject({ trigger: 'evaluation', run_by: 'evaluation', parent_run_id: null, source_run_id: null })
    expect(own.evaluation).toEqual(run.evaluation)
    expect(own.input).toMatchObject({
      run: {
        id: runId,
        workflow_id: run.workflow_id,
        version: 0,
        status: 'completed',
        input: {},
        output: run.output,
        error: null,
        turns: [{ turn: 1, input: {}, output: run.output, messages: [] }],
      },
    })
    expect(await evaluationsOf(runId)).toHaveLength(1)
  })

  test('keeps what an evaluator says that holds no scores, and says so', async () => {
    await spawnWorker()
    const evaluator = await publish(judge({ verdict: 'good' }))
    const { evaluation } = await evaluated(await start(evaluatedBy(evaluator)))
    expect(evaluation).toMatchObject({ status: 'completed', scores: null, output: { verdict: 'good' }, error: null })
    expect(evaluation?.problem).toContain('no scores')
  })

  test('is as it was when its evaluator cannot be started, or fails, and tells why', async () => {
    await spawnWorker()
    const silent = await publish(draw(['start>end']))
    const failing = await publish(
      draw(['start>fail'], { fail: { config: { message: 'Out of ink' } } }, { inputs: judge(null).inputs }),
    )
    const cases = [
      [newId(), 'refused', 'not_found', 'no such workflow'],
      [silent, 'refused', 'invalid_inputs', 'declare an input "run"'],
      [failing, 'failed', 'execution_error', 'Out of ink'],
    ] as const
    for (const [workflowId, status, code, message] of cases) {
      const run = await evaluated(await start(evaluatedBy(workflowId)))
      expect([run.status, run.error]).toEqual(['completed', null])
      expect(run.evaluation).toMatchObject({ status, scores: null, problem: expect.any(String) })
      expect(run.evaluation?.error).toEqual({ code, message: expect.stringContaining(message) })
    }
  })

  test('is evaluated when it failed only where that is asked for, and never outside of the share', async () => {
    await spawnWorker()
    const failing = draw(['start>fail'], { fail: { config: { message: 'No' } } })
    const asked = await start(evaluatedBy(evaluatorId, { when: 'ended' }, failing))
    const spared = [
      await start(evaluatedBy(evaluatorId, {}, failing)),
      await start(evaluatedBy(evaluatorId, { sample: Number.MIN_VALUE })),
    ]
    expect((await evaluated(asked)).evaluation).toMatchObject({ scores: { length: 0 } })
    for (const runId of spared) {
      await waitForRun(runId, ended)
      // Whether it will be is written with its end, not later.
      expect((await getRun({ principal, runId })).evaluation).toBeNull()
    }
  })
})

test('neither an evaluation nor a sub-workflow is evaluated', async () => {
  await spawnWorker()
  const evaluator = await publish(evaluatedBy(evaluatorId, {}, judge({ scores: { fine: 1 } })))
  const inner = await publish(evaluatedBy(evaluator))
  const runId = await start(
    draw(['start>workflow', 'workflow>end'], { workflow: { config: { workflowId: inner, input: {} } } }),
  )
  const outer = await start(evaluatedBy(evaluator))
  const { evaluation } = await evaluated(outer)
  expect(evaluation).toMatchObject({ scores: { fine: 1 } })
  expect(await waitForRun(runId, ended)).toBe('completed')
  const { rows } = await pool().query(
    `SELECT e.run_id FROM run_evaluations e JOIN runs r ON r.id = e.run_id
      WHERE r.id = $1 OR r.parent_run_id = $2`,
    [evaluation?.evaluation_run_id, runId],
  )
  expect(rows).toEqual([])
})

describe('killed at any point between the end of a run and its evaluation, another worker goes on', () => {
  const points: CrashPoint[] = [
    'finish.before_commit',
    'finish.after_commit',
    'evaluation.before_commit',
    'evaluation.after_commit',
  ]
  test.each(points)('%s: it is evaluated once', async (point) => {
    const first = await spawnWorker({ ENGINE_CRASH_AT: point })
    const runId = await start(evaluatedBy(evaluatorId))
    expect(await first.ended).toBe('SIGKILL')
    await spawnWorker()
    const run = await evaluated(runId)
    expect(run.evaluation).toMatchObject({ status: 'completed', scores: { length: 0 } })
    expect(await evaluationsOf(runId)).toEqual([run.evaluation?.evaluation_run_id])
  })
})
