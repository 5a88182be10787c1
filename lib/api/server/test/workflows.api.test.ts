import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pool } from '../../../db/client'
import { loadRunnable } from '../../../db/workflows'
import { newId, toObjectId, toOrchestration, toPrefixed } from '../../../ids'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import type { TestTeam } from '../../../testing/people'

let api: TestApi
let key: string
let team: TestTeam
let strangers: { key: string; team: TestTeam }

beforeAll(async () => {
  api = await openApi()
  const tenant = await makeTenant()
  key = tenant.key
  team = tenant.team
  strangers = await makeTenant()
})
afterAll(() => api.close())

const good = () => draw(['start>transform', 'transform>end'], { transform: { config: { expression: '1 + 1' } } })
const broken = () => draw(['start>transform', 'transform>end'], { transform: { config: { expression: '1 +' } } })

const post = (path: string, json?: unknown, headers?: Record<string, string>) =>
  api.ask('POST', `/v1/workflows${path}`, { key, json, headers })
const patch = (id: string, json: unknown, headers?: Record<string, string>) =>
  api.ask('PATCH', `/v1/workflows/${id}`, { key, json, headers })
const make = async (more: Record<string, unknown> = {}) =>
  (await post('', { name: 'Made', definition: good(), ...more })).body
const get = (id: string) => api.ask('GET', `/v1/workflows/${id}`, { key })

describe('creating', () => {
  it('answers 201 with the whole object, its place and its ETag', async () => {
    const { status, body, headers } = await post('', {
      name: '  Quake bulletin ',
      description: 'd',
      tags: ['a'],
      definition: good(),
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      name: 'Quake bulletin',
      slug: 'quake-bulletin',
      status: 'draft',
      draft_revision: 1,
      active_version: null,
      node_count: 3,
      problems: [],
      run_count: 0,
      recent_runs: [],
    })
    expect(headers.get('location')).toBe(`/v1/workflows/${body.id}`)
    expect(headers.get('etag')).toBe('"1"')
    expect((await get(body.id)).body).toEqual(body)
  })

  it('begins with a start and an end when no definition is given', async () => {
    const { body } = await post('', { name: 'Empty' })
    expect(body.definition.nodes.map((node: { type: string }) => node.type)).toEqual(['start', 'end'])
    expect(body.problems.filter((problem: { severity: string }) => problem.severity === 'error')).toEqual([])
  })

  it('finds a free slug, also for a name without letters', async () => {
    const slugs = await Promise.all(Array.from({ length: 5 }, async () => (await post('', { name: '地震' })).body.slug))
    expect(new Set(slugs).size).toBe(5)
    expect(slugs).toContain('workflow')
  })

  it('keeps a definition as it was sent, member for member', async () => {
    const definition = good()
    const config = { expression: '1', z: { b: [1, { c: null }], a: '\u2028"' }, a: 0 }
    const [start, middle, end] = definition.nodes
    const { body } = await post('', {
      name: 'Odd',
      definition: { ...definition, nodes: [start, { ...middle, config }, end] },
    })
    expect(JSON.stringify(body.definition.nodes[1].config)).toBe(JSON.stringify(config))
  })

  it('refuses a project of another team as one that does not exist', async () => {
    const other = await post('', { name: 'x', project_id: strangers.team.projectId })
    const none = await post('', { name: 'x', project_id: newId() })
    expect([other.status, none.status]).toEqual([404, 404])
    expect(other.body.message).toBe(none.body.message)
  })

  it('refuses U+0000 in a text', async () => {
    expect((await post('', { name: 'a\u0000b' })).status).toBe(422)
    expect((await post('', { name: 'x', description: '\u0000' })).status).toBe(422)
    expect((await post('', { name: 'x', tags: ['\u0000'] })).status).toBe(422)
  })

  it('refuses a definition that is none, naming the place', async () => {
    const { status, body } = await post('', {
      name: 'x',
      definition: { nodes: [{ id: 'a b', type: 'start', name: 'S' }] },
    })
    expect([status, body.errors[0].path]).toEqual([422, 'definition.nodes.0.id'])
  })

  it('makes one workflow for one Idempotency-Key, however often it is sent', async () => {
    const headers = { 'idempotency-key': newId() }
    const first = await post('', { name: 'Once' }, headers)
    const again = await post('', { name: 'Once' }, headers)
    expect(again.body).toEqual(first.body)
    expect(again.status).toBe(201)
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(again.headers.get('location')).toBe(first.headers.get('location'))
    expect((await post('', { name: 'Other' }, headers)).body).toMatchObject({
      status: 422,
      code: 'idempotency_mismatch',
    })
  })

  it('frees an Idempotency-Key whose request failed', async () => {
    const headers = { 'idempotency-key': newId() }
    expect((await post('', { name: 'x', project_id: newId() }, headers)).status).toBe(404)
    expect((await post('', { name: 'x' }, headers)).status).toBe(201)
  })

  it('keeps the keys of two teams apart', async () => {
    const headers = { 'idempotency-key': newId() }
    const mine = await post('', { name: 'Mine' }, headers)
    const theirs = await api.ask('POST', '/v1/workflows', { key: strangers.key, json: { name: 'Mine' }, headers })
    expect(theirs.body.id).not.toBe(mine.body.id)
  })

  it('refuses an unusable Idempotency-Key', async () => {
    expect((await post('', { name: 'x' }, { 'idempotency-key': 'k'.repeat(256) })).status).toBe(400)
  })
})

