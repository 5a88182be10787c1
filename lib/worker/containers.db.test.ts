import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pool } from '../db/client'
import { readEvents } from '../db/events'
import { decodePayload } from '../db/payloads'
import { readWait } from '../db/waits'
import { createWorkflow, publishVersion } from '../db/workflows'
import { draw } from '../testing/definition'
import { atRest, ended, makePublished, waitForRun } from '../testing/runs'
import { commandRun } from '../usecases/command-run'
import { decideApproval } from '../usecases/decide-approval'
import { startRun } from '../usecases/start-run'
import { startWorker } from './main'
import { startChildRun } from './start-child'

let worker: Awaited<ReturnType<typeof startWorker>>
beforeAll(async () => {
  worker = await startWorker({})
})
afterAll(() => worker.stop(2_000))

async function begin(drawing: Parameters<typeof draw>, input: unknown = {}) {
  const { principal, workflowId } = await makePublished(draw(...drawing))
  const { runId } = await startRun({ principal, workflowId, trigger: 'api', input })
  return { principal, workflowId, runId }
}

async function endOf(runId: string) {
  await waitForRun(runId, ended)
  const { rows } = await pool().query('SELECT * FROM runs WHERE id = $1', [runId])
  const [run] = rows
  return {
    status: run.status,
    reason: run.error_reason,
    summary: run.error_summary,
    output: await decodePayload(run.output),
  }
}

const inside = (parentId: string, expression: string) => ({ parentId, config: { expression } })
const output = (name: string) => ({ config: { output: `{{ nodes.${name}.output }}` } })

