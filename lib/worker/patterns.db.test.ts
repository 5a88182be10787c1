import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Principal } from '../auth/principal'
import { pool } from '../db/client'
import { decodePayload } from '../db/payloads'
import { changeWorkflow, createWorkflow, publishVersion } from '../db/workflows'
import { draw } from '../testing/definition'
import { atRest, ended, makePublished, waitForRun } from '../testing/runs'
import { commandRun } from '../usecases/command-run'
import { decideApproval } from '../usecases/decide-approval'
import { startRun } from '../usecases/start-run'
import { startWorker } from './main'

/**
 * Patterns of the Workflow Patterns catalogue that the pure core cannot show alone: people, calls in flight, runs of
 * sub-workflows. The others are in lib/engine/patterns*.test.ts; the table is docs/patterns.md.
 */

let worker: Awaited<ReturnType<typeof startWorker>>
/** A service that never answers. */
let silent: Server
let url: string
beforeAll(async () => {
  process.env.EGRESS_ALLOW = '127.0.0.1'
  silent = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
  worker = await startWorker({})
})
afterAll(async () => {
  await worker.stop(2_000)
  silent.closeAllConnections()
  silent.close()
})

const inside = { parentId: 'forEach' }
const region = { forEach: { config: { items: '[1]' } } }
const takesX = { inputs: { type: 'object', properties: { x: { type: 'number' } } } }
const asks = (name: string) => ({
  config: { prompt: name, schema: { type: 'object', properties: { [name]: { type: 'boolean' } }, required: [name] } },
})
const calls = () => ({ type: 'http', config: { method: 'GET', url: `${url}/slow` } })

/** The next call that arrives outside, and when its caller hung up. */
async function nextCall(): Promise<{ hungUp: Promise<unknown> }> {
  const [request] = await once(silent, 'request')
  return { hungUp: once(request.socket, 'close') }
}

async function endOf(runId: string) {
  await waitForRun(runId, ended)
  const { rows } = await pool().query('SELECT status, output FROM runs WHERE id = $1', [runId])
  return { status: rows[0].status, output: await decodePayload(rows[0].output) }
}

/** A workflow that calls itself: published twice, because its own id is known only after the first time. */
async function makeRecursive(drawing: (workflowId: string) => Parameters<typeof draw>) {
  const { principal, workflowId } = await makePublished(draw(['start>end'], {}, takesX))
  const of = { teamId: principal.team.id, workflowId }
  await changeWorkflow({ ...of, definition: draw(...drawing(workflowId)), savedBy: principal.userId })
  await publishVersion({ ...of, publishedBy: principal.userId })
  return { principal, workflowId }
}

async function runsOf(workflowId: string) {
  const { rows } = await pool().query(
    'SELECT id, status, parent_run_id FROM runs WHERE workflow_id = $1 ORDER BY depth',
    [workflowId],
  )
  return rows as { id: string; status: string; parent_run_id: string | null }[]
}

test('WCP-16 Deferred Choice: what people did not choose is withdrawn', async () => {
  const { principal, workflowId } = await makePublished(
    draw(['start>forEach', 'forEach>end', 'input>end_answered', 'approval:approved>end_approved'], {
      ...{ ...region, input: { ...asks('ok'), ...inside }, approval: inside },
      end_answered: {
        parentId: 'forEach',
        config: { endsAll: true, output: { answered: '{{ nodes.input.output }}' } },
      },
      end_approved: { parentId: 'forEach', config: { endsAll: true, output: 'approved' } },
      end: { config: { output: '{{ nodes.forEach.output.results[0] }}' } },
    }),
  )
  const begin = async () => {
    const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
    await waitForRun(runId, atRest)
    return runId
  }
  const approve = (runId: string) =>
    decideApproval({ principal, runId, nodeId: 'approval', path: ['each:0'], decision: 'approved' })
  const answered = await begin()
  await commandRun({ principal, runId: answered, command: 'data', data: { ok: true } })
  expect(await endOf(answered)).toEqual({ status: 'completed', output: { answered: { ok: true } } })
  await expect(approve(answered)).rejects.toThrow()
  const approved = await begin()
  await approve(approved)
  expect(await endOf(approved)).toEqual({ status: 'completed', output: 'approved' })
  const { rows } = await pool().query('SELECT run_id, kind, state FROM waits WHERE run_id = ANY($1)', [
    [answered, approved],
  ])
  const states = rows.map((row) => [row.run_id === answered ? 'answered' : 'approved', row.kind, row.state].join())
  expect(states.sort()).toEqual([
    'answered,approval,cancelled',
    'answered,input,resolved',
    'approved,approval,resolved',
    'approved,input,cancelled',
  ])
})

