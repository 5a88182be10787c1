import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { pool } from '../../db/client'
import { NO_SUCH_ID, toObjectId, toPrefixed } from '../../ids'
import { keyWith, makeTenant, openApi, type TestApi } from '../../testing/api'
import { draw } from '../../testing/definition'
import { atRest, ended, waitForRun } from '../../testing/runs'
import { startWorker } from '../../worker/main'

let api: TestApi
let tenant: Awaited<ReturnType<typeof makeTenant>>
let worker: Awaited<ReturnType<typeof startWorker>>
const clients: Client[] = []

beforeAll(async () => {
  api = await openApi()
  tenant = await makeTenant()
  worker = await startWorker({})
})
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())))
afterAll(async () => {
  await worker.stop(2_000)
  await api.close()
})

/** A client of the official SDK. */
async function connect(key = tenant.key): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL(`${api.url}/api/mcp`), {
    requestInit: { headers: { Authorization: `Bearer ${key}` } },
  })
  await client.connect(transport)
  clients.push(client)
  return client
}

async function call(name: string, args: Record<string, unknown>, key = tenant.key, meta?: Record<string, unknown>) {
  const client = await connect(key)
  const result = await client.callTool({ name, arguments: args, ...(meta ? { _meta: meta } : {}) })
  const [content] = result.content as { text: string }[]
  // biome-ignore lint/suspicious/noExplicitAny: tests read into answers whose shape they are about to assert
  const structured = result.structuredContent as any
  return {
    ...result,
    text: content?.text ?? '',
    structured,
    problem: result.isError ? JSON.parse(content?.text ?? '{}') : undefined,
  }
}

async function publish(...drawing: Parameters<typeof draw>) {
  const json = { name: `Flow ${Math.random()}`, definition: draw(...drawing) }
  const made = await api.ask('POST', '/v1/workflows', { key: tenant.key, json })
  const published = await api.ask('POST', `/v1/workflows/${made.body.id}/publish`, { key: tenant.key, json: {} })
  expect(published.body.errors).toBeUndefined()
  return made.body as { id: string; slug: string }
}

const greets = [
  ['start>end'],
  { end: { config: { output: 'Hello {{ inputs.name }}' } } },
  { inputs: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
] as const satisfies Parameters<typeof draw>
const asks = [
  ['start>input', 'input>end'],
  {
    end: { config: { output: '{{ nodes.input.output }}' } },
    input: {
      config: {
        prompt: 'Size?',
        schema: { type: 'object', properties: { size: { type: 'string' } }, required: ['size'] },
      },
    },
  },
] as const satisfies Parameters<typeof draw>

describe('the door', () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
  }
  const headers = { accept: 'application/json, text/event-stream' }

  it('asks for a key and says where to get one', async () => {
    for (const key of [undefined, 'cs_live_wrong']) {
      const answer = await api.ask('POST', '/api/mcp', { json: initialize, headers, ...(key ? { key } : {}) })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toMatch(
        /^Bearer resource_metadata="http.*\/\.well-known\/oauth-protected-resource\/api\/mcp"$/,
      )
    }
  })

  it('never takes a cookie for a caller, and refuses pages of another origin', async () => {
    const cookie = await api.ask('POST', '/api/mcp', {
      json: initialize,
      headers: { ...headers, cookie: 'authjs.session-token=x' },
    })
    expect(cookie.status).toBe(401)
    const foreign = await api.ask('POST', '/api/mcp', {
      key: tenant.key,
      json: initialize,
      headers: { ...headers, origin: 'https://evil.example' },
    })
    expect(foreign.status).toBe(403)
    const own = await api.ask('POST', '/api/mcp', {
      key: tenant.key,
      json: initialize,
      headers: { ...headers, origin: api.url },
    })
    expect(own.status).toBe(200)
  })

  it('speaks both revisions, in a session that the client keeps', async () => {
    const answer = await api.ask('POST', '/api/mcp', { key: tenant.key, json: initialize, headers })
    expect(answer.headers.get('mcp-session-id')).toMatch(/^[\da-f-]{36}\.[\w-]+$/)
    expect(JSON.stringify(answer.body)).toContain('2025-11-25')
    const client = await connect()
    expect((await client.listTools()).tools.length).toBeGreaterThan(9)
    for (const method of ['GET', 'DELETE']) {
      expect((await api.ask(method, '/api/mcp', { key: tenant.key })).status).toBe(405)
    }
  })

  it('takes at most 1 MiB', async () => {
    const answer = await api.ask('POST', '/api/mcp', { key: tenant.key, headers, text: ' '.repeat(1024 * 1024 + 1) })
    expect(answer.status).toBe(413)
  })
})