describe('forEach', () => {
  test.each([1, 2, 50])('runs its body once per item and keeps the order, %i at the same time', async (concurrency) => {
    const { runId } = await begin([
      ['start>forEach', 'forEach>end', 'a>b'],
      {
        forEach: { config: { items: '[5, 6, 7]', concurrency } },
        a: inside('forEach', 'item * 10'),
        b: inside('forEach', '{ "of": nodes.a.output, "index": index }'),
        end: output('forEach'),
      },
    ])
    expect(await endOf(runId)).toMatchObject({
      status: 'completed',
      output: {
        count: 3,
        errors: [],
        results: [
          { of: 50, index: 0 },
          { of: 60, index: 1 },
          { of: 70, index: 2 },
        ],
      },
    })
  })

  test('an empty list is done at once', async () => {
    const { runId } = await begin([
      ['start>forEach', 'forEach>end'],
      { forEach: { config: { items: '[]' } }, a: inside('forEach', 'item'), end: output('forEach') },
    ])
    expect(await endOf(runId)).toMatchObject({ status: 'completed', output: { results: [], errors: [], count: 0 } })
  })

  test('an End inside says the result of an item, whatever ends after it', async () => {
    const { runId } = await begin([
      ['start>forEach', 'forEach>end', 'a>end_item', 'a>b'],
      {
        forEach: { config: { items: '[1, 2]' } },
        a: inside('forEach', 'item'),
        b: inside('forEach', '"not this"'),
        end_item: { parentId: 'forEach', config: { output: '{{ nodes.a.output }}' } },
        end: output('forEach'),
      },
    ])
    expect(await endOf(runId)).toMatchObject({ output: { results: [1, 2] } })
  })

  const failsAtTwo = {
    a: inside('forEach', 'item = 2 ? $error("no twos") : item'),
    end: output('forEach'),
  }

  test('fails as a whole when an item fails, naming the item and the step', async () => {
    const { runId } = await begin([['start>forEach', 'forEach>end'], { forEach: {}, ...failsAtTwo }])
    const { status, summary } = await endOf(runId)
    expect(status).toBe('failed')
    expect(summary).toMatch(/forEach failed: Item 2 failed at a: /)
  })

  test('collects the errors of its items when it is told to', async () => {
    const { runId } = await begin([
      ['start>forEach', 'forEach>end'],
      { forEach: { config: { items: '[1, 2, 3]', onItemError: 'collect' } }, ...failsAtTwo },
    ])
    expect(await endOf(runId)).toMatchObject({
      status: 'completed',
      output: {
        results: [1, null, 3],
        errors: [{ index: 1, node: 'a', error: { code: 'expression_error' } }],
        count: 3,
      },
    })
  })

  test('its failure flows on as data when its policy says so', async () => {
    const { runId } = await begin([
      ['start>forEach', 'forEach:error>end'],
      { forEach: { policy: { onError: 'branch' } }, ...failsAtTwo },
    ])
    expect(await endOf(runId)).toMatchObject({
      status: 'completed',
      output: { error: { code: 'item_failed', details: { index: 1, node_id: 'a' } } },
    })
  })

  test('nests: the inner item is seen inside, the outer one is handed in', async () => {
    const { runId } = await begin([
      ['start>forEach', 'forEach>end', 'row>forEach2'],
      {
        forEach: { config: { items: '[[1, 2], [3]]', concurrency: 2 } },
        row: inside('forEach', 'item'),
        forEach2: { parentId: 'forEach', config: { items: 'nodes.row.output', concurrency: 2 } },
        cell: inside('forEach2', 'item * 100 + $count(nodes.row.output)'),
        end: { config: { output: '{{ nodes.forEach.output.results.results }}' } },
      },
    ])
    expect(await endOf(runId)).toMatchObject({ status: 'completed', output: [102, 202, 301] })
  })

  test('what is not a list is refused, and so is one that is too long', async () => {
    const one = await begin([
      ['start>forEach', 'forEach>end'],
      { forEach: { config: { items: '"text"' } }, a: inside('forEach', 'item') },
    ])
    expect(await endOf(one.runId)).toMatchObject({
      status: 'failed',
      summary: expect.stringMatching(/a list is needed/),
    })
    for (const [count, status] of [
      [9_999, 'completed'],
      [10_000, 'completed'],
      [10_001, 'failed'],
    ] as const) {
      const { runId } = await begin(
        [
          ['start>forEach', 'forEach>end'],
          { forEach: { config: { items: 'inputs.list' } }, end_a: { parentId: 'forEach' } },
          { inputs: { type: 'object', properties: { list: { type: 'array' } } } },
        ],
        { list: Array.from({ length: count }, () => 1) },
      )
      await waitForRun(runId, ended, 60_000)
      expect(await endOf(runId)).toMatchObject({ status })
    }
  }, 120_000)

  test('people decide on each item by itself', async () => {
    const { runId, principal } = await begin([
      ['start>forEach', 'forEach>end', 'approval:approved>yes', 'approval:rejected>no'],
      {
        forEach: { config: { items: '["a", "b"]', concurrency: 2 } },
        approval: { parentId: 'forEach', config: { title: 'Publish {{ item }}?' } },
        yes: inside('forEach', 'item & " yes"'),
        no: inside('forEach', 'item & " no"'),
        end: output('forEach'),
      },
    ])
    await waitForRun(runId, atRest)
    const at = { principal, runId, nodeId: 'approval' }
    await expect(decideApproval({ ...at, decision: 'approved' })).rejects.toMatchObject({ code: 'validation_failed' })
    await decideApproval({ ...at, path: ['each:1'], decision: 'approved' })
    await decideApproval({ ...at, path: ['each:0'], decision: 'rejected' })
    expect(await endOf(runId)).toMatchObject({ status: 'completed', output: { results: ['a no', 'b yes'] } })
  })

  test('a failed item takes the waits of the others with it', async () => {
    const { runId } = await begin([
      ['start>forEach', 'forEach:error>end', 'condition:bad>delay', 'delay>boom', 'condition:else>approval'],
      {
        forEach: { config: { items: '[1, 2]', concurrency: 2 }, policy: { onError: 'branch' } },
        condition: { parentId: 'forEach', config: { branches: [{ name: 'bad', when: 'item = 2' }] } },
        delay: { parentId: 'forEach', config: { seconds: 0.2 } },
        boom: inside('forEach', '$error("boom")'),
        approval: { parentId: 'forEach' },
      },
    ])
    expect(await endOf(runId)).toMatchObject({ status: 'completed' })
    const { rows } = await pool().query('SELECT kind, state FROM waits WHERE run_id = $1 ORDER BY kind', [runId])
    expect(rows).toEqual([
      { kind: 'timer', state: 'resolved' },
      { kind: 'approval', state: 'cancelled' },
    ])
    const { rows: nodes } = await pool().query('SELECT node_key, status FROM node_runs WHERE run_id = $1', [runId])
    expect(nodes).toContainEqual({ node_key: 'each:0/approval', status: 'cancelled' })
  })
})

