import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { forgetIdentities } from '../../../auth/identities'
import { hashPassword } from '../../../auth/password'
import { pool } from '../../../db/client'
import { newId } from '../../../ids'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { openBrowser, sendForm } from '../../../testing/browser'
import { makeKey, makePerson, makeTeam, type TestPerson, type TestTeam } from '../../../testing/people'

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

let count = 0
const address = () => `person.${++count}@example.test`
const ask = (method: string, path: string, json?: unknown, by = key) =>
  api.ask(method, `/v1${path}`, { key: by, ...(json === undefined ? {} : { json }) })
const invite = (json: unknown, by = key) => ask('POST', '/members', json, by)
const roleOf = async (person: TestPerson) => {
  const { items } = (await ask('GET', '/members?limit=200')).body
  return items.find((each: { user_id: string }) => each.user_id === person.id)?.role
}

const browser = (person: TestPerson) => openBrowser(api, person)
const tokenOf = (link: string) => link.split('/').at(-1) ?? ''
const PASSWORD = 'correct horse battery'

describe('members', () => {
  it('are listed by page, who joined first comes first, with what the caller may do', async () => {
    const people = [owner, await makePerson(team, 'editor'), await makePerson(team, 'viewer')]
    const first = (await ask('GET', '/members?limit=2')).body
    const rest = (await ask('GET', `/members?limit=2&cursor=${first.next_cursor}`)).body
    expect([...first.items, ...rest.items].map(({ user_id }) => user_id)).toEqual(people.map(({ id }) => id))
    expect(rest.next_cursor).toBeNull()
    expect(first.items[1]).toMatchObject({
      email: people[1]?.email,
      role: 'editor',
      last_seen_at: null,
      may: { change: true, remove: true, reset_password: true },
    })
    const seen = await browser(people[2] as TestPerson)
    const asViewer = (await seen.call('GET', '/v1/members')).body
    expect(asViewer.items.map(({ may }: { may: object }) => may)).toEqual([
      { change: false, remove: false, reset_password: false },
      { change: false, remove: false, reset_password: false },
      { change: false, remove: true, reset_password: false },
    ])
    expect(asViewer.items[2].last_seen_at).toEqual(expect.any(String))
  })

  it('get no role above that of who gives it, and lose none above it', async () => {
    const admin = await makePerson(team, 'admin')
    const asAdmin = (await makeKey(admin, ['admin'])).secret
    const editor = await makePerson(team, 'editor')
    for (const refused of [
      await invite({ email: address(), role: 'owner' }, asAdmin),
      await ask('PATCH', `/members/${editor.id}`, { role: 'owner' }, asAdmin),
      await ask('PATCH', `/members/${admin.id}`, { role: 'owner' }, asAdmin),
      await ask('PATCH', `/members/${owner.id}`, { role: 'viewer' }, asAdmin),
      await ask('DELETE', `/members/${owner.id}`, undefined, asAdmin),
      await ask('POST', `/members/${owner.id}/reset-link`, undefined, asAdmin),
    ]) {
      expect(refused.body).toMatchObject({ status: 403, code: 'forbidden' })
    }
    expect((await ask('PATCH', `/members/${editor.id}`, { role: 'admin' }, asAdmin)).body.role).toBe('admin')
    expect((await ask('PATCH', `/members/${admin.id}`, { role: 'owner' })).body.role).toBe('owner')
    expect(await roleOf(editor)).toBe('admin')
  })

  it('keep an owner: the last one can neither leave nor be demoted, also when two try at once', async () => {
    const message = expect.stringContaining('last owner')
    for (const refused of [
      await ask('PATCH', `/members/${owner.id}`, { role: 'admin' }),
      await ask('DELETE', `/members/${owner.id}`),
      await (await browser(owner)).call('DELETE', `/v1/members/${owner.id}`),
    ]) {
      expect(refused.body).toMatchObject({ status: 409, code: 'conflict', message })
    }
    const second = await makePerson(team, 'owner')
    const [a, b] = await Promise.all(
      [owner, second].map(async (person) => (await browser(person)).call('DELETE', `/v1/members/${person.id}`)),
    )
    expect([a?.status, b?.status].sort()).toEqual([204, 409])
    const { rows } = await pool().query('SELECT role FROM memberships WHERE team_id = $1', [team.id])
    expect(rows).toEqual([{ role: 'owner' }])
  })

  it('who are disabled do not count as the owner that is left', async () => {
    const other = await makePerson(team, 'owner')
    await pool().query('UPDATE users SET disabled_at = now() WHERE id = $1', [other.id])
    expect((await ask('PATCH', `/members/${owner.id}`, { role: 'editor' })).status).toBe(409)
  })

  it('feel a new role at once, with a key and in the browser', async () => {
    const editor = await makePerson(team, 'editor')
    const theirs = (await makeKey(editor, ['admin'])).secret
    const page = await browser(editor)
    expect((await page.call('GET', '/v1/me')).body.role).toBe('editor')
    expect((await ask('POST', '/workflows', { name: 'One' }, theirs)).status).toBe(201)
    await ask('PATCH', `/members/${editor.id}`, { role: 'viewer' })
    expect((await page.call('GET', '/v1/me')).body.role).toBe('viewer')
    expect((await ask('POST', '/workflows', { name: 'Two' }, theirs)).body.code).toBe('forbidden')
  })

  it('who are removed are refused everywhere at once, and start afresh when they come back', async () => {
    const editor = await makePerson(team, 'editor')
    const theirs = (await makeKey(editor, ['admin'])).secret
    const page = await browser(editor)
    expect([(await page.call('GET', '/v1/me')).status, (await ask('GET', '/me', undefined, theirs)).status]).toEqual([
      200, 200,
    ])
    expect((await ask('DELETE', `/members/${editor.id}`)).status).toBe(204)
    const refused = async () => [
      (await page.call('GET', '/v1/me')).status,
      (await ask('GET', '/me', undefined, theirs)).status,
    ]
    expect(await refused()).toEqual([401, 401])
    expect((await invite({ email: editor.email, role: 'viewer' })).body.member).toMatchObject({ role: 'viewer' })
    forgetIdentities()
    expect(await refused()).toEqual([401, 401])
    expect((await ask('DELETE', `/members/${newId()}`)).status).toBe(404)
  })

  it('who are removed see no more of a run that they watch', async () => {
    const viewer = await makePerson(team, 'viewer')
    const { secret } = await makeKey(viewer, ['runs:read'])
    const workflow = (await ask('POST', '/workflows', { name: 'Watched' })).body
    const run = (await ask('POST', `/workflows/${workflow.id}/runs`, { draft: true })).body
    const headers = { 'x-api-key': secret, accept: 'text/event-stream' }
    const stream = await fetch(`${api.url}/v1/runs/${run.id}/events`, { headers })
    expect(stream.status).toBe(200)
    expect((await ask('DELETE', `/members/${viewer.id}`)).status).toBe(204)
    // No worker runs, so nothing but the end of the right to read can end it.
    expect(await stream.text()).toContain('event: run_started')
    expect((await fetch(`${api.url}/v1/runs/${run.id}/events`, { headers })).status).toBe(401)
  })

  it('may leave by themselves, and go on in another team of theirs', async () => {
    const viewer = await makePerson(team, 'viewer')
    const other = await makeTenant()
    await invite({ email: viewer.email, role: 'viewer' }, other.key)
    const page = await browser(viewer)
    const elsewhere = await browser(viewer)
    expect((await page.call('DELETE', `/v1/members/${owner.id}`)).body.code).toBe('forbidden')
    expect((await page.call('DELETE', `/v1/members/${viewer.id}`)).status).toBe(204)
    expect((await page.call('GET', '/v1/me')).body.team.id).toBe(other.team.id)
    expect((await elsewhere.call('GET', '/v1/me')).status).toBe(401)
    expect((await page.call('DELETE', `/v1/members/${viewer.id}`)).status).toBe(204)
    expect((await page.call('GET', '/v1/me')).status).toBe(401)
  })
})

