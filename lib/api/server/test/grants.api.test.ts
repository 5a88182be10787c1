import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { usesNoted } from '../../../auth/identities'
import { hashOAuthSecret, newOAuthSecret } from '../../../auth/oauth/tokens'
import { insertOAuthGrant, insertOAuthToken } from '../../../db/oauth'
import { publicUrl } from '../../../env'
import { newId } from '../../../ids'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { openBrowser } from '../../../testing/browser'
import { makePerson, type TestPerson } from '../../../testing/people'

let api: TestApi
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

/** What a consent leaves behind: a grant with an access token. */
async function connect(person: TestPerson, clientName: string) {
  const scopes = ['workflows:read', 'runs:read']
  const made = {
    clientId: 'client',
    clientName,
    userId: person.id,
    teamId: person.team.id,
    scopes,
    resource: publicUrl(),
  }
  const grantId = await insertOAuthGrant(made)
  const secret = newOAuthSecret('access')
  const expiresAt = new Date(Date.now() + 600_000)
  await insertOAuthToken({ hash: hashOAuthSecret(secret), grantId, kind: 'access', expiresAt })
  const works = async () => (await api.ask('GET', '/v1/me', { headers: { authorization: `Bearer ${secret}` } })).status
  return { id: grantId, works }
}
const namesIn = (answer: { body: { items: { client_name: string }[] } }) =>
  answer.body.items.map(({ client_name }) => client_name)

describe('connected apps', () => {
  it('are one’s own, and for owners and admins those of the team', async () => {
    const { team, owner } = await makeTenant()
    const [viewer, colleague] = [await makePerson(team, 'viewer'), await makePerson(team, 'editor')]
    const stranger = await makeTenant()
    await connect(stranger.owner, 'Elsewhere')
    const app = await connect(viewer, 'Mine')
    const other = await connect(colleague, 'Theirs')
    const [asViewer, asOwner] = [await openBrowser(api, viewer), await openBrowser(api, owner)]

    expect(namesIn(await asViewer.call('GET', '/api/oauth/grants'))).toEqual(['Mine'])
    expect(namesIn(await asOwner.call('GET', '/api/oauth/grants'))).toEqual(['Theirs', 'Mine'])
    expect((await asViewer.call('DELETE', `/api/oauth/grants/${other.id}`)).status).toBe(404)
    const asStranger = await openBrowser(api, stranger.owner)
    for (const id of [app.id, newId()]) {
      expect((await asStranger.call('DELETE', `/api/oauth/grants/${id}`)).status).toBe(404)
    }
    expect([await app.works(), await other.works()]).toEqual([200, 200])
  })

  it('say when they were last used, and are refused at once when they are disconnected', async () => {
    const { owner } = await makeTenant()
    const app = await connect(owner, 'Desk agent')
    const page = await openBrowser(api, owner)
    const listed = async () => (await page.call('GET', '/api/oauth/grants')).body.items
    expect(await listed()).toMatchObject([
      { scopes: ['workflows:read', 'runs:read'], is_own: true, described_by: null, last_used_at: null },
    ])
    expect(await app.works()).toBe(200)
    await usesNoted()
    expect(await listed()).toMatchObject([{ last_used_at: expect.any(String) }])
    for (const status of [204, 204]) {
      expect((await page.call('DELETE', `/api/oauth/grants/${app.id}`)).status).toBe(status)
    }
    expect(await app.works()).toBe(401)
    expect(await listed()).toEqual([])
  })

  it('of a member who is removed end with the membership, and do not come back with it', async () => {
    const { team, key } = await makeTenant()
    const editor = await makePerson(team, 'editor')
    const app = await connect(editor, 'Left behind')
    expect(await app.works()).toBe(200)
    await api.ask('DELETE', `/v1/members/${editor.id}`, { key })
    expect(await app.works()).toBe(401)
    await api.ask('POST', '/v1/members', { key, json: { email: editor.email, role: 'editor' } })
    expect(await app.works()).toBe(401)
  })
})
