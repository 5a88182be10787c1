import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { pool } from '../../db/client'
import { makeTenant, openApi, type TestApi } from '../../testing/api'
import { draw } from '../../testing/definition'
import { atRest, ended, waitForRun } from '../../testing/runs'
import { startWorker } from '../../worker/main'

let api: TestApi
let tenant: Awaited<ReturnType<typeof makeTenant>>
let worker: Awaited<ReturnType<typeof startWorker>>

beforeAll(async () => {
  api = await openApi()
  tenant = await makeTenant()
  worker = await startWorker({})
})
afterAll(async () => {
  await worker.stop(2_000)
  await api.close()
})

interface Call {
  url?: string
  key?: string
  id?: number
  meta?: Record<string, unknown>
}

/** One request of the protocol, as it is on the wire. Rejects when no answer comes. */
async function rpc(
  method: string,
  params: Record<string, unknown>,
  { url = api.url, key = tenant.key, id = 1, meta }: Call = {},
) {
  const answer = await fetch(`${url}/api/mcp`, {
    method: 'POST',
    headers: {
      'x-api-key': key,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, ...(meta ? { _meta: meta } : {}) } }),
  })
  const text = await answer.text()
  return JSON.parse(/^data: (\{.*)$/m.exec(text)?.[1] ?? text)
}

const call = (name: string, args: Record<string, unknown>, options?: Call) =>
  rpc('tools/call', { name, arguments: args }, options)

async function publish(...drawing: Parameters<typeof draw>): Promise<{ id: string; slug: string }> {
  const json = { name: `Flow ${Math.random()}`, definition: draw(...drawing) }
  const { body } = await api.ask('POST', '/v1/workflows', { key: tenant.key, json })
  expect((await api.ask('POST', `/v1/workflows/${body.id}/publish`, { key: tenant.key })).status).toBe(201)
  return body
}

const greets = [
  ['start>end'],
  { end: { config: { output: 'Hello {{ inputs.name }}' } } },
  {
    inputs: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    settings: { exposeAsTool: true },
  },
] as const satisfies Parameters<typeof draw>

