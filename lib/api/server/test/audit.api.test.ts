import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main, problemsOf } from '../../../../scripts/verify-audit.mjs'
import { auditBySystem, recordAudit } from '../../../db/audit'
import { inTransaction } from '../../../db/transaction'
import { newId, toObjectId } from '../../../ids'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'

let api: TestApi
let tenant: Awaited<ReturnType<typeof makeTenant>>

beforeAll(async () => {
  api = await openApi()
  tenant = await makeTenant()
})
afterAll(() => api.close())

const get = (path: string, key = tenant.key) => api.ask('GET', `/v1${path}`, { key })
const agent = newId()

async function write(action: 'agent.created' | 'agent.deleted' | 'key.revoked', name: string): Promise<void> {
  const target = { type: action.split('.')[0] ?? '', id: name === 'Desk' ? agent : newId(), name }
  await inTransaction((client) => recordAudit(client, { ...auditBySystem(tenant.team.id), action, target }))
}

describe('the audit log', () => {
  beforeAll(async () => {
    await write('agent.created', 'Desk')
    for (let n = 0; n < 3; n++) await write('key.revoked', `Key ${n}`)
    await write('agent.deleted', 'Desk')
  })

  const named = (body: { items: { action: string; target: { name: string } }[] }) =>
    body.items
      .filter((item) => !item.action.endsWith('.created') || item.target.name === 'Desk')
      .map((i) => i.target.name)

  it('is listed newest first, in pages', async () => {
    const whole = (await get('/audit')).body
    expect(named(whole)).toEqual(['Desk', 'Key 2', 'Key 1', 'Key 0', 'Desk'])
    expect(whole.next_cursor).toBeNull()
    const [first] = whole.items
    expect(first).toMatchObject({
      action: 'agent.deleted',
      actor: { kind: 'system', id: null, name: 'Countersign' },
      target: { type: 'agent', id: agent, name: 'Desk' },
      previous_hash: whole.items[1].hash,
    })
    const paged = []
    for (let cursor = ''; ; ) {
      const { body } = await get(`/audit?limit=2${cursor}`)
      paged.push(...body.items)
      if (body.next_cursor === null) break
      cursor = `&cursor=${body.next_cursor}`
    }
    expect(paged).toEqual(whole.items)
  })

  it('is filtered by action, target, actor and time', async () => {
    const whole = (await get('/audit')).body.items
    const times = whole.map((item: { at: string }) => item.at)
    expect(named((await get('/audit?action=key.revoked')).body)).toEqual(['Key 2', 'Key 1', 'Key 0'])
    expect(named((await get('/audit?action=agent')).body)).toEqual(['Desk', 'Desk'])
    expect(named((await get(`/audit?target_id=${toObjectId(agent)}`)).body)).toEqual(['Desk', 'Desk'])
    expect((await get('/audit?action=agent.create')).body.items).toEqual([])
    expect((await get(`/audit?actor_id=${newId()}`)).body.items).toEqual([])
    expect((await get(`/audit?to=${times.at(-1)}`)).body.items).toEqual([])
    expect((await get(`/audit?from=${times.at(-1)}`)).body.items).toEqual(whole)
  })

  it.each([
    ['cursor=nonsense', 422, 'query.cursor'],
    ['limit=0', 422, 'query.limit'],
    ['from=yesterday', 422, 'query.from'],
    ['actor_id=nobody', 400, 'query.actor_id'],
    ['target_id=nothing', 400, 'query.target_id'],
  ])('is refused for %s, naming the parameter', async (query, status, path) => {
    expect((await get(`/audit?${query}`)).body).toMatchObject({ status, errors: [{ path }] })
  })

  it('is verified, and exported as a file that is verified without us', async () => {
    const { body: verdict } = await get('/audit/verify')
    expect(verdict).toMatchObject({ valid: true, after: { seq: 0 }, fault: null })
    const exported = await get('/audit/export')
    expect(exported.headers.get('content-disposition')).toBe('attachment; filename="audit.json"')
    const { body: file } = exported
    expect(file.end).toEqual({ ...verdict.head, records: verdict.records })
    expect(file.records).toEqual((await get('/audit')).body.items.reverse())
    expect(problemsOf(file)).toEqual([])
    expect(problemsOf(file, verdict.head.hash)).toEqual([])
    expect(problemsOf(file, file.records[0].hash)).toEqual([])
    expect(problemsOf(file, 'f'.repeat(64))).toHaveLength(1)
  })

  it('is exported in parts that are chains of their own', async () => {
    const { records } = (await get('/audit/export')).body
    const [from, to] = [records.at(-3).at, records.at(-1).at]
    const { body: part } = await get(`/audit/export?from=${from}&to=${to}`)
    const expected = records.filter(({ at }: { at: string }) => at >= from && at < to)
    expect(part.records).toEqual(expected)
    expect(part.after.seq).toBe(expected[0].seq - 1)
    expect(problemsOf(part)).toEqual([])
    const { body: none } = await get('/audit/export?from=2000-01-01T00:00:00Z&to=2000-01-02T00:00:00Z')
    expect([none.records, none.end.records, problemsOf(none)]).toEqual([[], 0, []])
  })

  it('does not verify offline once anything in the file was changed', async () => {
    const { body: file } = await get('/audit/export')
    const { records } = file
    const last = records.length - 1
    const other = { ...records[1], target: { ...records[1].target, name: 'Another' } }
    const changed = {
      'a member': { ...file, records: records.with(1, other) },
      'a new member': { ...file, records: records.with(1, { ...records[1], note: 'x' }) },
      'a record less': { ...file, records: records.toSpliced(1, 1) },
      'a record more': { ...file, records: records.toSpliced(1, 0, records[1]) },
      'another order': { ...file, records: records.with(0, records[1]).with(1, records[0]) },
      'no end': { ...file, records: records.slice(0, last) },
      'another team': { ...file, team_id: newId() },
      'another beginning': { ...file, after: { seq: 0, hash: 'f'.repeat(64) } },
      'another algorithm': { ...file, algorithm: 'countersign-audit-0' },
    }
    for (const [what, document] of Object.entries(changed)) expect(problemsOf(document), what).not.toEqual([])
  })

  it('is for owners and admins, and keys that may administer; another team sees its own', async () => {
    const key = await keyWith(tenant.team, ['admin'], 'editor')
    for (const path of ['/audit', '/audit/verify', '/audit/export']) {
      expect((await get(path, key)).body).toMatchObject({ status: 403, code: 'forbidden' })
      const unscoped = await keyWith(tenant.team, ['runs:read'], 'admin')
      expect((await get(path, unscoped)).body).toMatchObject({ status: 403, scope: 'admin' })
      expect((await api.ask('GET', `/v1${path}`)).status).toBe(401)
    }
    const stranger = await makeTenant()
    expect(named((await get('/audit', stranger.key)).body)).toEqual([])
    expect((await get('/audit/export', stranger.key)).body.team_id).toBe(stranger.team.id)
  })
})

describe('npm run verify-audit', () => {
  it('says what it found, and tells it by its exit code', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'audit-'))
    const file = join(folder, 'audit.json')
    const said: string[] = []
    const say = { log: (text: string) => said.push(text), error: (text: string) => said.push(text) }
    try {
      const { body } = await get('/audit/export')
      await writeFile(file, JSON.stringify(body))
      expect(main([file, body.end.hash], say)).toBe(0)
      expect(said.at(-1)).toContain(`ending with record ${body.end.seq}: ${body.end.hash}`)
      await writeFile(file, JSON.stringify({ ...body, records: body.records.slice(1) }))
      expect(main([file], say)).toBe(1)
      expect(said.at(-1)).toContain('does not verify')
      expect([main([join(folder, 'nothing.json')], say), main([], say)]).toEqual([2, 2])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