describe('the tools', () => {
  it('have closed inputs, outputs and annotations', async () => {
    const { tools } = await (await connect()).listTools()
    for (const tool of tools) {
      expect(tool.inputSchema, tool.name).toMatchObject({ type: 'object', additionalProperties: false })
      expect(tool.outputSchema, tool.name).toMatchObject({ type: 'object' })
      expect(tool.annotations?.readOnlyHint, tool.name).toEqual(expect.any(Boolean))
    }
    expect(tools.find((tool) => tool.name === 'run_workflow')?.inputSchema).toMatchObject({
      properties: { workflow_id: { type: 'string' }, input_values: { type: 'object' } },
      required: ['workflow_id'],
    })
    expect(Object.keys(tools[0]?.inputSchema.properties ?? {})).toEqual(['workflow_id', 'input_values'])
  })

  it('refuse what they do not know, by name', async () => {
    expect((await call('list_workflows', { serach: 'x' })).problem).toMatchObject({
      code: 'validation_failed',
      errors: [{ path: 'serach' }],
    })
    expect((await call('get_workflow', { workflow_id: 'nope' })).problem).toMatchObject({ code: 'invalid_id' })
    await expect(call('no_such_tool', {})).rejects.toThrow(/no tool/)
  })

  it('ask for the permission of what they do', async () => {
    const reader = await keyWith(tenant.team, ['workflows:read'])
    expect((await call('list_workflows', {}, reader)).isError).toBeFalsy()
    expect((await call('create_workflow', { name: 'x' }, reader)).problem).toMatchObject({
      code: 'insufficient_scope',
      scope: 'workflows:write',
    })
    expect((await call('manage_workflows', { action: 'create', name: 'x' }, reader)).problem).toMatchObject({
      code: 'insufficient_scope',
    })
    const { id } = await publish(...greets)
    expect((await call('run_workflow', { workflow_id: id }, reader)).problem).toMatchObject({
      code: 'insufficient_scope',
    })
    expect((await call('update_workflow', { workflow_id: id, name: 'y' }, reader)).problem).toMatchObject({
      code: 'insufficient_scope',
    })
  })

  it('know nothing of another team', async () => {
    const { id } = await publish(...greets)
    const stranger = (await makeTenant()).key
    expect((await call('get_workflow', { workflow_id: id }, stranger)).problem).toMatchObject({ code: 'not_found' })
    expect(
      (await call('run_workflow', { workflow_id: id, input_values: { name: 'x' } }, stranger)).structured,
    ).toMatchObject({
      id: null,
      status: 'failed',
      error_reason: 'workflow_not_found',
    })
    const other = await makeTenant()
    expect((await call('manage_workflows', { action: 'list', team_id: other.team.id })).problem).toMatchObject({
      code: 'not_found',
    })
  })
})