/** Passes requests on to the server, and cuts the first connections: when the request has arrived, or when it is answered. */
async function openScissors(cuts: ('request' | 'answer')[]): Promise<{ url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(api.url)
  const server = createServer((incoming, outgoing) => {
    const cut = cuts.shift()
    const { method, url: path, headers } = incoming
    const passed = request({ hostname, port, method, path, headers }, (answer) => {
      if (cut === 'answer') {
        // All of it is received here, so the server has done its part; nothing of it arrives there.
        answer.resume().on('end', () => outgoing.destroy())
        return
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    if (cut === 'request') {
      passed.on('finish', () => {
        passed.destroy()
        outgoing.destroy()
      })
    }
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // listening on TCP
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('a call that was cut before its answer (F-45)', () => {
  it.each([
    ['run_workflow', ['answer']],
    ['run_workflow', ['request', 'answer', 'request']],
    ['its own tool', ['answer', 'request']],
  ] as const)('of %s is sent again with the same key and starts one run; cut at %j', async (tool, cuts) => {
    const { id, slug } = await publish(...greets)
    const name = tool === 'run_workflow' ? tool : `wf_${slug}`
    const args = tool === 'run_workflow' ? { workflow_id: id, input_values: { name: 'Ada' } } : { name: 'Ada' }
    const scissors = await openScissors([...cuts])
    const meta = { 'countersign/idempotency-key': `order ${id}`.replace(' ', '-') }
    for (const [number] of cuts.entries()) {
      await expect(call(name, args, { url: scissors.url, id: number, meta })).rejects.toThrow()
    }
    // A request that was cut off may still be at work: then the answer says so, and the client asks again.
    let result: { isError?: boolean; structuredContent?: { id?: string; run_id?: string }; content: { text: string }[] }
    do {
      result = (await call(name, args, { url: scissors.url, id: 99, meta })).result
    } while (result.isError && JSON.parse(result.content[0]?.text ?? '{}').code === 'idempotency_in_progress')
    await scissors.close()
    const { rows } = await pool().query('SELECT id FROM runs WHERE workflow_id = $1', [id])
    expect(rows).toEqual([{ id: result.structuredContent?.id ?? result.structuredContent?.run_id }])
    expect(await waitForRun(rows[0].id, ended)).toBe('completed')
  })
})

describe('two callers with the same request id (F-46)', () => {
  it('each get their own answer, a hundred times at once', async () => {
    const other = await makeTenant()
    const callers = await Promise.all(
      [tenant.key, other.key].map(async (key) => {
        const made = await api.ask('POST', '/v1/workflows', { key, json: { name: `Of ${key.slice(-6)}` } })
        return { key, workflow_id: made.body.id, name: made.body.name }
      }),
    )
    const calls = Array.from({ length: 50 }, () => callers).flat()
    const answers = await Promise.all(
      calls.map(({ key, workflow_id }) => call('get_workflow', { workflow_id }, { key, id: 0 })),
    )
    expect(answers.map(({ id, result }) => [id, result.structuredContent.workflow.name])).toEqual(
      calls.map(({ name }) => [0, name]),
    )
  })
})

describe('every tool', () => {
  it('refuses an argument that it does not declare, by name', async () => {
    await publish(...greets)
    const { tools } = (await rpc('tools/list', {})).result
    for (const { name } of tools) {
      const { result } = await call(name, { nonsense: 1 })
      const { errors } = JSON.parse(result.content[0].text)
      expect([name, result.isError, errors?.map(({ path }: { path: string }) => path)]).toEqual([
        name,
        true,
        expect.arrayContaining([expect.stringMatching(/(^|\.)nonsense$/)]),
      ])
    }
  })

  it('answers what its output schema says', async () => {
    const asks = await publish(
      ['start>input', 'input>approval', 'approval:approved>end'],
      { input: { config: { prompt: 'Size?', schema: { type: 'object', properties: { size: { type: 'string' } } } } } },
      { settings: { exposeAsTool: true } },
    )
    const { tools } = (await rpc('tools/list', {})).result as { tools: { name: string; outputSchema: object }[] }
    const checked = new Set<string>()
    const ask = async (name: string, args: Record<string, unknown>) => {
      const { result } = await call(name, args)
      expect([name, result.isError ?? false, result.content]).toEqual([name, false, expect.anything()])
      const schema = tools.find((tool) => tool.name === name)?.outputSchema
      const { error } = z
        .fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
        .safeParse(result.structuredContent)
      expect([name, args, error?.issues]).toEqual([name, args, undefined])
      checked.add(name)
      return result.structuredContent
    }

    const own = await ask(`wf_${asks.slug}`, {})
    await ask('get_run_events', { run_id: own.run_id })
    await ask('answer_run', { run_id: own.run_id, data: { size: 'L' } })
    await waitForRun(own.run_id, atRest)
    await ask('get_workflow_runs', { workflow_id: asks.id })
    await ask('get_workflow_runs', { workflow_id: asks.id, run_id: own.run_id })
    await ask('stop_run', { run_id: own.run_id })
    await ask('run_workflow', { workflow_id: asks.id })
    await ask('run_workflow', { workflow_id: asks.id, input_values: { wrong: 1 } })
    await ask('list_workflows', {})
    const { workflow } = await ask('create_workflow', { name: 'Made', definition: draw(['start>end']) })
    await ask('get_workflow', { workflow_id: workflow.id })
    await ask('update_workflow', { workflow_id: workflow.id, publish: true })
    for (const args of [
      { action: 'list' },
      { action: 'get', workflow_id: workflow.id },
      { action: 'run', workflow_id: workflow.id },
      { action: 'run', workflow_id: workflow.id, dry_run: true },
      { action: 'delete', workflow_id: workflow.id },
    ]) {
      await ask('manage_workflows', args)
    }
    const all = tools.map(({ name }) => name).filter((name) => !name.startsWith('wf_'))
    expect([...checked].filter((name) => !name.startsWith('wf_')).sort()).toEqual(all.sort())
  })
})
