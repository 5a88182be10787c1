import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { pool, prisma } from '../db/client'
import { newId } from '../ids'
import { makeKey, makePerson, makeSession, makeTeam, sealCookie, type TestPerson } from '../testing/people'
import { generateApiKey } from './api-key'
import { authenticate, principalOfCookie, revalidate } from './authenticate'
import { forgetIdentities, usesNoted } from './identities'

const ORIGIN = { origin: 'http://localhost:3000', host: 'localhost:3000' }

let owner: TestPerson

beforeAll(async () => {
  owner = await makePerson(await makeTeam('Ops'), 'owner')
})
// Each test sees the database as it is; that the memory is short is a test of its own.
beforeEach(forgetIdentities)

function request(headers: Record<string, string>, method = 'GET', url = 'http://localhost:3000/v1/me') {
  return new Request(url, { method, headers })
}

const unauthenticated = { code: 'unauthenticated', status: 401 }

describe('a key', () => {
  it.each([
    ['X-API-Key', (key: string) => ({ 'X-API-Key': key })],
    ['Authorization: Bearer', (key: string) => ({ Authorization: `Bearer ${key}` })],
    ['Authorization: bearer, lower case', (key: string) => ({ authorization: `bearer  ${key}` })],
    ['Authorization: ApiKey', (key: string) => ({ Authorization: `ApiKey ${key}` })],
    ['both headers with the same key', (key: string) => ({ 'X-API-Key': key, Authorization: `Bearer ${key}` })],
  ])('opens the door by %s', async (_name, headersOf) => {
    const key = await makeKey(owner, ['runs:read'])
    const principal = await authenticate(request(headersOf(key.secret)))
    expect(principal).toMatchObject({
      kind: 'api_key',
      id: key.id,
      userId: owner.id,
      role: 'owner',
      scopes: ['runs:read'],
      team: { id: owner.team.id, name: 'Ops' },
    })
    expect(principal.sessionId).toBeUndefined()
  })

  it.each([
    [
      'expired',
      (id: string) => prisma().apiKey.update({ where: { id }, data: { expiresAt: new Date(Date.now() - 1) } }),
    ],
    ['revoked', (id: string) => prisma().apiKey.update({ where: { id }, data: { revokedAt: new Date() } })],
    ['deleted', (id: string) => prisma().apiKey.delete({ where: { id } })],
  ])('is refused when it is %s', async (_name, end) => {
    const key = await makeKey(owner)
    await authenticate(request({ 'X-API-Key': key.secret }))
    await end(key.id)
    forgetIdentities()
    await expect(authenticate(request({ 'X-API-Key': key.secret }))).rejects.toMatchObject(unauthenticated)
  })

  it('is refused when its creator is disabled or has left the team', async () => {
    const leaver = await makePerson(owner.team, 'editor')
    const key = await makeKey(leaver)
    await prisma().user.update({ where: { id: leaver.id }, data: { disabledAt: new Date() } })
    await expect(authenticate(request({ 'X-API-Key': key.secret }))).rejects.toMatchObject(unauthenticated)
    await prisma().user.update({ where: { id: leaver.id }, data: { disabledAt: null } })
    await prisma().membership.deleteMany({ where: { userId: leaver.id } })
    forgetIdentities()
    await expect(authenticate(request({ 'X-API-Key': key.secret }))).rejects.toMatchObject(unauthenticated)
  })

  it('carries the role its creator has now, not the one they had', async () => {
    const demoted = await makePerson(owner.team, 'admin')
    const key = await makeKey(demoted)
    await prisma().membership.updateMany({ where: { userId: demoted.id }, data: { role: 'viewer' } })
    expect(await authenticate(request({ 'X-API-Key': key.secret }))).toMatchObject({
      role: 'viewer',
      scopes: ['admin'],
    })
  })

  it('has no scope that the product does not know', async () => {
    const key = await makeKey(owner)
    await prisma().apiKey.update({ where: { id: key.id }, data: { scopes: ['runs:read', 'root', '*'] } })
    expect((await authenticate(request({ 'X-API-Key': key.secret }))).scopes).toEqual(['runs:read'])
  })

  it('notes when it was used, once, and not on the time of the request', async () => {
    const key = await makeKey(owner)
    await authenticate(request({ 'X-API-Key': key.secret }))
    await usesNoted()
    const first = await prisma().apiKey.findUniqueOrThrow({ where: { id: key.id } })
    expect(first.lastUsedAt).not.toBeNull()
    await authenticate(request({ 'X-API-Key': key.secret }))
    await usesNoted()
    const second = await prisma().apiKey.findUniqueOrThrow({ where: { id: key.id } })
    expect(second.lastUsedAt).toEqual(first.lastUsedAt)
  })

  it('is never read from the query string', async () => {
    const { secret } = await makeKey(owner)
    for (const name of ['api_key', 'apikey', 'key', 'access_token', 'token', 'X-API-Key']) {
      const url = `http://localhost:3000/v1/me?${name}=${secret}`
      await expect(authenticate(request({}, 'GET', url)), name).rejects.toMatchObject(unauthenticated)
    }
  })
})

