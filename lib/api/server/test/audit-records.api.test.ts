import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashPassword } from '../../../auth/password'
import { newId } from '../../../ids'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { makePerson } from '../../../testing/people'
import { ended, waitForRun } from '../../../testing/runs'
import { signIn } from '../../../usecases/sign-in'
import { signOut } from '../../../usecases/sign-out'
import { startWorker } from '../../../worker/main'

interface Item {
  action: string
  actor: { kind: string; id: string | null; name: string }
  target: { type: string; id: string | null; name: string }
  details: Record<string, unknown>
  request_id: string | null
  ip: string | null
}

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let tenant: Awaited<ReturnType<typeof makeTenant>>

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker({})
  tenant = await makeTenant()
})
afterAll(async () => {
  await worker.stop(2_000)
  await api.close()
})

let asked = 0
const ask = (method: string, path: string, json?: unknown) =>
  api.ask(method, `/v1${path}`, { key: tenant.key, json, headers: { 'x-request-id': `call-${++asked}` } })

/** Records, oldest first, that are younger than `after`. */
async function records(after = 0): Promise<Item[]> {
  const { body } = await ask('GET', '/audit?limit=200')
  return body.items.reverse().slice(after)
}

async function during(work: () => Promise<void>): Promise<Item[]> {
  const before = (await records()).length
  await work()
  return records(before)
}

const told = (items: Item[]) => items.map(({ action, target, details }) => [action, target.name, details])