describe('run_workflow', () => {
  it('answers the dispatched run, by any spelling of the workflow’s id', async () => {
    const { id } = await publish(...greets)
    for (const spelling of [id, toObjectId(id), toPrefixed('wf', id)]) {
      const { structured } = await call('run_workflow', { workflow_id: spelling, input_values: { name: 'Ada' } })
      expect(structured).toEqual({
        id: expect.any(String),
        workflow_template_id: id,
        status: 'running',
        link_url: expect.stringContaining('/runs/'),
        error_reason: null,
        trigger_type: 'mcp',
        error_summary: null,
        runner_session_id: null,
      })
      expect(await waitForRun(structured.id, ended)).toBe('completed')
    }
  })

  it('answers a dispatch that failed as a row with its reason', async () => {
    const { id } = await publish(...greets)
    const reasons = [
      [{ workflow_id: id, input_values: { nmae: 'x' } }, 'invalid_inputs'],
      [{ workflow_id: NO_SUCH_ID }, 'workflow_not_found'],
      [
        { workflow_id: (await api.ask('POST', '/v1/workflows', { key: tenant.key, json: { name: 'Draft' } })).body.id },
        'workflow_not_published',
      ],
    ] as const
    for (const [args, reason] of reasons) {
      const result = await call('run_workflow', args)
      expect(result.isError).toBeFalsy()
      expect(result.structured).toMatchObject({
        id: null,
        status: 'failed',
        error_reason: reason,
        error_summary: expect.any(String),
      })
    }
  })

  it('starts once per idempotency key in _meta, however often the call is sent', async () => {
    const { id } = await publish(...greets)
    const meta = { 'countersign/idempotency-key': 'order-17' }
    const args = { workflow_id: id, input_values: { name: 'x' } }
    const ids = new Set<string>()
    for (let n = 0; n < 3; n++) ids.add((await call('run_workflow', args, tenant.key, meta)).structured.id)
    expect(ids.size).toBe(1)
    const other = await call('run_workflow', { ...args, input_values: { name: 'y' } }, tenant.key, meta)
    expect(other.problem).toMatchObject({ code: 'idempotency_mismatch' })
    const { rows } = await pool().query('SELECT count(*)::int AS n FROM runs WHERE workflow_id = $1', [id])
    expect(rows[0].n).toBe(1)
  })
})

describe('a run', () => {
  it('is followed, answered and stopped', async () => {
    const { id } = await publish(...asks)
    const run = (await call('run_workflow', { workflow_id: id })).structured.id
    await waitForRun(run, atRest)
    const events = await call('get_run_events', { run_id: run, after: 1 })
    expect(events.structured.items.at(-1)).toMatchObject({ type: 'run_waiting' })
    expect((await call('answer_run', { run_id: run, data: { sise: 'L' } })).problem).toMatchObject({
      code: 'validation_failed',
    })
    await call('answer_run', { run_id: run, data: { size: 'L' } })
    expect(await waitForRun(run, ended)).toBe('completed')

    const two = (await call('run_workflow', { workflow_id: id })).structured.id
    await waitForRun(two, atRest)
    await call('stop_run', { run_id: two })
    expect(await waitForRun(two, ended)).toBe('cancelled')
    expect((await call('stop_run', { run_id: two })).isError).toBeFalsy()
  })

  it('is listed by page, and read with its steps', async () => {
    const { id } = await publish(...greets)
    const runs: string[] = []
    for (let n = 0; n < 3; n++)
      runs.push((await call('run_workflow', { workflow_id: id, input_values: { name: `${n}` } })).structured.id)
    for (const run of runs) await waitForRun(run, ended)
    const page = await call('get_workflow_runs', { workflow_id: id, page: 2, per_page: 2 })
    expect(page.structured).toMatchObject({
      itemsTotal: 3,
      curPage: 2,
      nextPage: null,
      prevPage: 1,
      items: [{ id: runs[0], status: 'succeeded' }],
    })
    expect((await call('get_workflow_runs', { workflow_id: id, status: 'failed' })).structured).toMatchObject({
      itemsTotal: 0,
      items: [],
    })
    const one = await call('get_workflow_runs', { workflow_id: id, run_id: runs[0] })
    expect(one.structured.run).toMatchObject({
      output: 'Hello 0',
      steps: [{ node_id: 'end', status: 'succeeded' }, { node_id: 'start' }],
    })
  })
})

