import { afterAll, beforeAll, expect, test } from 'vitest'
import { draw } from '../testing/definition'
import { ended, makePublished, waitForRun } from '../testing/runs'
import { getRun } from '../usecases/get-run'
import { startRun } from '../usecases/start-run'
import { startWorker } from './main'

let worker: Awaited<ReturnType<typeof startWorker>>
beforeAll(async () => {
  worker = await startWorker({})
})
afterAll(() => worker.stop(2_000))

const drawing = draw(['start>greet', 'greet>forEach', 'forEach>end', 'inner>again'], {
  greet: { type: 'template', name: 'Say hello', config: { text: 'Hello' } },
  forEach: { name: 'Each one', config: { items: '[1, 2]' } },
  inner: { parentId: 'forEach', name: 'Inside', config: { expression: 'item' } },
  again: { parentId: 'forEach', type: 'template', name: 'Inside too', config: { text: 'x' } },
  end: { config: { output: ['{{ nodes.`Say hello`.output }}', '{{ nodes.`Each one`.output.results }}'] } },
})

async function outputWith(parameters: Record<string, unknown>, dynamicVariables = {}) {
  const { principal, workflowId } = await makePublished(drawing)
  const { runId } = await startRun({ principal, workflowId, trigger: 'api', parameters, dynamicVariables })
  await waitForRun(runId, ended)
  return getRun({ principal, runId })
}

test('without parameters every node does what the workflow says', async () => {
  expect(await outputWith({})).toMatchObject({ status: 'completed', output: ['Hello', ['x', 'x']] })
})

test.each([
  ['by id', { greet: { text: 'Hi' } }, ['Hi', ['x', 'x']]],
  ['by name', { 'Say hello': { text: 'Hi' } }, ['Hi', ['x', 'x']]],
  [
    'by both, where the id counts more',
    { greet: { text: 'by id' }, 'Say hello': { text: 'by name' } },
    ['by id', ['x', 'x']],
  ],
  [
    'of nodes in containers',
    { inner: { expression: 'item * 10' }, 'Inside too': { text: '{{ nodes.Inside.output }}' } },
    ['Hello', [10, 20]],
  ],
  ['of a container itself', { forEach: { items: '[1, 2, 3]' } }, ['Hello', ['x', 'x', 'x']]],
  ['that are templates, in the scope of the node', { again: { text: '#{{ item }}' } }, ['Hello', ['#1', '#2']]],
  [
    'that name no node: variables of every node',
    { place: 'Rome', greet: { text: 'Hello {{ place }} {{ vars.place }}' } },
    ['Hello Rome Rome', ['x', 'x']],
  ],
])('a run takes overrides %s', async (_how, parameters, output) => {
  expect(await outputWith(parameters)).toMatchObject({ status: 'completed', output, parameters })
})

test('a dynamic variable counts more than a parameter of its name', async () => {
  const run = await outputWith({ place: 'Rome', greet: { text: '{{ place }}' } }, { place: 'Oslo' })
  expect(run.output).toEqual(['Oslo', ['x', 'x']])
})

test('an override that the node cannot use is refused at the start, naming the field, and the next run is as before', async () => {
  const { principal, workflowId } = await makePublished(drawing)
  const start = (parameters: Record<string, unknown>) => startRun({ principal, workflowId, trigger: 'api', parameters })
  await expect(start({ greet: { nonsense: 1 } })).rejects.toMatchObject({
    status: 422,
    errors: [{ path: 'parameters.greet.nonsense' }],
  })
  const { runId } = await start({})
  await waitForRun(runId, ended)
  expect((await getRun({ principal, runId })).output).toEqual(['Hello', ['x', 'x']])
})
