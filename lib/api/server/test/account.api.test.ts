import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hashPassword } from '../../../auth/password'
import type { Role } from '../../../auth/permissions'
import { newId } from '../../../ids'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { openBrowser, sendForm } from '../../../testing/browser'
import { makePerson, makeSession, makeTeam, type TestPerson, type TestTeam } from '../../../testing/people'

let api: TestApi
let team: TestTeam
let owner: TestPerson
let key: string

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  const tenant = await makeTenant()
  team = tenant.team
  owner = tenant.owner
  key = tenant.key
})

const ask = (method: string, path: string, json?: unknown, by = key) =>
  api.ask(method, `/v1${path}`, { key: by, ...(json === undefined ? {} : { json }) })
const invite = (json: unknown, by = key) => ask('POST', '/members', json, by)
const browser = (person: TestPerson) => openBrowser(api, person)
const PASSWORD = 'correct horse battery'

describe('one’s own account', () => {
  const FRESH = 'a wholly new password'

  it('changes the password with the present one, and ends the other sessions', async () => {
    const person = await makePerson(team, 'viewer', await hashPassword(PASSWORD))
    const [here, there] = [await browser(person), await browser(person)]
    const change = (current_password: string, new_password: string) =>
      here.call('POST', '/api/auth/password', { current_password, new_password })
    expect((await change('not it', FRESH)).body).toMatchObject({ status: 422, errors: [{ path: 'current_password' }] })
    expect((await change(PASSWORD, 'short')).body).toMatchObject({ status: 422, errors: [{ path: 'new_password' }] })
    expect((await change(PASSWORD, FRESH)).status).toBe(204)
    expect([(await here.call('GET', '/v1/me')).status, (await there.call('GET', '/v1/me')).status]).toEqual([200, 401])
    const guesses = []
    for (let n = 0; n < 3; n++) guesses.push((await change('a guess', FRESH)).status)
    expect(guesses).toEqual([422, 422, 429])
    expect((await sendForm('credentials', { email: person.email, password: FRESH })).status).toBe(200)
  })

  it('shows where one is signed in, and ends a session of one’s own only', async () => {
    const person = await makePerson(team, 'viewer')
    const [here, there] = [await browser(person), await browser(person)]
    const foreign = await browser(owner)
    const listed = (await here.call('GET', '/api/auth/sessions')).body.items
    expect(listed.map(({ id, is_current }: { id: string; is_current: boolean }) => [id, is_current]).sort()).toEqual(
      [
        [here.sessionId, true],
        [there.sessionId, false],
      ].sort(),
    )
    expect((await here.call('DELETE', `/api/auth/sessions/${foreign.sessionId}`)).status).toBe(404)
    expect((await here.call('DELETE', `/api/auth/sessions/${there.sessionId}`)).status).toBe(204)
    expect((await there.call('GET', '/v1/me')).status).toBe(401)
    expect((await foreign.call('GET', '/v1/me')).status).toBe(200)
  })

  it('is nothing that a page of another site can change', async () => {
    const { cookie } = await makeSession(owner)
    for (const path of ['/api/auth/team', '/api/auth/password', '/api/auth/join', '/v1/teams']) {
      const { status, body } = await api.ask('POST', path, {
        headers: { cookie, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
        json: {},
      })
      expect([path, status, body.code]).toEqual([path, 403, 'cross_site'])
    }
  })
})

describe('several teams', () => {
  it('are created, listed, renamed and switched by their people', async () => {
    const page = await browser(owner)
    const made = (await page.call('POST', '/v1/teams', { name: 'Night desk' })).body
    expect(made).toMatchObject({ name: 'Night desk', role: 'owner', slug: expect.stringMatching(/^night-desk/) })
    const twin = (await page.call('POST', '/v1/teams', { name: 'Night desk' })).body
    expect(twin.slug).not.toBe(made.slug)
    expect((await page.call('GET', '/v1/me')).body).toMatchObject({
      team: { id: team.id },
      teams: [{ id: team.id }, { id: made.id }, { id: twin.id }],
    })
    expect((await page.call('POST', '/api/auth/team', { team_id: made.id })).status).toBe(204)
    expect((await page.call('GET', '/v1/me')).body.team.id).toBe(made.id)
    expect((await page.call('GET', '/v1/agents')).body.items).toMatchObject([{ is_default: true, team_id: made.id }])
    expect((await page.call('POST', '/v1/workflows', { name: 'First' })).status).toBe(201)
    expect((await page.call('PATCH', `/v1/teams/${made.id}`, { name: 'Day desk' })).body.name).toBe('Day desk')
    expect((await page.call('GET', '/v1/me')).body.team).toMatchObject({ name: 'Day desk', slug: made.slug })
    expect((await page.call('PATCH', `/v1/teams/${team.id}`, { name: 'X' })).status).toBe(404)
    const foreign = await makeTeam()
    for (const team_id of [foreign.id, newId()]) {
      expect((await page.call('POST', '/api/auth/team', { team_id })).body.status).toBe(404)
    }
    expect((await page.call('POST', '/api/auth/team', { team_id: 'x' })).status).toBe(400)
  })

  it('are bounded, and a key sees its own alone', async () => {
    const page = await browser(owner)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => page.call('POST', '/v1/teams', { name: `T ${n}` })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(201), 422])
    expect((await ask('GET', '/me')).body.teams).toEqual([expect.objectContaining({ id: team.id, role: 'owner' })])
  })

  it('give a person in each the role that they have there', async () => {
    const roles: [Role, number][] = [
      ['viewer', 403],
      ['editor', 201],
    ]
    const person = await makePerson(team, 'viewer')
    const other = await makeTenant()
    await invite({ email: person.email, role: 'editor' }, other.key)
    const page = await browser(person)
    for (const [index, [role, status]] of roles.entries()) {
      await page.call('POST', '/api/auth/team', { team_id: index === 0 ? team.id : other.team.id })
      expect((await page.call('GET', '/v1/me')).body.role).toBe(role)
      expect((await page.call('POST', '/v1/workflows', { name: 'W' })).status).toBe(status)
    }
  })
})

describe('scopes', () => {
  it('of a key open nothing of this without admin', async () => {
    const weak = await keyWith(team, ['workflows:read', 'runs:read', 'runs:write'])
    for (const [method, path] of [
      ['GET', '/members'],
      ['DELETE', `/members/${owner.id}`],
      ['POST', '/teams'],
    ] as const) {
      expect((await ask(method, path, undefined, weak)).body).toMatchObject({ status: 403, scope: 'admin' })
    }
  })
})
