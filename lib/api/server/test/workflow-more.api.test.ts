import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'

let api: TestApi
let tenant: Awaited<ReturnType<typeof makeTenant>>
let stranger: Awaited<ReturnType<typeof makeTenant>>

beforeAll(async () => {
  api = await openApi()
  tenant = await makeTenant()
  stranger = await makeTenant()
})
afterAll(() => api.close())

const ask = (method: string, path: string, json?: unknown, key = tenant.key, headers?: Record<string, string>) =>
  api.ask(method, `/v1/workflows${path}`, { key, json, headers })
const drawn = (expression = '1') =>
  draw(['start>transform', 'transform>end'], { transform: { config: { expression } } })
const make = async (more: Record<string, unknown> = {}) =>
  (await ask('POST', '', { name: 'Original', description: 'd', tags: ['a'], definition: drawn(), ...more })).body

describe('cloning', () => {
  it('answers 201 with a workflow of its own that begins as the draft of the other', async () => {
    const made = await make()
    await ask('POST', `/${made.id}/publish`)
    const { status, body, headers } = await ask('POST', `/${made.id}/clone`)
    expect(status).toBe(201)
    const { description, tags, definition, project_id } = made
    const expected = { name: 'Copy of Original', status: 'draft', active_version: null, draft_revision: 1 }
    expect(body).toMatchObject({ description, tags, definition, project_id, ...expected })
    expect(body.id).not.toBe(made.id)
    expect([headers.get('location'), headers.get('etag')]).toEqual([`/v1/workflows/${body.id}`, '"1"'])
    await ask('PATCH', `/${body.id}`, { definition: drawn('2') })
    expect((await ask('GET', `/${made.id}`)).body.definition).toEqual(made.definition)
  })

  it('takes a name, keeps the agent, and cuts a long name', async () => {
    const agent = (await api.ask('POST', '/v1/agents', { key: tenant.key, json: { name: 'Night desk' } })).body
    const made = await make({ name: `${'n'.repeat(91)}😀 end` })
    await ask('PATCH', `/${made.id}`, { agent_id: agent.id })
    expect((await ask('POST', `/${made.id}/clone`, { name: ' Other ' })).body).toMatchObject({
      name: 'Other',
      agent_id: agent.id,
    })
    expect((await ask('POST', `/${made.id}/clone`)).body.name).toBe(`Copy of ${'n'.repeat(91)}`)
  })

  it('is done once for one idempotency key', async () => {
    const { id } = await make()
    const key = { 'idempotency-key': 'copy-1' }
    const [one, two] = [
      await ask('POST', `/${id}/clone`, {}, tenant.key, key),
      await ask('POST', `/${id}/clone`, {}, tenant.key, key),
    ]
    expect(two.body.id).toBe(one.body.id)
  })

  it('refuses strangers, keys without the scope, and what it does not know', async () => {
    const { id } = await make()
    expect((await ask('POST', `/${id}/clone`, {}, stranger.key)).status).toBe(404)
    const reader = await keyWith(tenant.team, ['workflows:read'])
    expect((await ask('POST', `/${id}/clone`, {}, reader)).body).toMatchObject({
      status: 403,
      scope: 'workflows:write',
    })
    expect((await ask('POST', `/${id}/clone`, { nom: 'x' })).body).toMatchObject({
      status: 422,
      errors: [{ path: 'nom' }],
    })
    expect((await ask('POST', `/${id}/clone`, { name: '' })).status).toBe(422)
    expect((await ask('POST', '/nonsense/clone', {})).status).toBe(400)
  })
})

