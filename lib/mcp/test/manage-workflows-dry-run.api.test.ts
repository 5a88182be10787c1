import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { pool } from '../../db/client'
import { toPrefixed } from '../../ids'
import { keyWith, makeTenant, openApi, type TestApi } from '../../testing/api'
import { draw } from '../../testing/definition'

let api: TestApi
let tenant: Awaited<ReturnType<typeof makeTenant>>
const clients: Client[] = []

beforeAll(async () => {
  api = await openApi()
  tenant = await makeTenant()
})
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())))
afterAll(() => api.close())

async function manage(args: Record<string, unknown>, key = tenant.key) {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const requestInit = { headers: { Authorization: `Bearer ${key}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${api.url}/api/mcp`), { requestInit }))
  clients.push(client)
  // The client checks what is answered against the declared output schema only when it knows the tools.
  await client.listTools()
  const result = await client.callTool({ name: 'manage_workflows', arguments: args })
  const [content] = result.content as { text: string }[]
  const text = content?.text ?? ''
  // biome-ignore lint/suspicious/noExplicitAny: tests read into answers whose shape they are about to assert
  const structured = result.structuredContent as any
  return { structured, text, problem: result.isError ? JSON.parse(text) : undefined }
}

async function publish() {
  const definition = draw(
    ['start>approval', 'approval:approved>end'],
    { end: { config: { output: 'Hello {{ inputs.name }}' } } },
    { inputs: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
  )
  const { key } = tenant
  const { body } = await api.ask('POST', '/v1/workflows', { key, json: { name: 'Greets', definition } })
  await api.ask('POST', `/v1/workflows/${body.id}/publish`, { key, json: {} })
  return String(body.id)
}

const madeBy = async (workflowId: string) => {
  const { rows } = await pool().query(
    `SELECT (SELECT count(*)::int FROM runs WHERE workflow_id = $1) AS runs,
            (SELECT count(*)::int FROM workflow_versions WHERE workflow_id = $1) AS versions`,
    [workflowId],
  )
  return rows[0]
}

describe('manage_workflows run with dry_run', () => {
  it('answers the plan and the estimate that REST answers, and makes no run', async () => {
    const id = await publish()
    const args = { action: 'run', workflow_id: id, inputs: { name: 'Ada' }, dry_run: true }
    const { structured } = await manage(args)
    const json = { input: { name: 'Ada' }, dry_run: true }
    const rest = (await api.ask('POST', `/v1/workflows/${id}/runs`, { key: tenant.key, json })).body
    const prefixed = toPrefixed('wf', id)
    expect(structured).toEqual({
      workflow: { id: prefixed, status: 'pending' },
      plan: { ...rest.plan, workflow_id: prefixed },
      estimate: rest.estimate,
    })
    expect(structured.plan).toMatchObject({ version: { number: 0 }, waits: ['approval'] })
    expect((await manage({ ...args, response_format: 'markdown' })).text).toMatch(/## plan\n[\s\S]*## estimate\n/)
    expect(await madeBy(id)).toEqual({ runs: 0, versions: 1 })
  })

  it('makes a run when it is false', async () => {
    const id = await publish()
    const { structured } = await manage({ action: 'run', workflow_id: id, inputs: { name: 'Ada' }, dry_run: false })
    expect(structured.workflow.jobId).toMatch(/^job_/)
    expect(structured.plan).toBeUndefined()
    expect(await madeBy(id)).toEqual({ runs: 1, versions: 1 })
  })

  it('refuses what a run would refuse', async () => {
    const id = await publish()
    const args = { action: 'run', workflow_id: id, inputs: { name: 'Ada' }, dry_run: true }
    expect((await manage({ ...args, inputs: { nmae: 'x' } })).problem).toMatchObject({ code: 'invalid_inputs' })
    expect((await manage(args, (await makeTenant()).key)).problem).toMatchObject({ code: 'not_found' })
    const reader = await keyWith(tenant.team, ['workflows:read'])
    expect((await manage(args, reader)).problem).toMatchObject({ scope: 'workflows:execute' })
    const draft = await api.ask('POST', '/v1/workflows', { key: tenant.key, json: { name: 'Draft' } })
    expect((await manage({ ...args, workflow_id: draft.body.id })).problem).toMatchObject({
      code: 'workflow_not_published',
    })
  })

  it('goes with no other action', async () => {
    const id = await publish()
    for (const action of ['delete', 'update', 'publish']) {
      expect((await manage({ action, workflow_id: id, name: 'Other', dry_run: true })).problem).toMatchObject({
        code: 'validation_failed',
        errors: [{ path: 'dry_run' }],
      })
    }
    expect((await manage({ action: 'get', workflow_id: id })).structured.workflow.name).toBe('Greets')
  })
})
