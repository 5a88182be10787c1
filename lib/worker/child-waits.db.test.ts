import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { pool } from '../db/client'
import { readEvents } from '../db/events'
import { createWorkflow, publishVersion } from '../db/workflows'
import { draw } from '../testing/definition'
import { ended, makePublished, waitForRun } from '../testing/runs'
import { commandRun } from '../usecases/command-run'
import { decideApproval } from '../usecases/decide-approval'
import { executeTurn } from '../usecases/execute-turn'
import { getRun } from '../usecases/get-run'
import { startRun } from '../usecases/start-run'
import { startWorker } from './main'

let worker: Awaited<ReturnType<typeof startWorker>>
beforeAll(async () => {
  worker = await startWorker({})
})
afterAll(() => worker.stop(2_000))

type Drawing = Parameters<typeof draw>
const ASKS = { type: 'input', config: { prompt: 'What?', schema: { type: 'object' } } }
const SIGNS = { type: 'approval', config: { title: 'Sign?' } }

/** Workflows of one team, the innermost first; each may name the one before it. */
async function nest(innermost: Drawing, ...around: ((workflowId: string) => Drawing)[]) {
  const { principal, workflowId } = await makePublished(draw(...innermost))
  const { rows } = await pool().query('SELECT project_id, created_by FROM workflows WHERE id = $1', [workflowId])
  let outermost = workflowId
  for (const [index, drawing] of around.entries()) {
    const teamId = principal.team.id
    const made = await createWorkflow({
      teamId,
      projectId: rows[0].project_id,
      name: `Around ${index}`,
      description: '',
      tags: [],
      createdBy: rows[0].created_by,
      definition: draw(...drawing(outermost)),
    })
    await publishVersion({ teamId, workflowId: made.id, publishedBy: rows[0].created_by })
    outermost = made.id
  }
  return { principal, workflowId: outermost }
}

const ASK: Drawing = [
  ['start>ask', 'ask>check', 'check:approved>end'],
  {
    ask: { ...ASKS, name: 'Ask Ann' },
    check: { ...SIGNS, name: 'Sign it' },
    end: { config: { output: '{{ nodes.`Ask Ann`.output }}' } },
  },
]
const calls = (workflowId: string): Drawing => [
  ['start>workflow', 'workflow>end'],
  {
    workflow: { name: 'Inner', config: { workflowId, input: {} } },
    end: { config: { output: '{{ nodes.Inner.output }}' } },
  },
]

/** What lists and readers are told of a run, and what its log folds to. */
async function toldOf(runId: string) {
  const { rows } = await pool().query('SELECT status::text AS status, waiting_for FROM runs WHERE id = $1', [runId])
  return rows[0]
}