describe('while', () => {
  test('turns for as long as its condition holds, and hands each result to the next turn', async () => {
    const { runId } = await begin([
      ['start>while', 'while>end'],
      {
        while: { config: { when: 'index = 0 or item < 40' } },
        a: inside('while', 'index = 0 ? 5 : item * 2'),
        end: output('while'),
      },
    ])
    expect(await endOf(runId)).toMatchObject({ status: 'completed', output: { result: 40, turns: 4 } })
  })

  test('a turn too many is a failure that names the limit', async () => {
    for (const [turns, status] of [
      [2, 'completed'],
      [3, 'completed'],
      [4, 'failed'],
    ] as const) {
      const { runId } = await begin([
        ['start>while', 'while>end'],
        { while: { config: { when: `index < ${turns}`, maxIterations: 3 } }, a: inside('while', 'index'), end: {} },
      ])
      expect((await endOf(runId)).status).toBe(status)
    }
  })

  test('a condition that never held gives no turns', async () => {
    const { runId } = await begin([
      ['start>while', 'while>end'],
      { while: { config: { when: 'false' } }, a: inside('while', 'index'), end: output('while') },
    ])
    expect(await endOf(runId)).toMatchObject({ output: { result: null, turns: 0 } })
  })
})

describe('a sub-workflow', () => {
  const takesX = { inputs: { type: 'object', properties: { x: { type: 'number' } } } }
  async function addWorkflow(teamOf: { team: { id: string } }, definition: ReturnType<typeof draw>) {
    const { rows } = await pool().query('SELECT id FROM projects WHERE team_id = $1', [teamOf.team.id])
    const { id } = await createWorkflow({
      teamId: teamOf.team.id,
      projectId: rows[0].id,
      name: 'Parent',
      description: '',
      tags: [],
      definition,
      createdBy: null,
    })
    await publishVersion({ teamId: teamOf.team.id, workflowId: id, publishedBy: null })
    return id
  }

  const calls = (workflowId: string, rest: object = {}) =>
    draw(['start>workflow', 'workflow>end'], {
      workflow: { config: { workflowId, input: { x: 20 } }, ...rest },
      end: output('workflow'),
    })

  const doubling = draw(
    ['start>a', 'a>end'],
    { a: { config: { expression: 'inputs.x * 2' } }, end: output('a') },
    takesX,
  )

  test('runs as a run of its own, linked both ways, and its output flows on', async () => {
    const { principal, workflowId } = await makePublished(doubling)
    const parent = await addWorkflow(principal, calls(workflowId))
    const { runId } = await startRun({ principal, workflowId: parent, trigger: 'api' })
    expect(await endOf(runId)).toMatchObject({ status: 'completed', output: 40 })
    const { rows } = await pool().query('SELECT id, trigger, depth FROM runs WHERE parent_run_id = $1', [runId])
    expect(rows).toEqual([{ id: expect.any(String), trigger: 'run', depth: 1 }])
    const events = await readEvents(runId, 0, 100)
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'node_waiting', kind: 'child', child_run_id: rows[0].id }),
    )
    const [first] = await readEvents(rows[0].id, 0, 100)
    expect(first).toMatchObject({ type: 'run_started', parent: { run_id: runId, node_id: 'workflow', path: [] } })
  })

  test('its failure is the failure of the node, with the run that failed', async () => {
    const { principal, workflowId } = await makePublished(
      draw(['start>fail'], { fail: { config: { message: 'Sorry' } } }, takesX),
    )
    const parent = await addWorkflow(principal, calls(workflowId))
    const { runId } = await startRun({ principal, workflowId: parent, trigger: 'api' })
    expect(await endOf(runId)).toMatchObject({
      status: 'failed',
      summary: expect.stringMatching(/ended as failed: .*Sorry/),
    })
  })

  test('what cannot be started fails the node: no such workflow, another input', async () => {
    const { principal, workflowId } = await makePublished(
      draw(['start>end'], {}, { inputs: { type: 'object', properties: { x: { type: 'string' } }, required: ['x'] } }),
    )
    const wrongInput = await addWorkflow(principal, calls(workflowId))
    const one = await startRun({ principal, workflowId: wrongInput, trigger: 'api' })
    expect(await endOf(one.runId)).toMatchObject({
      status: 'failed',
      summary: expect.stringMatching(/input of the sub-workflow: x/),
    })
    const stranger = await makePublished(doubling)
    const foreign = await addWorkflow(principal, calls(stranger.workflowId))
    const two = await startRun({ principal, workflowId: foreign, trigger: 'api' })
    expect(await endOf(two.runId)).toMatchObject({
      status: 'failed',
      summary: expect.stringMatching(/no such workflow/i),
    })
  })

  test('a person decides inside it, and stopping the parent stops it', async () => {
    const asks = draw(['start>approval', 'approval:approved>end'], {}, takesX)
    const { principal, workflowId } = await makePublished(asks)
    const parent = await addWorkflow(principal, calls(workflowId))
    const childOf = async (runId: string) => {
      for (;;) {
        const { rows } = await pool().query(
          `SELECT id FROM runs WHERE parent_run_id = $1 AND status = 'waiting_for_approval'`,
          [runId],
        )
        if (rows[0]) return rows[0].id as string
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
    const one = await startRun({ principal, workflowId: parent, trigger: 'api' })
    await decideApproval({ principal, runId: await childOf(one.runId), nodeId: 'approval', decision: 'approved' })
    expect(await endOf(one.runId)).toMatchObject({ status: 'completed' })

    const two = await startRun({ principal, workflowId: parent, trigger: 'api' })
    const child = await childOf(two.runId)
    await commandRun({ principal, runId: two.runId, command: 'stop' })
    expect(await endOf(child)).toMatchObject({ status: 'cancelled' })
  })

  test('is made once, however often the queue and the sweep ask for it', async () => {
    const asks = draw(['start>approval', 'approval:approved>end'], {}, takesX)
    const { principal, workflowId } = await makePublished(asks)
    const parent = await addWorkflow(principal, calls(workflowId))
    const { runId } = await startRun({ principal, workflowId: parent, trigger: 'api' })
    await waitForRun(runId, (run) => !run.isHeld && run.status === 'running')
    const { rows } = await pool().query<{ id: string }>('SELECT id FROM waits WHERE run_id = $1', [runId])
    for (const { id } of rows) {
      const wait = await readWait(id)
      if (!wait) throw new Error('the wait is stored')
      expect([await startChildRun(wait), await startChildRun(wait)]).toEqual([null, null])
    }
    const children = await pool().query('SELECT 1 FROM runs WHERE parent_run_id = $1', [runId])
    expect([rows.length, children.rows.length]).toEqual([1, 1])
  })

  test('nests at most ten deep', async () => {
    const { principal, workflowId } = await makePublished(doubling)
    let inner = workflowId
    for (let depth = 0; depth < 11; depth++) {
      inner = await addWorkflow(
        principal,
        draw(
          ['start>workflow', 'workflow>end'],
          {
            workflow: { config: { workflowId: inner, input: '{{ inputs }}' } },
            end: output('workflow'),
          },
          takesX,
        ),
      )
      const { runId } = await startRun({ principal, workflowId: inner, trigger: 'api', input: { x: 4 } })
      if (depth < 10) expect(await endOf(runId)).toMatchObject({ status: 'completed', output: 8 })
      else expect(await endOf(runId)).toMatchObject({ status: 'failed', summary: expect.stringMatching(/at most 10/) })
    }
  }, 60_000)
})
