import { afterAll, beforeAll, expect, test } from 'vitest'
import { draw } from '../testing/definition'
import { makePerson, makeTeam } from '../testing/people'
import { atRest, ended, makePublished, principalOf, waitForRun } from '../testing/runs'
import { startWorker } from '../worker/main'
import { commandRun } from './command-run'
import { decideApproval } from './decide-approval'
import { listSegments } from './list-segments'
import { startRun } from './start-run'

let worker: Awaited<ReturnType<typeof startWorker>>
beforeAll(async () => {
  worker = await startWorker({})
})
afterAll(() => worker.stop(2_000))

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

test('a run is told in pairs: what it was given, and what it gave back or asked next', async () => {
  const { principal, workflowId } = await makePublished(
    draw(
      ['start>message', 'message>input', 'input>approval', 'approval:approved>end', 'approval:rejected>end'],
      {
        message: { config: { text: 'Hello {{ inputs.name }}' } },
        input: { config: { prompt: 'Which city?', schema } },
        approval: { config: { title: 'Go?', show: { to: '{{ nodes.input.output.city }}' } } },
        end: { config: { output: { city: '{{ nodes.input.output.city }}' } } },
      },
      { inputs: { type: 'object', properties: { name: { type: 'string' } } } },
    ),
  )
  const { runId } = await startRun({ principal, workflowId, trigger: 'api', input: { name: 'Ada' } })
  await waitForRun(runId, atRest)
  await commandRun({ principal, runId, command: 'data', data: { city: 'Rome' } })
  await waitForRun(runId, (run) => run.status === 'waiting_for_approval' && !run.isHeld)
  await decideApproval({ principal, runId, nodeId: 'approval', decision: 'approved' })
  await waitForRun(runId, ended)

  const { items, next_cursor } = await listSegments({ principal, runId, limit: 50 })
  expect(next_cursor).toBeNull()
  expect(items).toMatchObject([
    {
      turn: 1,
      input: { value: { name: 'Ada' } },
      output: { value: { waiting_for: [{ node_id: 'input', kind: 'input', title: 'Which city?', shown: null }] } },
      messages: [{ text: 'Hello Ada' }],
      status: 'waiting_for_user_input',
    },
    {
      input: { value: { city: 'Rome' } },
      output: {
        value: { waiting_for: [{ node_id: 'approval', kind: 'approval', title: 'Go?', shown: { to: 'Rome' } }] },
      },
      messages: [],
      status: 'waiting_for_approval',
    },
    {
      input: { value: { decision: 'approved', approved: true } },
      output: { value: { city: 'Rome' } },
      status: 'completed',
    },
  ])
  for (const { started_at, ended_at } of items)
    expect(Date.parse(String(ended_at))).toBeGreaterThanOrEqual(Date.parse(started_at))

  const first = await listSegments({ principal, runId, limit: 2 })
  expect([first.items.length, first.next_cursor]).toEqual([2, '2'])
  const rest = await listSegments({ principal, runId, limit: 2, cursor: '2' })
  expect(rest).toEqual({ items: items.slice(2), next_cursor: null })
  await expect(listSegments({ principal, runId, limit: 2, cursor: 'x' })).rejects.toMatchObject({ status: 422 })

  const stranger = principalOf(await makePerson(await makeTeam()))
  await expect(listSegments({ principal: stranger, runId, limit: 2 })).rejects.toMatchObject({ code: 'not_found' })
})

test('a run that fails ends its last segment with the reason', async () => {
  const { principal, workflowId } = await makePublished(
    draw(['start>fail'], { fail: { config: { message: 'No more.' } } }),
  )
  const { runId } = await startRun({ principal, workflowId, trigger: 'api' })
  await waitForRun(runId, ended)
  expect((await listSegments({ principal, runId, limit: 50 })).items).toMatchObject([
    {
      input: { value: {} },
      output: { value: { error: { code: 'execution_error', message: 'fail failed: No more.' } } },
      status: 'failed',
    },
  ])
})