describe('a run whose sub-workflow waits for people', () => {
  test('says so through all levels, is answered in the innermost, and says when it goes on', async () => {
    const { principal, workflowId } = await nest(ASK, calls, calls)
    const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
    await waitForRun(runId, ({ status, isHeld }) => status === 'waiting_for_user_input' && !isHeld)
    expect(await toldOf(runId)).toEqual({ status: 'waiting_for_user_input', waiting_for: 'Ask Ann' })
    const { waits } = await getRun({ principal, runId })
    expect(waits).toMatchObject([
      { kind: 'input', node_id: 'ask', node_name: 'Ask Ann', thread: 'workflow/workflow/0' },
    ])
    const leaf = waits[0]?.run_id ?? ''
    const { rows } = await pool().query('SELECT depth FROM runs WHERE id = $1', [leaf])
    expect(rows).toEqual([{ depth: 2 }])

    const inputs = { 'workflow/workflow/0': { text: 'yes' } }
    await commandRun({ principal, runId, command: 'data', inputs })
    await waitForRun(runId, ({ status, isHeld }) => status === 'waiting_for_approval' && !isHeld)
    expect(await toldOf(runId)).toEqual({ status: 'waiting_for_approval', waiting_for: 'Sign it' })
    const [approval] = (await getRun({ principal, runId })).waits
    expect(approval).toMatchObject({
      kind: 'approval',
      node_id: 'check',
      run_id: leaf,
      approval: { mode: 'any', refusal: null },
    })

    await decideApproval({ principal, runId: leaf, nodeId: 'check', decision: 'approved' })
    expect(await waitForRun(runId, ended)).toBe('completed')
    expect((await getRun({ principal, runId })).output).toEqual({ text: 'yes' })
    const told = (await readEvents(runId, 0, 1_000)).flatMap((event) =>
      event.type === 'child_waiting' ? [[event.status, event.waiting_for]] : [],
    )
    expect(told[0]).toEqual(['waiting_for_user_input', 'Ask Ann'])
    expect(told).toContainEqual(['waiting_for_approval', 'Sign it'])
  })

  test('says that it runs while the sub-workflow works after an answer', async () => {
    const delayed: Drawing = [
      ['start>ask', 'ask>delay', 'delay>end'],
      { ask: ASKS, delay: { config: { seconds: 600 } } },
    ]
    const { principal, workflowId } = await nest(delayed, calls)
    const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
    await waitForRun(runId, ({ status }) => status === 'waiting_for_user_input')
    await commandRun({ principal, runId, command: 'data', data: {} })
    await waitForRun(runId, ({ status, isHeld }) => status === 'running' && !isHeld)
    expect(await toldOf(runId)).toEqual({ status: 'running', waiting_for: 'Inner' })
    expect((await getRun({ principal, runId })).waits).toEqual([])
    await commandRun({ principal, runId, command: 'stop' })
    await waitForRun(runId, ended)
    await vi.waitFor(
      async () => {
        const { rows } = await pool().query('SELECT status::text AS status FROM runs WHERE parent_run_id = $1', [runId])
        expect(rows).toEqual([{ status: 'cancelled' }])
      },
      { timeout: 10_000 },
    )
  })

  test('is a conversation: each turn comes back when the sub-workflow asks, and the answer goes through the parent', async () => {
    const twice: Drawing = [
      ['start>first', 'first>second', 'second>end'],
      { first: ASKS, second: ASKS, end: { config: { output: '{{ nodes.second.output }}' } } },
    ]
    const { principal, workflowId } = await nest(twice, calls)
    const turn = (command: Parameters<typeof executeTurn>[0]['command']) =>
      executeTurn({ principal, workflowId, command, trigger: 'api', timeoutMs: 20_000 })
    const begun = await turn({ type: 'start' })
    expect([begun.settled, begun.run.status, begun.run.waits[0]?.node_id]).toEqual([
      true,
      'waiting_for_user_input',
      'first',
    ])
    const runId = begun.run.id
    const next = await turn({ type: 'continue', runId, inputs: { 'workflow/0': { a: 1 } } })
    expect([next.settled, next.run.turn, next.run.waits.map((wait) => wait.node_id)]).toEqual([true, 2, ['second']])
    const last = await turn({ type: 'continue', runId, data: { b: 2 } })
    expect([last.run.status, last.run.turn, last.run.output]).toEqual(['completed', 3, { b: 2 }])
  })

  test('names each of several that wait at once', async () => {
    const { principal, workflowId } = await nest([['start>ask', 'ask>end'], { ask: ASKS }], (inner) => [
      ['start>forEach', 'forEach>end'],
      {
        forEach: { config: { items: '[1, 2, 3]', concurrency: 3 } },
        workflow: { parentId: 'forEach', config: { workflowId: inner, input: {} } },
      },
    ])
    const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
    const threads = ['each:0/workflow/0', 'each:1/workflow/0', 'each:2/workflow/0']
    await vi.waitFor(
      async () => {
        const { status, waits } = await getRun({ principal, runId })
        expect([status, waits.map(({ thread }) => thread).sort()]).toEqual(['waiting_for_user_input', threads])
      },
      { timeout: 15_000 },
    )
    for (const thread of threads) await commandRun({ principal, runId, command: 'data', inputs: { [thread]: {} } })
    expect(await waitForRun(runId, ended)).toBe('completed')
  })
})
