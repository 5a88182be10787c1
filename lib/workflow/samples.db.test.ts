import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { atRest, ended, makePublished, waitForRun } from '../testing/runs'
import { commandRun } from '../usecases/command-run'
import { decideApproval } from '../usecases/decide-approval'
import { getRun } from '../usecases/get-run'
import { startRun } from '../usecases/start-run'
import { startWorker } from '../worker/main'
import { definitionSchema } from './document'
import { sampleWorkflows } from './samples'

/** Stands for this installation: the sample feed, and the sink that keeps what it receives. */
let installation: Server
let worker: Awaited<ReturnType<typeof startWorker>>
const delivered: { key: string; body: unknown }[] = []

beforeAll(async () => {
  const feed = await readFile(new URL('../../public/samples/earthquakes.json', import.meta.url))
  installation = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    if (request.url === '/samples/earthquakes.json')
      return response.setHeader('content-type', 'application/json').end(feed)
    if (request.url !== '/api/samples/deliveries') return response.writeHead(404).end()
    delivered.push({ key: String(request.headers['idempotency-key']), body: JSON.parse(body) })
    response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":"delivery-1"}')
  })
  await new Promise<void>((resolve) => installation.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('PUBLIC_URL', `http://127.0.0.1:${(installation.address() as AddressInfo).port}`)
  worker = await startWorker({})
})

afterAll(async () => {
  await worker.stop(2_000)
  installation.closeAllConnections()
  await new Promise((resolve) => installation.close(resolve))
  vi.unstubAllEnvs()
})

async function begin(slug: string, input: Record<string, unknown> = {}) {
  const sample = sampleWorkflows.find((workflow) => workflow.slug === slug)
  const { principal, workflowId } = await makePublished(definitionSchema.parse(sample?.definition))
  const { runId } = await startRun({ principal, workflowId, trigger: 'api', input })
  return { principal, runId }
}

describe('earthquake bulletin', { timeout: 60_000 }, () => {
  test('with nothing but its defaults: fetched, drafted, edited, approved, published once', async () => {
    const { principal, runId } = await begin('earthquake-bulletin')
    expect(await waitForRun(runId, atRest, 40_000)).toBe('waiting_for_approval')
    const [wait] = (await getRun({ principal, runId })).waits
    expect(wait).toMatchObject({
      node_id: 'review',
      shown: { headline: 'Magnitude 6.4 earthquake: 22km NNE of Hualian, Taiwan' },
    })

    const data = { headline: 'Strong earthquake off Taiwan', text: 'Edited by a person.' }
    await decideApproval({ principal, runId, nodeId: 'review', decision: 'approved', data })
    expect(await waitForRun(runId, ended, 40_000)).toBe('completed')
    const run = await getRun({ principal, runId })
    expect(run.output).toMatchObject({ published: true, ...data, count: 39, receipt: { id: 'delivery-1' } })
    expect(delivered).toEqual([{ key: expect.stringContaining(runId), body: expect.objectContaining(data) }])
  })

  test('a rejection cancels it', async () => {
    const { principal, runId } = await begin('earthquake-bulletin')
    await waitForRun(runId, atRest, 40_000)
    await decideApproval({ principal, runId, nodeId: 'review', decision: 'rejected', comment: 'Too early.' })
    expect(await waitForRun(runId, ended, 40_000)).toBe('cancelled')
    expect(await getRun({ principal, runId })).toMatchObject({ error_reason: 'approval_rejected' })
  })

  test('a quiet week asks nobody', async () => {
    const { principal, runId } = await begin('earthquake-bulletin', { minimum_magnitude: 9 })
    expect(await waitForRun(runId, ended, 40_000)).toBe('completed')
    expect((await getRun({ principal, runId })).output).toMatchObject({ published: false, reason: 'quiet week' })
  })
})

test('support intake: asks, branches, asks again, sums up', { timeout: 60_000 }, async () => {
  const { principal, runId } = await begin('support-intake')
  expect(await waitForRun(runId, atRest, 40_000)).toBe('waiting_for_user_input')
  await commandRun({ principal, runId, command: 'data', data: { name: 'Ada', category: 'technical' } })
  await waitForRun(runId, (run) => atRest(run) && run.status !== 'running', 40_000)
  await vi.waitFor(
    async () => expect((await getRun({ principal, runId })).waits).toMatchObject([{ node_id: 'technical' }]),
    20_000,
  )
  await commandRun({ principal, runId, command: 'data', data: { what_happens: 'No light', urgency: 'I cannot work' } })
  expect(await waitForRun(runId, ended, 40_000)).toBe('completed')
  expect((await getRun({ principal, runId })).output).toMatchObject({
    ticket: { name: 'Ada', category: 'technical', priority: 'high' },
    summary: 'Ada has a technical question (priority: high).\nWhat happens: No light\nUrgency: I cannot work',
  })
})