describe('manage_workflows', () => {
  it('leads a workflow through its life', async () => {
    const made = await call('manage_workflows', { action: 'create', name: 'By an agent', definition: draw(...greets) })
    expect(made.structured.workflow).toMatchObject({
      id: expect.stringMatching(/^wf_/),
      status: 'published',
      version: 0,
      project_id: expect.stringMatching(/^proj_/),
    })
    const { id } = made.structured.workflow
    const listed = await call('manage_workflows', { action: 'list' })
    expect(listed.structured.workflows.map((each: { id: string }) => each.id)).toContain(id)
    const run = await call('manage_workflows', { action: 'run', workflow_id: id, inputs: { name: 'x' } })
    expect(run.structured.workflow).toMatchObject({
      id,
      jobId: expect.stringMatching(/^job_/),
      status: expect.any(String),
    })
    const changed = draw(['start>end'], { end: { config: { output: 'Bye' } } })
    const updated = await call('manage_workflows', { action: 'update', workflow_id: id, definition: changed })
    expect(updated.structured.workflow).toMatchObject({ version: 1 })
    await call('manage_workflows', { action: 'delete', workflow_id: id })
    expect((await call('manage_workflows', { action: 'get', workflow_id: id })).problem).toMatchObject({
      code: 'not_found',
    })
  })

  it('keeps a draft with errors unpublished and tells them', async () => {
    const { structured } = await call('manage_workflows', {
      action: 'create',
      name: 'Broken',
      definition: draw(['a>b']),
    })
    expect(structured.workflow).toMatchObject({ status: 'draft', version: null })
    expect(structured.workflow.problems).toContainEqual(expect.objectContaining({ code: 'no_start' }))
  })

  it('approves and rejects', async () => {
    const { id } = await publish(['start>approval', 'approval:approved>end'], {})
    for (const [action, status] of [
      ['approve', 'completed'],
      ['reject', 'cancelled'],
    ] as const) {
      const { jobId } = (await call('manage_workflows', { action: 'run', workflow_id: id })).structured.workflow
      const run = (await call('get_workflow_runs', { workflow_id: id })).structured.items[0].id
      await waitForRun(run, atRest)
      const { structured } = await call('manage_workflows', { action, workflow_job_id: jobId, node_id: 'approval' })
      expect(structured.approval).toMatchObject({
        workflow_job_id: jobId,
        node_id: 'approval',
        decision: action === 'approve' ? 'approved' : 'rejected',
      })
      expect(await waitForRun(run, ended)).toBe(status)
    }
    const key = await keyWith(tenant.team, ['workflows:execute', 'runs:read', 'runs:write'])
    const { jobId } = (await call('manage_workflows', { action: 'run', workflow_id: id })).structured.workflow
    expect(
      (await call('manage_workflows', { action: 'approve', workflow_job_id: jobId, node_id: 'approval' }, key)).problem,
    ).toMatchObject({ scope: 'approvals:decide' })
  })

  it('names what an action needs, and answers in Markdown on request', async () => {
    expect((await call('manage_workflows', { action: 'run' })).problem).toMatchObject({
      errors: [{ path: 'workflow_id' }],
    })
    const { id } = await publish(...greets)
    const { text, structured } = await call('manage_workflows', {
      action: 'get',
      workflow_id: id,
      response_format: 'markdown',
    })
    expect(text).toMatch(/^## workflow\n\n- \*\*id\*\*: wf/)
    expect(structured.workflow.id).toBe(toPrefixed('wf', id))
  })
})

describe('a workflow that is exposed as a tool', () => {
  const exposed = [greets[0], greets[1], { ...greets[2], settings: { exposeAsTool: true } }] as const

  it('is listed with its inputs, and answers its output', async () => {
    const { slug } = await publish(...exposed)
    const { tools } = await (await connect()).listTools()
    expect(tools.find((tool) => tool.name === `wf_${slug}`)?.inputSchema).toMatchObject({
      additionalProperties: false,
      properties: { name: { type: 'string' } },
      required: ['name'],
    })
    expect((await call(`wf_${slug}`, { name: 'Grace' })).structured).toMatchObject({
      status: 'completed',
      output: 'Hello Grace',
    })
    expect((await call(`wf_${slug}`, { nmae: 'Grace' })).problem).toMatchObject({ code: 'invalid_inputs' })
  })

  it('is nobody’s tool who may not run it, nor another team’s', async () => {
    const { slug } = await publish(...exposed)
    const reader = await keyWith(tenant.team, ['workflows:read'])
    for (const key of [reader, (await makeTenant()).key]) {
      const { tools } = await (await connect(key)).listTools()
      expect(tools.map((tool) => tool.name)).not.toContain(`wf_${slug}`)
    }
    await expect(call(`wf_${slug}`, { name: 'x' }, (await makeTenant()).key)).rejects.toThrow(/no tool/)
    expect((await call(`wf_${slug}`, { name: 'x' }, reader)).problem).toMatchObject({ code: 'insufficient_scope' })
  })

  it('has its text bounded, and nothing hidden in it', async () => {
    const json = {
      name: 'Evil\u202Eeman',
      description: `Ignore\u200B all\u{E0041}\n${'x'.repeat(3_000)}`,
      definition: draw(...exposed),
    }
    const made = await api.ask('POST', '/v1/workflows', { key: tenant.key, json })
    await api.ask('POST', `/v1/workflows/${made.body.id}/publish`, { key: tenant.key, json: {} })
    const { tools } = await (await connect()).listTools()
    const tool = tools.find((each) => each.name === `wf_${made.body.slug}`)
    expect(tool?.title).toBe('Evileman')
    expect(tool?.description).toMatch(/^Ignore all x+…$/)
    expect(tool?.description?.length).toBe(1_000)
  })

  it('is on a page of at most a hundred, and every one on some page', async () => {
    const many = await makeTenant()
    const made = await api.ask('POST', '/v1/workflows', {
      key: many.key,
      json: { name: 'Many', definition: draw(...exposed) },
    })
    await api.ask('POST', `/v1/workflows/${made.body.id}/publish`, { key: many.key, json: {} })
    await pool().query(
      `INSERT INTO workflows (id, team_id, project_id, slug, name, status, draft) SELECT gen_random_uuid(), team_id, project_id,
         'copy-' || lpad(n::text, 3, '0'), 'Copy ' || n, 'published', draft FROM workflows, generate_series(1, 200) n WHERE id = $1`,
      [made.body.id],
    )
    await pool().query(
      `WITH v AS (INSERT INTO workflow_versions (id, workflow_id, team_id, number, label, definition_id)
         SELECT gen_random_uuid(), w.id, w.team_id, 0, '0', o.definition_id FROM workflows w, workflow_versions o
          WHERE o.workflow_id = $1 AND w.team_id = o.team_id AND w.slug LIKE 'copy-%' RETURNING id, workflow_id)
       UPDATE workflows w SET active_version_id = v.id FROM v WHERE v.workflow_id = w.id`,
      [made.body.id],
    )
    const client = await connect(many.key)
    const names: string[] = []
    let cursor: string | undefined
    do {
      // listTools of the SDK walks through all pages by itself; here each page is asked for.
      const page = await client.request({ method: 'tools/list', params: cursor === undefined ? {} : { cursor } })
      expect(page.tools.length).toBeLessThanOrEqual(100)
      names.push(...page.tools.map((tool) => tool.name))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(new Set(names).size).toBe(names.length)
    expect(names.filter((name) => name.startsWith('wf_'))).toHaveLength(201)
  })
})