describe('exporting and importing', () => {
  it('carries a workflow to another team unchanged', async () => {
    const made = await make()
    const exported = await ask('GET', `/${made.id}/export`)
    expect(exported).toMatchObject({ status: 200 })
    const { name, description, tags, definition } = made
    expect(exported.body).toEqual({ schema_version: 1, name, description, tags, definition })
    const { status, body, headers } = await ask('POST', '/import', exported.body, stranger.key)
    expect(status).toBe(201)
    expect(body).toMatchObject({ shape: 'graph', problems: [], notes: [] })
    expect(body.workflow).toMatchObject({ name, description, tags, definition, status: 'draft' })
    expect(headers.get('location')).toBe(`/v1/workflows/${body.workflow.id}`)
    expect((await ask('GET', `/${body.workflow.id}/export`, undefined, stranger.key)).body).toEqual(exported.body)
  })

  it('exports to readers of the team only', async () => {
    const { id } = await make()
    expect((await ask('GET', `/${id}/export`, undefined, stranger.key)).status).toBe(404)
    const runner = await keyWith(tenant.team, ['runs:read'])
    expect((await ask('GET', `/${id}/export`, undefined, runner)).body).toMatchObject({
      status: 403,
      scope: 'workflows:read',
    })
    expect((await ask('GET', '/nonsense/export')).status).toBe(400)
  })

  it.each([
    ['described-steps', [{ name: 'Research', description: 'Find facts.' }, { name: 'Write' }], 1],
    ['typed-steps', [{ name: 'One', type: 'transform', config: { expression: '1' } }], 0],
    ['action-steps', [{ action: 'summarise', agent_id: 'x', parameters: { length: 3 } }], 1],
  ])('reads %s, at the root or in the definition', async (shape, steps, notes) => {
    for (const json of [{ steps }, { definition: { steps } }]) {
      const { status, body } = await ask('POST', '/import', json)
      expect([status, body.shape]).toEqual([201, shape])
      expect(body.workflow.name).toBe('Imported workflow')
      expect(body.notes).toHaveLength(notes)
      expect(body.problems).toEqual(body.workflow.problems)
      expect(body.workflow.node_count).toBe(steps.length + 2)
    }
  })

  it('keeps a foreign document with problems as a draft, tells them, and what it left out', async () => {
    const { status, body } = await ask('POST', '/import', {
      name: 'Foreign',
      engine: 'other',
      steps: [{ name: 'A', type: 'no_such_type' }],
    })
    expect(status).toBe(201)
    expect(body.workflow).toMatchObject({ name: 'Foreign', status: 'draft' })
    expect(body.problems.some((problem: { severity: string }) => problem.severity === 'error')).toBe(true)
    expect(body.notes).toEqual([expect.stringContaining('"engine"')])
  })

  it.each([
    [{}, 'definition'],
    [{ definition: {}, extra: 1 }, 'extra'],
    [{ definition: {}, inputs: {} }, 'inputs'],
    [{ definition: {}, steps: [{ name: 'A' }] }, 'steps'],
    [{ definition: { nodes: 'none' } }, 'definition.nodes'],
    [{ definition: 5 }, 'definition'],
    [{ definition: { steps: [] } }, 'definition.steps'],
    [{ definition: { steps: Array(20_000).fill({ name: 'A' }) } }, 'definition.steps'],
    [{ steps: [{ name: 'A' }, {}] }, 'steps'],
    [{ steps: [] }, 'steps'],
    [{ schema_version: 2, definition: {} }, 'schema_version'],
    [{ name: 5, definition: {} }, 'name'],
  ])('refuses a document by the name of what is wrong (%#)', async (json, path) => {
    const { status, body } = await ask('POST', '/import', json)
    expect([status, body.errors[0].path]).toEqual([422, path])
  })

  it('imports for writers, into projects of their own', async () => {
    const reader = await keyWith(tenant.team, ['workflows:read'])
    expect((await ask('POST', '/import', { definition: drawn() }, reader)).body).toMatchObject({
      status: 403,
      scope: 'workflows:write',
    })
    const { project_id } = await make()
    expect((await ask('POST', '/import', { project_id, definition: drawn() })).status).toBe(201)
    expect((await ask('POST', '/import', { project_id, definition: drawn() }, stranger.key)).status).toBe(404)
  })
})

