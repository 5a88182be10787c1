import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { toPrefixed } from '../../ids'
import { makeTenant, openApi, type TestApi } from '../../testing/api'
import { makePerson } from '../../testing/people'

// Read once per process, so it must stand before anything asks.
vi.hoisted(() => {
  process.env.JWT_SECRET = 's'.repeat(64)
  process.env.JWT_ISSUER = 'https://id.example'
  process.env.JWT_AUDIENCE = 'countersign'
})

let api: TestApi
let one: Awaited<ReturnType<typeof makeTenant>>
let two: Awaited<ReturnType<typeof makeTenant>>
let email: string

beforeAll(async () => {
  api = await openApi()
  one = await makeTenant()
  two = await makeTenant()
  email = (await makePerson(one.team, 'editor')).email
  const added = await api.ask('POST', '/v1/members', { key: two.key, json: { email, role: 'viewer' } })
  expect(added.body.member.email).toBe(email)
})
afterAll(() => api.close())

const jwt = (claims: object = {}) =>
  new SignJWT({ email, email_verified: true, scope: 'workflows:read workflows:write workflows:publish', ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('https://id.example')
    .setAudience('countersign')
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode('s'.repeat(64)))

async function headersOf(teamId?: string, claims?: object): Promise<Record<string, string>> {
  const authorization = `Bearer ${await jwt(claims)}`
  return teamId === undefined ? { authorization } : { authorization, 'x-tenant-id': teamId }
}

async function manage(args: Record<string, unknown>, headers: Record<string, string>) {
  const { status, body } = await api.ask('POST', '/api/mcp', {
    headers: { ...headers, accept: 'application/json, text/event-stream' },
    json: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'manage_workflows', arguments: args } },
  })
  if (status !== 200) return { status, ...body }
  const message = typeof body === 'string' ? JSON.parse(/^data: (\{.*)$/m.exec(body)?.[1] ?? '') : body
  return JSON.parse(message.result.content[0].text)
}

describe('a caller who is in several teams', () => {
  it('says which is meant, and has there the role that the person has there', async () => {
    const me = async (headers: Record<string, string>) => (await api.ask('GET', '/v1/me', { headers })).body
    const refused = await me(await headersOf())
    expect(refused).toMatchObject({ status: 401, message: expect.stringContaining('X-Tenant-ID') })
    for (const [tenant, role] of [
      [one, 'editor'],
      [two, 'viewer'],
    ] as const) {
      for (const spelling of [tenant.team.id, toPrefixed('team', tenant.team.id)]) {
        expect(await me(await headersOf(spelling))).toMatchObject({ team: { id: tenant.team.id }, role })
      }
    }
    expect((await me(await headersOf((await makeTenant()).team.id))).status).toBe(401)
    // The provider's word stands over the caller's.
    expect(await me(await headersOf(two.team.id, { team_id: one.team.id }))).toMatchObject({
      team: { id: one.team.id },
    })
  })

  it('names team and project to manage_workflows, and the refusal says which there are', async () => {
    const headers = await headersOf(one.team.id)
    const team_id = toPrefixed('team', one.team.id)
    const project_id = toPrefixed('proj', one.team.projectId)
    for (const [named, missing] of [
      [{}, ['team_id', 'project_id']],
      [{ team_id }, ['project_id']],
      [{ project_id }, ['team_id']],
    ] as const) {
      for (const args of [{ action: 'list' }, { action: 'create', name: 'W' }]) {
        const problem = await manage({ ...args, ...named }, headers)
        expect(problem).toMatchObject({
          code: 'validation_failed',
          message: expect.stringContaining(
            'OAuth callers, and callers with several teams, must name team_id and project_id',
          ),
          errors: missing.map((path) => ({ path })),
        })
        expect(problem.message).toContain(team_id)
        expect(problem.message).toContain(project_id)
      }
    }
    const made = await manage({ action: 'create', name: 'Named', team_id, project_id }, headers)
    expect(made.workflow).toMatchObject({ name: 'Named', project_id })
    const listed = await manage({ action: 'list', team_id, project_id }, headers)
    expect(listed.workflows.map(({ name }: { name: string }) => name)).toEqual(['Named'])
  })

  it('reaches nothing of the one that is not meant', async () => {
    const headers = await headersOf(one.team.id)
    const [team_id, project_id] = [one.team.id, one.team.projectId]
    const theirs = (await api.ask('POST', '/v1/workflows', { key: two.key, json: { name: 'Theirs' } })).body.id
    for (const args of [
      { action: 'list', team_id: two.team.id, project_id },
      { action: 'list', team_id, project_id: two.team.projectId },
      { action: 'create', name: 'X', team_id, project_id: two.team.projectId },
      { action: 'get', workflow_id: theirs, team_id, project_id },
      { action: 'delete', workflow_id: theirs, team_id, project_id },
    ]) {
      expect([args.action, (await manage(args, headers)).code]).toEqual([args.action, 'not_found'])
    }
    const asViewer = await headersOf(two.team.id)
    const place = { team_id: two.team.id, project_id: two.team.projectId }
    expect((await manage({ action: 'delete', workflow_id: theirs, ...place }, asViewer)).code).toBe('forbidden')
    expect((await manage({ action: 'get', workflow_id: theirs, ...place }, asViewer)).workflow.name).toBe('Theirs')
  })
})