describe('a header that says nothing we know', () => {
  const key = generateApiKey().secret
  it.each([
    ['no credential at all', {}],
    ['an unknown key', { 'X-API-Key': key }],
    ['an unknown bearer', { Authorization: `Bearer ${key}` }],
    ['an empty key', { 'X-API-Key': '' }],
    ['a blank key', { 'X-API-Key': '   ' }],
    ['an empty Authorization', { Authorization: '' }],
    ['Bearer without a token', { Authorization: 'Bearer' }],
    ['Bearer and a blank', { Authorization: 'Bearer ' }],
    ['Bearer %', { Authorization: 'Bearer %' }],
    ['Bearer %00', { Authorization: 'Bearer %00%ff' }],
    ['Bearer with two tokens', { Authorization: `Bearer ${key} ${key}` }],
    ['Bearer with a list', { Authorization: `Bearer ${key},${key}` }],
    ['a scheme glued to the key', { Authorization: `Bearer${key}` }],
    ['the key alone', { Authorization: key }],
    ['Basic', { Authorization: `Basic ${Buffer.from(`a:${key}`).toString('base64')}` }],
    ['Digest', { Authorization: 'Digest username="a"' }],
    ['an unsigned JWT', { Authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.' }],
    ['SQL', { 'X-API-Key': "' OR 1=1 --" }],
    ['a key with a wrong checksum', { 'X-API-Key': `${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}` }],
    ['a key of another length', { 'X-API-Key': key.slice(0, -1) }],
    ['a key in upper case', { 'X-API-Key': key.toUpperCase() }],
    ['the prefix only', { 'X-API-Key': 'cs_live_' }],
    ['10 kB', { 'X-API-Key': 'a'.repeat(10_000) }],
    ['10 kB of Bearer', { Authorization: `Bearer ${'a'.repeat(10_000)}` }],
    ['JSON', { 'X-API-Key': '{"$ne":null}' }],
    ['latin-1 letters', { 'X-API-Key': 'cs_live_é' }],
    ['two keys in one header', { 'X-API-Key': `${key}, ${key}` }],
    ['two headers that differ', { 'X-API-Key': key, Authorization: `Bearer ${generateApiKey().secret}` }],
    ['an empty cookie', { cookie: 'next-auth.session-token=' }],
    ['a cookie of noise', { cookie: 'next-auth.session-token=%E0%A4%A; next-auth.session-token.0=x; ;=;' }],
    ['a cookie that is a plain JWT', { cookie: 'next-auth.session-token=eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.' }],
    [
      'a cookie with our header and noise',
      { cookie: 'next-auth.session-token=eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..a.b.c' },
    ],
    [
      'a cookie of the other name',
      { cookie: '__Host-next-auth.session-token=eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..a.b.c' },
    ],
  ])('is refused, not crashed on: %s', async (_name, headers) => {
    await expect(authenticate(request(headers as Record<string, string>))).rejects.toMatchObject(unauthenticated)
  })

  it('never falls back from a bad key to a good cookie', async () => {
    const { cookie } = await makeSession(owner)
    for (const [name, bad] of [
      ['X-API-Key', key],
      ['Authorization', 'Bearer %'],
      ['Authorization', 'Basic YTpi'],
    ] as const) {
      await expect(authenticate(request({ [name]: bad, cookie }))).rejects.toMatchObject(unauthenticated)
    }
  })
})

describe('a session', () => {
  it('opens the door for the person, with all that the role allows', async () => {
    const session = await makeSession(owner)
    expect(await authenticate(request({ cookie: `theme=dark; ${session.cookie}; x=y` }))).toMatchObject({
      kind: 'user',
      id: owner.id,
      email: owner.email,
      role: 'owner',
      scopes: null,
      sessionId: session.id,
    })
  })

  it('opens it from a cookie that was split into chunks', async () => {
    const { cookie } = await makeSession(owner)
    const [name, token = ''] = cookie.split('=')
    const parts = [token.slice(0, 60), token.slice(60, 120), token.slice(120)]
    const split = parts.map((part, i) => `${name}.${i}=${part}`)
    expect(await principalOfCookie(split.reverse().join('; '))).toMatchObject({ id: owner.id })
    expect(await principalOfCookie(split.slice(1).join('; '))).toBeNull()
  })

  it.each([
    ['revoked', { revokedAt: new Date() }],
    ['over its absolute end', { expiresAt: new Date(Date.now() - 1) }],
    ['idle for 24 hours', { lastSeenAt: new Date(Date.now() - 24 * 60 * 60 * 1000) }],
  ])('is refused when it is %s', async (_name, data) => {
    const session = await makeSession(owner)
    await prisma().session.update({ where: { id: session.id }, data })
    await expect(authenticate(request({ cookie: session.cookie }))).rejects.toMatchObject(unauthenticated)
  })

  it('is refused when the person is disabled or has left the team', async () => {
    const leaver = await makePerson(owner.team, 'editor')
    const { cookie } = await makeSession(leaver)
    await prisma().user.update({ where: { id: leaver.id }, data: { disabledAt: new Date() } })
    expect(await principalOfCookie(cookie)).toBeNull()
    await prisma().user.update({ where: { id: leaver.id }, data: { disabledAt: null } })
    await prisma().membership.deleteMany({ where: { userId: leaver.id } })
    forgetIdentities()
    expect(await principalOfCookie(cookie)).toBeNull()
  })

  it.each([
    ['another secret', (sid: string) => sealCookie({ sid, sub: owner.id }, 'x'.repeat(40))],
    ['another person', (sid: string) => sealCookie({ sid, sub: newId() })],
    ['no person', (sid: string) => sealCookie({ sid })],
    ['no session', () => sealCookie({ sub: owner.id })],
    ['a session that is not text', () => sealCookie({ sid: { not: '' }, sub: owner.id })],
    ['a session that does not exist', () => sealCookie({ sid: newId(), sub: owner.id })],
  ])('is refused when the cookie names %s', async (_name, seal) => {
    const session = await makeSession(owner)
    const cookie = await seal(session.id)
    await expect(authenticate(request({ cookie }))).rejects.toMatchObject(unauthenticated)
  })

  it('may change something only from our own pages', async () => {
    const { cookie } = await makeSession(owner)
    expect(await authenticate(request({ cookie, ...ORIGIN }, 'POST'))).toMatchObject({ id: owner.id })
    await expect(authenticate(request({ cookie, host: ORIGIN.host }, 'POST'))).rejects.toMatchObject({ status: 403 })
    for (const origin of ['null', 'http://evil.test']) {
      const refused = authenticate(request({ cookie, host: ORIGIN.host, origin }, 'POST'))
      await expect(refused).rejects.toMatchObject({ code: 'cross_site', status: 403 })
    }
  })

  it('notes that it was used, so that it does not fall idle', async () => {
    const session = await makeSession(owner)
    const hourAgo = new Date(Date.now() - 60 * 60 * 1000)
    await prisma().session.update({ where: { id: session.id }, data: { lastSeenAt: hourAgo } })
    await principalOfCookie(session.cookie)
    await usesNoted()
    const { lastSeenAt } = await prisma().session.findUniqueOrThrow({ where: { id: session.id } })
    expect(lastSeenAt.getTime()).toBeGreaterThan(hourAgo.getTime())
  })
})

describe('a key and a session together', () => {
  it('pass as the key when both are of one person', async () => {
    const [key, session] = [await makeKey(owner, ['runs:read']), await makeSession(owner)]
    const principal = await authenticate(request({ 'X-API-Key': key.secret, cookie: session.cookie }, 'POST'))
    expect(principal).toMatchObject({ kind: 'api_key', scopes: ['runs:read'] })
  })

  it('are refused when they are of different people', async () => {
    const other = await makePerson(owner.team, 'editor')
    const [key, session] = [await makeKey(owner), await makeSession(other)]
    const refused = authenticate(request({ 'X-API-Key': key.secret, cookie: session.cookie }))
    await expect(refused).rejects.toMatchObject(unauthenticated)
  })

  it('pass as the key when the session has ended', async () => {
    const other = await makePerson(owner.team, 'editor')
    const [key, session] = [await makeKey(owner), await makeSession(other)]
    await prisma().session.update({ where: { id: session.id }, data: { revokedAt: new Date() } })
    const principal = await authenticate(request({ 'X-API-Key': key.secret, cookie: session.cookie }))
    expect(principal.kind).toBe('api_key')
  })
})

describe('an open stream', () => {
  it('may go on while the rights are the same, and not after they changed', async () => {
    const person = await makePerson(owner.team, 'editor')
    const [key, session] = [await makeKey(person, ['runs:read']), await makeSession(person)]
    const byKey = await authenticate(request({ 'X-API-Key': key.secret }))
    const bySession = await authenticate(request({ cookie: session.cookie }))
    expect(await Promise.all([revalidate(byKey), revalidate(bySession)])).toEqual([true, true])

    await prisma().membership.updateMany({ where: { userId: person.id }, data: { role: 'viewer' } })
    forgetIdentities()
    expect(await Promise.all([revalidate(byKey), revalidate(bySession)])).toEqual([false, false])
  })

  it('ends when the key or the session is revoked', async () => {
    const [key, session] = [await makeKey(owner), await makeSession(owner)]
    const byKey = await authenticate(request({ 'X-API-Key': key.secret }))
    const bySession = await authenticate(request({ cookie: session.cookie }))
    await prisma().apiKey.update({ where: { id: key.id }, data: { revokedAt: new Date() } })
    await prisma().session.update({ where: { id: session.id }, data: { revokedAt: new Date() } })
    forgetIdentities()
    expect(await Promise.all([revalidate(byKey), revalidate(bySession)])).toEqual([false, false])
  })
})

describe('memory', () => {
  it('lets calls that come at once share one query', async () => {
    const key = await makeKey(owner)
    const query = vi.spyOn(pool(), 'query')
    await Promise.all(Array.from({ length: 100 }, () => authenticate(request({ 'X-API-Key': key.secret }))))
    await usesNoted()
    const names = query.mock.calls.map(([statement]) => (statement as unknown as { name?: string }).name) // overloads hide the object form
    query.mockRestore()
    expect(names.filter((name) => name === 'key-by-hash')).toHaveLength(1)
    expect(names.filter((name) => name === 'key-touch')).toHaveLength(1)
  })

  it('is short: what another process revokes is refused here within five seconds', async () => {
    const [key, session] = [await makeKey(owner), await makeSession(owner)]
    const byKey = () => authenticate(request({ 'X-API-Key': key.secret }))
    const bySession = () => authenticate(request({ cookie: session.cookie }))
    await Promise.all([byKey(), bySession()])
    await prisma().apiKey.update({ where: { id: key.id }, data: { revokedAt: new Date() } })
    await prisma().session.update({ where: { id: session.id }, data: { revokedAt: new Date() } })
    for (const call of [byKey, bySession]) {
      const answer = () =>
        call().then(
          () => 'let in',
          () => 'refused',
        )
      await expect.poll(answer, { timeout: 5_000 }).toBe('refused')
    }
  })
})