describe('getting', () => {
  it('takes the id in every spelling', async () => {
    const { id } = await make()
    for (const spelling of [id, id.toUpperCase(), toObjectId(id), toPrefixed('wf', id), toOrchestration(id)]) {
      expect((await get(spelling)).body.id).toBe(id)
    }
  })

  it('answers the same 404 for another team’s workflow and for none, in every operation', async () => {
    const { id } = (
      await api.ask('POST', '/v1/workflows', { key: strangers.key, json: { name: 'Theirs', definition: good() } })
    ).body
    await api.ask('POST', `/v1/workflows/${id}/publish`, { key: strangers.key })
    const operations: [string, string, unknown?][] = [
      ['GET', ''],
      ['PATCH', '', { name: 'mine now' }],
      ['DELETE', ''],
      ['POST', '/validate', {}],
      ['POST', '/publish', {}],
      ['GET', '/versions'],
      ['GET', '/versions/0'],
      ['POST', '/versions/0/activate'],
      ['POST', '/runs', {}],
      ['POST', '/execute', { run_input: {} }],
    ]
    for (const [method, path, json] of operations) {
      const asked = (workflowId: string) =>
        api.ask(method, `/v1/workflows/${workflowId}${path}`, { key, json, headers: { 'x-request-id': 'same' } })
      const [theirs, none] = [await asked(id), await asked(newId())]
      expect([method, path, theirs.status]).toEqual([method, path, 404])
      expect(theirs.body).toEqual(none.body)
    }
    expect((await api.ask('GET', `/v1/workflows/${id}`, { key: strangers.key })).body.name).toBe('Theirs')
  })
})