describe('inviting', () => {
  const join = (link: string, name = 'Grace', password = PASSWORD) =>
    sendForm('join', { token: tokenOf(link), name, password })

  it('makes a link that is shown once, of which only the hash is kept, and that lets one person in', async () => {
    const email = address()
    const { status, body } = await invite({ email: ` ${email.toUpperCase()}`.trim(), name: 'Grace', role: 'runner' })
    expect([status, body.member]).toEqual([201, null])
    const { link, ...listed } = body.invitation
    expect(listed).toMatchObject({ email, name: 'Grace', role: 'runner', invited_by: owner.name })
    expect(Date.parse(listed.expires_at) - Date.parse(listed.created_at)).toBeGreaterThan(6.9 * 86_400_000)
    expect((await ask('GET', '/invitations')).body.items).toEqual([listed])
    expect((await ask('GET', `/invitations/${listed.id}`)).body).toEqual(listed)
    const { rows } = await pool().query('SELECT to_jsonb(i)::text AS said FROM invitations i')
    expect(rows.filter(({ said }) => said.includes(tokenOf(link)))).toEqual([])

    expect(await join(link, ' ')).toMatchObject({ status: 422, body: { errors: [{ path: 'name' }] } })
    expect(await join(link, 'Grace', 'short')).toMatchObject({ status: 422, body: { errors: [{ path: 'password' }] } })
    const [one, two] = await Promise.all([join(link), join(link)])
    expect([one.status, two.status].sort()).toEqual([200, 404])
    const cookie = one.cookie || two.cookie
    expect((await api.ask('GET', '/v1/me', { headers: { cookie } })).body).toMatchObject({
      name: 'Grace',
      email,
      role: 'runner',
      team: { id: team.id },
    })
    expect((await ask('GET', '/invitations')).body.items).toEqual([])
    expect((await ask('GET', `/invitations/${listed.id}`)).status).toBe(404)
    expect((await sendForm('credentials', { email, password: PASSWORD })).status).toBe(200)
  })

  it.each([
    ['a token that is none', async () => 'x'.repeat(32)],
    [
      'one that was revoked',
      async (link: string, id: string) => {
        expect((await ask('DELETE', `/invitations/${id}`)).status).toBe(204)
        expect((await ask('DELETE', `/invitations/${id}`)).status).toBe(404)
        return link
      },
    ],
    [
      'one that is too old',
      async (link: string, id: string) => {
        await pool().query('UPDATE invitations SET expires_at = now() WHERE id = $1', [id])
        return link
      },
    ],
    [
      'one whose inviter is no admin any more',
      async (link: string) => {
        const other = await makePerson(team, 'owner')
        await ask('PATCH', `/members/${owner.id}`, { role: 'editor' }, (await makeKey(other, ['admin'])).secret)
        return link
      },
    ],
    [
      'one that a newer link has replaced',
      async (link: string, _: string, email: string) => {
        await invite({ email, role: 'owner' })
        return link
      },
    ],
  ])('lets nobody in with %s', async (_, ended) => {
    const email = address()
    const { invitation } = (await invite({ email, role: 'editor' })).body
    const link = await ended(invitation.link, invitation.id, email)
    expect(await join(link)).toMatchObject({ status: 404, body: { message: expect.stringContaining('works no more') } })
  })

  it('adds who has an account at once, and refuses who is a member or disabled', async () => {
    const other = await makePerson(await makeTeam(), 'owner')
    const { body } = await invite({ email: other.email, role: 'approver' })
    expect(body).toMatchObject({ invitation: null, member: { user_id: other.id, role: 'approver' } })
    expect((await invite({ email: other.email, role: 'viewer' })).body).toMatchObject({
      status: 409,
      errors: [{ path: 'email' }],
    })
    await pool().query('UPDATE users SET disabled_at = now() WHERE id = $1', [other.id])
    await ask('DELETE', `/members/${other.id}`)
    expect((await invite({ email: other.email, role: 'viewer' })).status).toBe(409)
  })

  it('is taken with one click by who is signed in, and takes no account over', async () => {
    const other = await makePerson(await makeTeam(), 'editor')
    const page = await browser(other)
    const { link } = (await invite({ email: address(), role: 'viewer' })).body.invitation
    const accept = (token: string) => page.call('POST', '/api/auth/join', { token })
    expect((await accept(tokenOf(link))).status).toBe(204)
    expect((await page.call('GET', '/v1/me')).body).toMatchObject({
      team: { id: team.id },
      role: 'viewer',
      teams: [
        { id: other.team.id, role: 'editor' },
        { id: team.id, role: 'viewer' },
      ],
    })
    expect((await accept(tokenOf(link))).status).toBe(404)

    const email = address()
    const second = (await invite({ email, role: 'owner' })).body.invitation
    await pool().query('UPDATE users SET email = $2 WHERE id = $1', [other.id, email])
    expect(await join(second.link)).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining('sign in') },
    })
    expect((await accept(tokenOf(second.link))).body).toMatchObject({ status: 409 })
  })

  it('names what is wrong with the address and the role', async () => {
    for (const [json, path] of [
      [{ email: 'nobody', role: 'viewer' }, 'email'],
      [{ email: 'a@b.test', role: 'king' }, 'role'],
      [{ email: 'a@b.test', role: 'viewer', admin: true }, 'admin'],
    ] as const) {
      expect((await invite(json)).body).toMatchObject({ status: 422, errors: [{ path }] })
    }
  })
})