describe('the audit log records', () => {
  it('who did it, by which call and from where', async () => {
    const [item] = await during(async () => {
      await ask('POST', '/agents', { name: 'Night desk' })
    })
    const { items: keys } = (await ask('GET', '/keys')).body
    expect(item).toMatchObject({
      action: 'agent.created',
      actor: { kind: 'api_key', id: keys[0].id, name: expect.stringContaining(keys[0].name) },
      target: { type: 'agent', name: 'Night desk' },
      request_id: expect.stringMatching(/^call-\d+$/),
      ip: '127.0.0.1',
    })
  })

  it('API keys, without their secret', async () => {
    const made = await during(async () => {
      const { body } = await ask('POST', '/keys', { name: 'CI', scopes: ['runs:read'], expires_in_days: 7 })
      expect((await ask('DELETE', `/keys/${body.id}`)).status).toBe(204)
      expect((await ask('DELETE', `/keys/${body.id}`)).status).toBe(204)
      expect(JSON.stringify(await records())).not.toContain(body.secret.slice(body.prefix.length))
    })
    expect(told(made)).toEqual([
      ['key.created', 'CI', { prefix: expect.any(String), scopes: ['runs:read'], expires_at: expect.any(String) }],
      ['key.revoked', 'CI', { prefix: expect.any(String), created_by: tenant.owner.id }],
    ])
  })

  it('agents', async () => {
    const made = await during(async () => {
      const { id } = (await ask('POST', '/agents', { name: 'Desk' })).body
      await ask('PATCH', `/agents/${id}`, { name: 'Day desk', is_default: true })
      await ask('PATCH', `/agents/${id}`, { name: 'Day desk' })
      await ask('DELETE', `/agents/${id}`)
    })
    expect(told(made)).toEqual([
      ['agent.created', 'Desk', { is_default: false }],
      ['agent.renamed', 'Day desk', { from: 'Desk' }],
      ['agent.default_changed', 'Day desk', { is_default: true }],
      ['agent.deleted', 'Day desk', {}],
    ])
  })

  it('workflows, but not edits of their drawing', async () => {
    const definition = draw(['start>end'])
    const made = await during(async () => {
      const { id } = (await ask('POST', '/workflows', { name: 'Quakes', definition })).body
      await ask('PATCH', `/workflows/${id}`, { definition: draw(['start>a', 'a>end']), description: 'New' })
      await ask('PATCH', `/workflows/${id}`, { name: 'Earthquakes' })
      await ask('PATCH', `/workflows/${id}/concurrency`, { max_concurrent_runs: 3, on_limit: 'reject' })
      await ask('POST', `/workflows/${id}/publish`, { label: '1.0' })
      await ask('PATCH', `/workflows/${id}`, { definition: { ...definition, settings: { exposeAsTool: true } } })
      await ask('POST', `/workflows/${id}/publish`, {})
      await ask('POST', `/workflows/${id}/versions/0/activate`)
      await ask('POST', `/workflows/${id}/clone`, {})
      await ask('POST', '/workflows/import', { name: 'Steps', definition: { steps: [{ action: 'Read the feed' }] } })
      await ask('DELETE', `/workflows/${id}`)
    })
    const limits = { max_concurrent_runs: 3, on_limit: 'reject' }
    const none = { max_concurrent_runs: null, on_limit: 'queue' }
    expect(told(made)).toEqual([
      ['workflow.created', 'Quakes', {}],
      ['workflow.renamed', 'Earthquakes', { from: 'Quakes' }],
      ['workflow.concurrency_changed', 'Earthquakes', { from: none, to: limits }],
      ['workflow.published', 'Earthquakes', { number: 0, label: '1.0' }],
      ['workflow.concurrency_changed', 'Earthquakes', { from: limits, to: none }],
      ['workflow.published', 'Earthquakes', { number: 1, label: '1' }],
      ['workflow.exposed', 'Earthquakes', {}],
      ['workflow.activated', 'Earthquakes', { number: 0, label: '1.0' }],
      ['workflow.hidden', 'Earthquakes', {}],
      ['workflow.cloned', 'Copy of Earthquakes', { from: expect.any(String) }],
      ['workflow.imported', 'Steps', { shape: expect.any(String) }],
      ['workflow.deleted', 'Earthquakes', {}],
    ])
  })

  it('what people and keys do to runs, but not that they start them', async () => {
    const { id } = (
      await ask('POST', '/workflows', { name: 'Desk', definition: draw(['start>approval', 'approval:approved>end']) })
    ).body
    await ask('POST', `/workflows/${id}/publish`, {})
    const start = async () => {
      const { status, body } = await ask('POST', `/workflows/${id}/runs`, {})
      expect(body).toMatchObject({ id: expect.any(String) })
      expect(status).toBe(201)
      return body.id as string
    }
    const made = await during(async () => {
      const [stopped, approved] = [await start(), await start()]
      for (const run of [stopped, approved]) await waitForRun(run, ({ status }) => status === 'waiting_for_approval')
      await ask('POST', `/runs/${stopped}/commands`, { command: 'stop' })
      await waitForRun(stopped, ended)
      await ask('POST', `/runs/${stopped}/commands`, { command: 'stop' })
      await ask('POST', `/runs/${approved}/nodes/approval/approve`, { comment: 'Between us' })
      await waitForRun(approved, ended)
      await ask('POST', `/runs/${approved}/nodes/approval/approve`, { comment: 'Between us' })
      await ask('POST', `/runs/${stopped}/commands`, { command: 'retry' })
      await ask('POST', `/runs/${approved}/fork`, { from_node: 'end' })
    })
    expect(told(made).map(([action, name]) => [action, name])).toEqual([
      ['run.stopped', 'Desk'],
      ['approval.approved', 'Desk'],
      ['run.retried', 'Desk'],
      ['run.forked', 'Desk'],
    ])
    expect(made[1]?.details).toMatchObject({ node_id: 'approval', path: [], decides: true })
    expect(JSON.stringify(made)).not.toContain('Between us')
  })

  it('nothing of what was refused', async () => {
    const viewer = await keyWith(tenant.team, ['admin'], 'viewer')
    const { id } = (await ask('POST', '/workflows', { name: 'Refused' })).body
    const made = await during(async () => {
      const attempts = [
        ask('POST', '/agents', { name: 'Default agent' }),
        ask('DELETE', `/agents/${newId()}`),
        ask('POST', '/keys', { name: 'x', scopes: ['runs:read'], expires_in_days: 0 }),
        ask('POST', `/workflows/${id}/versions/7/activate`),
        api.ask('DELETE', `/v1/workflows/${id}`, { key: viewer }),
        api.ask('DELETE', `/v1/workflows/${id}`, { key: tenant.key, headers: { 'if-match': '"999"' } }),
      ]
      expect((await Promise.all(attempts)).map(({ status }) => status)).toEqual([409, 404, 422, 404, 403, 412])
    })
    expect(made).toEqual([])
  })

  it('signing in and out, and refusals without what was typed', async () => {
    const ann = await makePerson(tenant.team, 'editor', await hashPassword('correct horse battery'))
    const before = (await records()).length
    const attempt = (email: string, password: string) =>
      signIn({ email, password, address: '203.0.113.7', userAgent: 'test' })
    const { sessionId } = await attempt(ann.email, 'correct horse battery')
    await signOut({ sessionId })
    await signOut({ sessionId })
    await expect(attempt(`nobody.${newId()}@example.test`, 'secret of nobody')).rejects.toMatchObject({ status: 401 })
    await expect(attempt(ann.email, 'secret of Ann')).rejects.toMatchObject({ status: 401 })
    await expect.poll(async () => (await records(before)).length, { timeout: 20_000 }).toBe(3)
    const made = await records(before)
    expect(made).toMatchObject([
      {
        action: 'session.created',
        actor: { kind: 'user', id: ann.id },
        details: { means: 'password' },
        ip: '203.0.113.7',
      },
      { action: 'session.ended', actor: { kind: 'user', id: ann.id }, target: { id: sessionId } },
      {
        action: 'session.refused',
        actor: { kind: 'anonymous', id: null },
        target: { type: 'member', id: ann.id },
        details: { reason: 'wrong_password' },
        ip: '203.0.113.7',
      },
    ])
    expect(JSON.stringify(made)).not.toMatch(/secret of|@example/)
  })

  it('all of it in one chain', async () => {
    const { body } = await ask('GET', '/audit/verify')
    expect(body).toMatchObject({ valid: true, fault: null, records: (await records()).length })
  })
})