describe('saving', () => {
  it('changes what is given and leaves the rest', async () => {
    const made = await make({ description: 'kept', tags: ['kept'] })
    const { body, headers } = await patch(made.id, { name: 'Renamed' })
    expect(body).toMatchObject({
      name: 'Renamed',
      description: 'kept',
      tags: ['kept'],
      draft_revision: 2,
      slug: made.slug,
    })
    expect(body.definition).toEqual(made.definition)
    expect(headers.get('etag')).toBe('"2"')
    expect((await patch(made.id, { description: '', tags: [] })).body).toMatchObject({ description: '', tags: [] })
  })

  it('does not count a save that changes nothing', async () => {
    const made = await make()
    const { body } = await patch(made.id, { name: made.name, definition: made.definition })
    expect([body.draft_revision, body.updated_at]).toEqual([1, made.updated_at])
    expect((await patch(made.id, {})).body.draft_revision).toBe(1)
  })

  it('refuses to save over somebody else’s draft, telling whose', async () => {
    const made = await make()
    expect((await patch(made.id, { name: 'First' }, { 'if-match': '"1"' })).status).toBe(200)
    const { status, body } = await patch(made.id, { name: 'Second' }, { 'if-match': '"1"' })
    expect(status).toBe(412)
    expect(body).toMatchObject({
      code: 'precondition_failed',
      current_revision: 2,
      saved_by: expect.stringContaining('owner'),
    })
    expect((await get(made.id)).body.name).toBe('First')
    expect((await patch(made.id, { name: 'Second' }, { 'if-match': 'W/"2"' })).status).toBe(200)
    expect((await patch(made.id, { name: 'Third' }, { 'if-match': '*' })).status).toBe(200)
    expect((await patch(made.id, { name: 'x' }, { 'if-match': '"abc"' })).status).toBe(400)
  })

  it('lets exactly one of many savers at the same revision through', async () => {
    const made = await make()
    const saves = await Promise.all(
      Array.from({ length: 10 }, (_, n) => patch(made.id, { name: `Saver ${n}` }, { 'if-match': '"1"' })),
    )
    expect(saves.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(saves.filter(({ status }) => status === 412)).toHaveLength(9)
  })

  it('keeps a draft with problems and tells them', async () => {
    const made = await make()
    const { status, body } = await patch(made.id, { definition: broken() })
    expect(status).toBe(200)
    expect(
      body.problems.some(
        (problem: { nodeId?: string; severity: string }) =>
          problem.severity === 'error' && problem.nodeId === 'transform',
      ),
    ).toBe(true)
  })

  it('changes nothing that is not the caller’s to change', async () => {
    const made = await make()
    for (const field of [
      'id',
      'team_id',
      'status',
      'draft_revision',
      'active_version',
      'slug',
      'created_by',
      'owner',
    ]) {
      expect((await patch(made.id, { [field]: 'x' })).body).toMatchObject({
        status: 422,
        errors: [{ path: field, message: 'unknown field' }],
      })
    }
  })
})

describe('validating', () => {
  it('tells the problems of the draft, or of a definition sent along, and stores nothing', async () => {
    const made = await make()
    expect((await post(`/${made.id}/validate`)).body).toEqual({ valid: true, problems: [] })
    const { body } = await post(`/${made.id}/validate`, { definition: broken() })
    expect(body.valid).toBe(false)
    expect(body.problems[0]).toMatchObject({ severity: 'error', nodeId: 'transform' })
    expect((await get(made.id)).body.definition).toEqual(made.definition)
  })

  it.each([5, 'x', [[]], { nodes: 'none' }, { nodes: [{ id: 'a', type: 'no_such_type', name: 'A' }] }])(
    'says what is wrong with %j',
    async (definition) => {
      const made = await make()
      const { status, body } = await post(`/${made.id}/validate`, { definition })
      expect([status, body.valid]).toEqual([200, false])
    },
  )
})

describe('publishing', () => {
  it('numbers versions from 0, labels them, and makes the newest active', async () => {
    const made = await make()
    const first = await post(`/${made.id}/publish`)
    expect(first.status).toBe(201)
    expect(first.body).toMatchObject({ number: 0, label: '0', note: '', active: true, workflow_id: made.id })
    await patch(made.id, { definition: draw(['start>end']) })
    expect((await get(made.id)).body).toMatchObject({ status: 'published', has_unpublished_changes: true })
    const second = await post(`/${made.id}/publish`, { label: '1.0.0', note: 'Better' })
    expect(second.body).toMatchObject({
      number: 1,
      label: '1.0.0',
      note: 'Better',
      active: true,
      published_by: expect.stringContaining('owner'),
    })
    expect((await get(made.id)).body).toMatchObject({
      has_unpublished_changes: false,
      active_version: { number: 1, label: '1.0.0' },
    })
    const { body } = await api.ask('GET', `/v1/workflows/${made.id}/versions`, { key })
    expect(body.items.map((version: { number: number; active: boolean }) => [version.number, version.active])).toEqual([
      [1, true],
      [0, false],
    ])
  })

  it('refuses a draft with errors and lists them', async () => {
    const made = await make({ definition: broken() })
    const { status, body } = await post(`/${made.id}/publish`)
    expect([status, body.code]).toEqual([422, 'invalid_definition'])
    expect(body.problems[0].nodeId).toBe('transform')
    expect(body.errors[0].path).toContain('nodes.')
  })

  it('refuses what is published already', async () => {
    const made = await make()
    await post(`/${made.id}/publish`)
    expect((await post(`/${made.id}/publish`)).body).toMatchObject({
      status: 409,
      code: 'conflict',
      message: expect.stringContaining('Nothing changed'),
    })
  })

  it('publishes exactly the revision that If-Match names', async () => {
    const made = await make()
    await patch(made.id, { name: 'Newer' })
    expect((await post(`/${made.id}/publish`, {}, { 'if-match': '"1"' })).status).toBe(412)
    expect((await post(`/${made.id}/publish`, {}, { 'if-match': '"2"' })).status).toBe(201)
  })

  it('gives every publisher a number of its own, without a gap', async () => {
    const made = await make()
    const publishOne = async (n: number) => {
      await patch(made.id, {
        definition: draw(['start>transform', 'transform>end'], { transform: { config: { expression: String(n) } } }),
      })
      return post(`/${made.id}/publish`)
    }
    const answers = await Promise.all([1, 2, 3, 4, 5].map(publishOne))
    const numbers = answers
      .filter(({ status }) => status === 201)
      .map(({ body }) => body.number)
      .sort()
    expect(numbers).toEqual(numbers.map((_, index) => index))
    expect(answers.every(({ status }) => [201, 409, 412].includes(status))).toBe(true)
  })

  it('never changes a version, and names it by the hash of what is stored', async () => {
    const made = await make()
    await post(`/${made.id}/publish`)
    await patch(made.id, { definition: draw(['start>end']) })
    const { body } = await api.ask('GET', `/v1/workflows/${made.id}/versions/0`, { key })
    expect(body.definition).toEqual(made.definition)
    const { rows } = await pool().query<{ body: string; hash: string }>(
      'SELECT body::text AS body, hash FROM definitions',
    )
    for (const row of rows) expect(createHash('sha256').update(row.body).digest('hex')).toBe(row.hash)
  })

  it('makes an earlier version active again', async () => {
    const made = await make()
    await post(`/${made.id}/publish`)
    await patch(made.id, { definition: draw(['start>end']) })
    await post(`/${made.id}/publish`)
    expect((await post(`/${made.id}/versions/0/activate`)).body).toMatchObject({ number: 0, active: true })
    expect((await loadRunnable({ teamId: team.id, workflowId: made.id })).versionNumber).toBe(0)
    expect((await post(`/${made.id}/versions/7/activate`)).status).toBe(404)
    expect((await post(`/${made.id}/versions/x/activate`)).status).toBe(400)
  })
})

describe('what a run starts from', () => {
  it('is the active version, the version of a number, or the draft', async () => {
    const made = await make()
    const of = { teamId: team.id, workflowId: made.id }
    await expect(loadRunnable(of)).rejects.toMatchObject({ code: 'workflow_not_published' })
    await post(`/${made.id}/publish`)
    const active = await loadRunnable(of)
    expect(active).toMatchObject({ versionNumber: 0, label: '0', status: 'published', definition: made.definition })
    expect(await loadRunnable({ ...of, version: 0 })).toEqual(active)
    await expect(loadRunnable({ ...of, version: 1 })).rejects.toMatchObject({ code: 'not_found' })
    const draft = await loadRunnable({ ...of, draft: true })
    expect(draft).toMatchObject({ versionId: null, definitionId: active.definitionId })
    await patch(made.id, { definition: draw(['start>end']) })
    expect((await loadRunnable({ ...of, draft: true })).definitionId).not.toBe(active.definitionId)
    expect((await loadRunnable(of)).definitionId).toBe(active.definitionId)
    await expect(loadRunnable({ ...of, teamId: strangers.team.id })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('deleting', () => {
  it('takes a workflow away and frees its slug', async () => {
    const made = await make({ name: 'Short lived' })
    expect((await api.ask('DELETE', `/v1/workflows/${made.id}`, { key, headers: { 'if-match': '"9"' } })).status).toBe(
      412,
    )
    expect((await api.ask('DELETE', `/v1/workflows/${made.id}`, { key })).status).toBe(204)
    expect((await get(made.id)).status).toBe(404)
    expect((await api.ask('DELETE', `/v1/workflows/${made.id}`, { key })).status).toBe(404)
    expect((await make({ name: 'Short lived' })).slug).toBe(made.slug)
  })
})

describe('listing', () => {
  it('pages through everything once, last changed first, whatever comes meanwhile', async () => {
    const tenant = await makeTenant()
    const ask = (path: string) => api.ask('GET', `/v1/workflows${path}`, { key: tenant.key })
    const names = ['a', 'b', 'c', 'd', 'e']
    for (const name of names) await api.ask('POST', '/v1/workflows', { key: tenant.key, json: { name } })
    const seen: string[] = []
    let cursor = ''
    for (let page = 0; page < 10; page++) {
      const { body } = await ask(`?limit=2${cursor && `&cursor=${cursor}`}`)
      seen.push(...body.items.map((item: { name: string }) => item.name))
      if (body.next_cursor === null) break
      cursor = body.next_cursor
      await api.ask('POST', '/v1/workflows', { key: tenant.key, json: { name: `later ${page}` } })
    }
    expect(seen).toEqual(names.toReversed())
  })

  it('finds by name, description, slug and tag, and takes % and _ literally', async () => {
    const tenant = await makeTenant()
    const add = (json: unknown) => api.ask('POST', '/v1/workflows', { key: tenant.key, json })
    await add({ name: 'Invoices', description: 'monthly' })
    await add({ name: 'Discount 50%', tags: ['sales'] })
    const found = async (search: string) =>
      (await api.ask('GET', `/v1/workflows?search=${encodeURIComponent(search)}`, { key: tenant.key })).body.items.map(
        (item: { name: string }) => item.name,
      )
    expect(await found('INVOIC')).toEqual(['Invoices'])
    expect(await found('month')).toEqual(['Invoices'])
    expect(await found('sales')).toEqual(['Discount 50%'])
    expect(await found('50%')).toEqual(['Discount 50%'])
    expect(await found('%')).toEqual(['Discount 50%'])
    expect(await found('_')).toEqual([])
    expect(await found('\\')).toEqual([])
  })

  it('filters by status and shows nobody else’s', async () => {
    const tenant = await makeTenant()
    const { body } = await api.ask('POST', '/v1/workflows', {
      key: tenant.key,
      json: { name: 'One', definition: good() },
    })
    const list = async (query: string, asKey = tenant.key) =>
      (await api.ask('GET', `/v1/workflows?${query}`, { key: asKey })).body
    expect((await list('status=draft')).items).toHaveLength(1)
    await api.ask('POST', `/v1/workflows/${body.id}/publish`, { key: tenant.key })
    expect((await list('status=draft')).items).toHaveLength(0)
    expect((await list('status=published')).items[0]).toMatchObject({ id: body.id, active_version: { number: 0 } })
    expect((await list('status=nonsense')).status).toBe(422)
    const theirs = (await list('limit=1', strangers.key)).next_cursor ?? ''
    expect((await list(`cursor=${theirs}`)).items.every((item: { id: string }) => item.id === body.id)).toBe(true)
    expect(JSON.stringify(await list('', strangers.key))).not.toContain(body.id)
  })

  it.each(['x', 'AAAA', 'eyJhIjoxfQ', '%00', '../..'])('refuses the cursor %s', async (cursor) => {
    const { body } = await api.ask('GET', `/v1/workflows?cursor=${cursor}`, { key })
    expect([400, 422]).toContain(body.status)
  })

  it('needs the right scope', async () => {
    const runner = await keyWith(team, ['runs:read'])
    expect((await api.ask('GET', '/v1/workflows', { key: runner })).body).toMatchObject({
      status: 403,
      scope: 'workflows:read',
    })
  })
})