describe('a link for a new password', () => {
  const reset = (link: string, password = 'another good password') =>
    sendForm('reset', { token: tokenOf(link), password })

  it('works once, ends every session, and opens the account', async () => {
    const person = await makePerson(team, 'editor', await hashPassword(PASSWORD))
    const page = await browser(person)
    const older = (await ask('POST', `/members/${person.id}/reset-link`)).body.link
    const { link } = (await ask('POST', `/members/${person.id}/reset-link`)).body
    expect((await reset(older)).status).toBe(404)
    expect(await reset(link, 'short')).toMatchObject({ status: 422, body: { errors: [{ path: 'password' }] } })
    const done = await reset(link)
    expect(done.status).toBe(200)
    expect((await api.ask('GET', '/v1/me', { headers: { cookie: done.cookie } })).body.email).toBe(person.email)
    expect((await page.call('GET', '/v1/me')).status).toBe(401)
    expect((await reset(link)).status).toBe(404)
    expect((await sendForm('credentials', { email: person.email, password: PASSWORD })).status).toBe(401)
    expect((await sendForm('credentials', { email: person.email, password: 'another good password' })).status).toBe(200)
  })

  it('is made only by who manages the person in every team of theirs, and is worth nothing when that has ended', async () => {
    const person = await makePerson(team, 'viewer')
    const { link } = (await ask('POST', `/members/${person.id}/reset-link`)).body
    const other = await makeTenant()
    expect((await invite({ email: person.email, role: 'viewer' }, other.key)).status).toBe(201)
    for (const by of [key, other.key]) {
      expect((await ask('POST', `/members/${person.id}/reset-link`, undefined, by)).body.code).toBe('forbidden')
    }
    await ask('DELETE', `/members/${person.id}`)
    expect((await reset(link)).status).toBe(404)
  })

  it('is nothing for oneself', async () => {
    expect((await ask('POST', `/members/${owner.id}/reset-link`)).body.code).toBe('forbidden')
  })
})