describe('comparing versions', () => {
  const twoVersions = async () => {
    const { id } = await make()
    await ask('POST', `/${id}/publish`, { label: 'one' })
    await ask('PATCH', `/${id}`, { definition: drawn('2') })
    await ask('POST', `/${id}/publish`, { label: 'two' })
    return String(id)
  }

  it('tells what changed, in the order that is asked for', async () => {
    const id = await twoVersions()
    const { status, body } = await ask('GET', `/${id}/versions/0/diff/1`)
    expect(status).toBe(200)
    expect(body).toEqual({
      workflow_id: id,
      from: { number: 0, label: 'one' },
      to: { number: 1, label: 'two' },
      changes: [{ kind: 'changed', what: 'node', id: 'transform', label: 'transform', fields: ['expression'] }],
    })
    expect((await ask('GET', `/${id}/versions/1/diff/0`)).body).toMatchObject({
      from: { number: 1 },
      to: { number: 0 },
    })
    expect((await ask('GET', `/${id}/versions/1/diff/1`)).body.changes).toEqual([])
  })

  it('is for readers of the team, and of versions that exist', async () => {
    const id = await twoVersions()
    expect((await ask('GET', `/${id}/versions/0/diff/1`, undefined, stranger.key)).status).toBe(404)
    const runner = await keyWith(tenant.team, ['runs:read'])
    expect((await ask('GET', `/${id}/versions/0/diff/1`, undefined, runner)).body).toMatchObject({
      status: 403,
      scope: 'workflows:read',
    })
    expect((await ask('GET', `/${id}/versions/0/diff/2`)).body).toMatchObject({
      status: 404,
      message: expect.stringContaining('version 2'),
    })
    expect((await ask('GET', `/${id}/versions/x/diff/1`)).body).toMatchObject({
      status: 400,
      errors: [{ path: 'number' }],
    })
    expect((await ask('GET', `/${id}/versions/0/diff/-1`)).body).toMatchObject({
      status: 400,
      errors: [{ path: 'other' }],
    })
  })
})

describe('limiting runs at once', () => {
  it('changes what is given in the draft, and no version', async () => {
    const { id, definition } = await make()
    await ask('POST', `/${id}/publish`)
    const limited = await ask('PATCH', `/${id}/concurrency`, { max_concurrent_runs: 3, on_limit: 'reject' })
    expect(limited.status).toBe(200)
    expect(limited.headers.get('etag')).toBe('"2"')
    expect(limited.body).toMatchObject({ has_unpublished_changes: true, draft_revision: 2 })
    const settings = { ...definition.settings, maxConcurrentRuns: 3, onLimit: 'reject' }
    expect(limited.body.definition).toEqual({ ...definition, settings })
    expect((await ask('GET', `/${id}/versions/0`)).body.definition).toEqual(definition)

    const queued = await ask('PATCH', `/${id}/concurrency`, { on_limit: 'queue' })
    expect(queued.body.definition.settings).toMatchObject({ maxConcurrentRuns: 3, onLimit: 'queue' })
    const free = await ask('PATCH', `/${id}/concurrency`, { max_concurrent_runs: null })
    expect(free.body).toMatchObject({ has_unpublished_changes: false, definition })
  })

  it('loses no change of several at once', async () => {
    const { id } = await make()
    const answers = await Promise.all([
      ask('PATCH', `/${id}/concurrency`, { max_concurrent_runs: 3 }),
      ask('PATCH', `/${id}/concurrency`, { on_limit: 'reject' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect((await ask('GET', `/${id}`)).body.definition.settings).toMatchObject({
      maxConcurrentRuns: 3,
      onLimit: 'reject',
    })
  })

  it('holds to If-Match', async () => {
    const { id } = await make()
    const at = (revision: number) =>
      ask('PATCH', `/${id}/concurrency`, { max_concurrent_runs: 2 }, tenant.key, { 'if-match': `"${revision}"` })
    expect((await at(7)).body).toMatchObject({ status: 412, code: 'precondition_failed' })
    expect((await at(1)).status).toBe(200)
  })

  it.each([
    [{ max_concurrent_runs: 0 }, 'max_concurrent_runs'],
    [{ max_concurrent_runs: 1_001 }, 'max_concurrent_runs'],
    [{ max_concurrent_runs: '3' }, 'max_concurrent_runs'],
    [{ on_limit: 'drop' }, 'on_limit'],
    [{ maxConcurrentRuns: 3 }, 'maxConcurrentRuns'],
  ])('refuses %j', async (json, path) => {
    const { id } = await make()
    const { status, body } = await ask('PATCH', `/${id}/concurrency`, json)
    expect([status, body.errors[0].path]).toEqual([422, path])
  })

  it('is for writers of the team', async () => {
    const { id } = await make()
    expect((await ask('PATCH', `/${id}/concurrency`, {}, stranger.key)).status).toBe(404)
    const reader = await keyWith(tenant.team, ['workflows:read'])
    expect((await ask('PATCH', `/${id}/concurrency`, {}, reader)).body).toMatchObject({
      status: 403,
      scope: 'workflows:write',
    })
  })
})
