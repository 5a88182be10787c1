import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId, toObjectId } from '../../../ids'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'

let api: TestApi
let tenant: Awaited<ReturnType<typeof makeTenant>>

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const ask = (method: string, path: string, json?: unknown, key = tenant.key) =>
  api.ask(method, `/v1${path}`, { key, json })
const fresh = async () => {
  tenant = await makeTenant()
}

describe('agents', () => {
  beforeAll(fresh)

  it('are there from the beginning: a team is born with a default one', async () => {
    const { status, body } = await ask('GET', '/agents')
    expect([status, body.items.length, body.next_cursor]).toEqual([200, 1, null])
    expect(body.items[0]).toMatchObject({ name: 'Default agent', is_default: true, team_id: tenant.team.id })
    // The id that the database made is one of ours: it has every spelling.
    const spelled = await ask('GET', `/agents/${toObjectId(body.items[0].id)}`)
    expect([spelled.status, spelled.body]).toEqual([200, body.items[0]])
  })

  it('are created, renamed, made the default and deleted', async () => {
    const made = await ask('POST', '/agents', { name: '  Night desk ' })
    expect([made.status, made.body.name, made.body.is_default]).toEqual([201, 'Night desk', false])
    expect(made.headers.get('location')).toBe(`/v1/agents/${made.body.id}`)
    const changed = await ask('PATCH', `/agents/${made.body.id}`, { name: 'Day desk', is_default: true })
    expect(changed.body).toEqual({ ...made.body, name: 'Day desk', is_default: true })
    const { items } = (await ask('GET', '/agents')).body
    expect(items.map((agent: { name: string; is_default: boolean }) => [agent.name, agent.is_default])).toEqual([
      ['Day desk', true],
      ['Default agent', false],
    ])
    expect((await ask('DELETE', `/agents/${made.body.id}`)).status).toBe(204)
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      expect((await ask(method, `/agents/${made.body.id}`, method === 'PATCH' ? {} : undefined)).status).toBe(404)
    }
  })

  it.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: 'x'.repeat(101) }, 'name'],
    [{ name: 'x', colour: 'red' }, 'colour'],
    [{ name: 'x', is_default: 'yes' }, 'is_default'],
  ])('are refused as %j, naming the field', async (json, path) => {
    expect((await ask('POST', '/agents', json)).body).toMatchObject({ status: 422, errors: [{ path }] })
  })

  it('have names of their own in a team', async () => {
    await ask('POST', '/agents', { name: 'Twin' })
    const other = (await ask('POST', '/agents', { name: 'Other' })).body
    expect((await ask('POST', '/agents', { name: 'Twin' })).body).toMatchObject({ status: 409, code: 'conflict' })
    expect((await ask('PATCH', `/agents/${other.id}`, { name: 'Twin' })).status).toBe(409)
    expect((await ask('PATCH', `/agents/${other.id}`, { name: 'Other' })).status).toBe(200)
  })

  it('are not there for another team', async () => {
    const { id } = (await ask('POST', '/agents', { name: 'Ours' })).body
    const stranger = (await makeTenant()).key
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const { status } = await ask(
        method,
        `/agents/${id}`,
        method === 'PATCH' ? { is_default: true } : undefined,
        stranger,
      )
      expect([method, status]).toEqual([method, 404])
    }
    expect((await ask('GET', `/agents/${id}`)).body.name).toBe('Ours')
    const theirs = (await ask('GET', '/agents', undefined, stranger)).body.items
    expect(theirs.map((agent: { is_default: boolean }) => agent.is_default)).toEqual([true])
  })

  it('are managed by owners and admins, and read by all who read workflows', async () => {
    const editor = await keyWith(tenant.team, ['admin'], 'editor')
    expect((await ask('GET', '/agents', undefined, editor)).status).toBe(200)
    expect((await ask('POST', '/agents', { name: 'No' }, editor)).body.code).toBe('forbidden')
    const runner = await keyWith(tenant.team, ['workflows:execute'])
    expect((await ask('GET', '/agents', undefined, runner)).body).toMatchObject({
      status: 403,
      scope: 'workflows:read',
    })
  })
})

describe('the agent of a workflow', () => {
  beforeAll(fresh)

  it('is said by PATCH, is no part of the draft, and falls back when the agent is deleted', async () => {
    const workflow = (await ask('POST', '/workflows', { name: 'W', definition: draw(['start>end']) })).body
    expect(workflow.agent_id).toBeNull()
    const agent = (await ask('POST', '/agents', { name: 'Desk' })).body
    const patched = (await ask('PATCH', `/workflows/${workflow.id}`, { agent_id: toObjectId(agent.id) })).body
    expect([patched.agent_id, patched.draft_revision]).toEqual([agent.id, workflow.draft_revision])
    expect((await ask('PATCH', `/workflows/${workflow.id}`, { name: 'X' })).body.agent_id).toBe(agent.id)
    await ask('DELETE', `/agents/${agent.id}`)
    expect((await ask('GET', `/workflows/${workflow.id}`)).body.agent_id).toBeNull()
  })

  it('cannot be one of another team', async () => {
    const workflow = (await ask('POST', '/workflows', { name: 'W', definition: draw(['start>end']) })).body
    const foreign = (await ask('GET', '/agents', undefined, (await makeTenant()).key)).body.items[0].id
    for (const agent_id of [foreign, newId()]) {
      expect((await ask('PATCH', `/workflows/${workflow.id}`, { agent_id })).body).toMatchObject({
        status: 404,
        errors: [{ path: 'agent_id' }],
      })
    }
    expect((await ask('PATCH', `/workflows/${workflow.id}`, { agent_id: 'nonsense' })).status).toBe(400)
  })
})