test('WCP-19 Cancel Task: a call in flight is cut off, and the run goes on', async () => {
  const { principal, workflowId } = await makePublished(
    draw(['start>forEach', 'forEach>end', 'http>end_done', 'input>end_cancelled'], {
      ...{ ...region, http: { ...calls(), ...inside }, input: { ...asks('cancel'), ...inside } },
      end_done: { parentId: 'forEach', config: { endsAll: true, output: 'done' } },
      end_cancelled: { parentId: 'forEach', config: { endsAll: true, output: 'cancelled' } },
      end: { config: { output: '{{ nodes.forEach.output.results[0] }}' } },
    }),
  )
  const call = nextCall()
  const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
  const { hungUp } = await call
  await commandRun({ principal, runId, command: 'data', data: { cancel: true } })
  await hungUp
  expect(await endOf(runId)).toEqual({ status: 'completed', output: 'cancelled' })
  const { rows } = await pool().query(`SELECT status FROM node_runs WHERE run_id = $1 AND node_id = 'http'`, [runId])
  expect(rows).toEqual([{ status: 'cancelled' }])
})

test('WCP-20 Cancel Case: a call in flight, a person and a sub-workflow are withdrawn', async () => {
  const child = draw(['start>approval', 'approval:approved>end'], {}, takesX)
  const { principal, workflowId: childId } = await makePublished(child)
  const { rows: projects } = await pool().query('SELECT id FROM projects WHERE team_id = $1', [principal.team.id])
  const parent = draw(['start>http', 'start>input', 'start>workflow', 'http>end'], {
    ...{ http: calls(), input: asks('ok') },
    workflow: { config: { workflowId: childId, input: { x: 1 } } },
  })
  const workflowId = await publish(principal, projects[0].id, parent)
  const call = nextCall()
  const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
  const { hungUp } = await call
  await expect.poll(async () => (await runsOf(childId)).map((run) => run.status)).toEqual(['waiting_for_approval'])
  await commandRun({ principal, runId, command: 'stop' })
  await hungUp
  expect(await endOf(runId)).toMatchObject({ status: 'cancelled' })
  const [inner] = await runsOf(childId)
  expect(await endOf(inner?.id ?? '')).toMatchObject({ status: 'cancelled' })
  const { rows } = await pool().query(`SELECT state FROM waits WHERE run_id = ANY($1) AND state <> 'cancelled'`, [
    [runId, inner?.id],
  ])
  expect(rows).toEqual([])
})

async function publish(principal: Principal, projectId: string, definition: ReturnType<typeof draw>) {
  const of = { teamId: principal.team.id, projectId, name: 'Parent', description: '', tags: [], definition }
  const { id } = await createWorkflow({ ...of, createdBy: null })
  await publishVersion({ teamId: principal.team.id, workflowId: id, publishedBy: null })
  return id
}

test('WCP-22 Recursion: a workflow runs itself', async () => {
  const { principal, workflowId } = await makeRecursive((self) => [
    ['start>condition', 'condition:more>workflow', 'workflow>end', 'condition:else>end_one'],
    {
      condition: { config: { branches: [{ name: 'more', when: 'inputs.x > 1' }] } },
      workflow: { config: { workflowId: self, input: { x: '{{ inputs.x - 1 }}' } } },
      end: { config: { output: '{{ inputs.x * nodes.workflow.output }}' } },
      end_one: { config: { output: 1 } },
    },
    takesX,
  ])
  const { runId } = await startRun({ principal, workflowId, trigger: 'api', input: { x: 5 } })
  expect(await endOf(runId)).toEqual({ status: 'completed', output: 120 })
  const runs = await runsOf(workflowId)
  expect(runs).toHaveLength(5)
  expect(runs.slice(1).map((run) => run.parent_run_id)).toEqual(runs.slice(0, -1).map((run) => run.id))
})

test('WCP-15 Multiple Instances without a priori Run-Time Knowledge: another one while the others are at work', async () => {
  const { principal, workflowId } = await makeRecursive((self) => [
    [
      'start>approval',
      'start>input',
      'input>condition',
      'condition:more>workflow',
      'approval:approved>merge',
      'workflow>merge',
      'condition:else>merge',
      'merge>end',
    ],
    {
      input: asks('more'),
      condition: { config: { branches: [{ name: 'more', when: 'nodes.input.output.more' }] } },
      workflow: { config: { workflowId: self, input: { x: 1 } } },
      merge: { config: { join: 'all' } },
    },
    takesX,
  ])
  const { runId } = await startRun({ principal, workflowId, trigger: 'api', input: { x: 1 } })
  const atWork = () =>
    pool().query(
      `SELECT 1 FROM waits WHERE kind = 'approval' AND state = 'open' AND run_id IN (SELECT id FROM runs WHERE workflow_id = $1)`,
      [workflowId],
    )
  for (const [instances, more] of [
    [1, true],
    [2, true],
    [3, false],
  ] as const) {
    await expect.poll(async () => (await atWork()).rowCount).toBe(instances)
    const innermost = (await runsOf(workflowId)).at(-1)?.id ?? ''
    await waitForRun(innermost, atRest)
    await commandRun({ principal, runId: innermost, command: 'data', data: { more } })
  }
  for (const { id } of await runsOf(workflowId)) {
    await expect.poll(async () => (await runsOf(workflowId))[0]?.status).not.toBe('completed')
    await decideApproval({ principal, runId: id, nodeId: 'approval', decision: 'approved' })
  }
  expect(await endOf(runId)).toMatchObject({ status: 'completed' })
})
