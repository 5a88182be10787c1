import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { principalOfCookie } from '../../../auth/authenticate'
import { stampConnection } from '../../../auth/client-address'
import { forgetIdentities } from '../../../auth/identities'
import { hashPassword } from '../../../auth/password'
import { renewSetupToken } from '../../../auth/setup-token'
import { prisma } from '../../../db/client'
import { makePerson, makeTeam, type TestPerson } from '../../../testing/people'
import { handleAuth } from './auth-door'

const PASSWORD = 'correct horse battery'
const HOST = '192.168.1.5:4107' // any host and port, without configuration
const FROM_US = { origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin' }

let ann: TestPerson
let hosts = 0

/** A browser with a cookie jar, on a connection of its own. */
class Browser {
  readonly jar = new Map<string, string>()
  readonly setCookies: string[] = []
  readonly #stamp: Record<string, string>

  constructor(address = `203.0.113.${++hosts}`) {
    const incoming = { headers: {}, socket: { remoteAddress: address } } as Parameters<typeof stampConnection>[0]
    stampConnection(incoming)
    this.#stamp = { 'x-countersign-connection': String(incoming.headers['x-countersign-connection']) }
  }

  get cookie(): string {
    return [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async send(method: string, path: string, init: { headers?: Record<string, string>; body?: string } = {}) {
    const headers: Record<string, string> = { host: HOST, cookie: this.cookie, ...this.#stamp, ...init.headers }
    const request = new Request(`http://localhost:3000/api/auth/${path}`, { method, headers, body: init.body })
    const response = await handleAuth(request, path.split('?')[0]?.split('/') ?? [])
    for (const line of response.headers.getSetCookie()) {
      this.setCookies.push(line)
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /max-age=0/i.test(line)) this.jar.delete(name)
      else this.jar.set(name, value)
    }
    return response
  }

  async csrfToken(): Promise<string> {
    const { csrfToken } = (await (await this.send('GET', 'csrf')).json()) as { csrfToken: string }
    return csrfToken
  }

  async post(path: string, fields: Record<string, string>, headers: Record<string, string> = FROM_US) {
    const csrfToken = await this.csrfToken()
    const body = new URLSearchParams({ csrfToken, json: 'true', ...fields }).toString()
    return this.send('POST', path, {
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    })
  }

  signIn(email: string, password = PASSWORD, more: Record<string, string> = {}) {
    return this.post('callback/credentials', { email, password, ...more })
  }
}

beforeAll(async () => {
  ann = await makePerson(await makeTeam(), 'editor', await hashPassword(PASSWORD))
})
beforeEach(forgetIdentities)

describe('signing in', () => {
  it('sets a cookie that is the person, for 14 days, out of reach of scripts and other sites', async () => {
    const browser = new Browser()
    const response = await browser.signIn(ann.email, PASSWORD, { callbackUrl: '/runs?status=failed' })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ url: `http://${HOST}/runs?status=failed` })
    expect(await principalOfCookie(browser.cookie)).toMatchObject({ id: ann.id, email: ann.email, role: 'editor' })
    const line = browser.setCookies.find((each) => each.startsWith('next-auth.session-token='))
    expect(line).toMatch(/; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/)
    const days = (Date.parse(/Expires=([^;]+)/.exec(line ?? '')?.[1] ?? '') - Date.now()) / 86_400_000
    expect(days).toBeCloseTo(14, 1)
  })

  it('by a plain form leads on with a redirect', async () => {
    const response = await new Browser().signIn(ann.email, PASSWORD, { json: 'false', callbackUrl: '/runs' })
    expect([response.status, response.headers.get('location')]).toEqual([302, '/runs'])
  })

  it.each(['https://evil.test/', '//evil.test', '/\\evil.test', 'javascript:alert(1)'])(
    'never leads to %s',
    async (callbackUrl) => {
      const response = await new Browser().signIn(ann.email, PASSWORD, { callbackUrl })
      expect(await response.json()).toEqual({ url: `http://${HOST}/` })
    },
  )

  it('answers a wrong password as the API answers', async () => {
    const browser = new Browser()
    const response = await browser.signIn(ann.email, 'not the password')
    expect(response.status).toBe(401)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(await response.json()).toMatchObject({
      code: 'unauthenticated',
      message: expect.stringContaining('not right'),
    })
    expect(browser.jar.has('next-auth.session-token')).toBe(false)
  })

  it('answers too many attempts with 429 and Retry-After, whatever the client says of its address', async () => {
    const browser = new Browser('198.51.100.77')
    for (let i = 0; i < 10; i++) await browser.signIn(`nobody${i}@example.test`)
    for (const forwarded of ['1.2.3.4', '5.6.7.8']) {
      const headers = { ...FROM_US, 'x-forwarded-for': forwarded, 'x-real-ip': forwarded }
      const response = await browser.post('callback/credentials', { email: ann.email, password: PASSWORD }, headers)
      expect(response.status).toBe(429)
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect((await new Browser().signIn(ann.email)).status).toBe(200)
  })

  it('ends the session that the same browser had before', async () => {
    const browser = new Browser()
    await browser.signIn(ann.email)
    const before = browser.cookie
    await browser.signIn(ann.email)
    expect(await principalOfCookie(before)).toBeNull()
    expect(await principalOfCookie(browser.cookie)).not.toBeNull()
  })
})

describe('another site', () => {
  it.each([
    ['a foreign Origin', { origin: 'http://evil.test' }],
    ['no origin of its own', { origin: 'null' }],
    ['Sec-Fetch-Site cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['a sub-domain', { origin: `http://${HOST}`, 'sec-fetch-site': 'same-site' }],
  ])('cannot sign anybody in or out, seen by %s', async (_name, headers) => {
    const browser = new Browser()
    const fields = { email: ann.email, password: PASSWORD }
    expect((await browser.post('callback/credentials', fields, headers as Record<string, string>)).status).toBe(403)
    await browser.signIn(ann.email)
    expect((await browser.post('signout', {}, headers as Record<string, string>)).status).toBe(403)
    expect(await principalOfCookie(browser.cookie)).not.toBeNull()
  })

  it('has no CSRF token', async () => {
    for (const csrfToken of ['', 'guess', await new Browser().csrfToken()]) {
      const response = await new Browser().signIn(ann.email, PASSWORD, { csrfToken })
      expect(response.status).toBe(403)
      expect(await response.json()).toMatchObject({ code: 'cross_site' })
    }
  })

  it('is not who is no browser, names no origin and has fetched the token', async () => {
    const response = await new Browser().post('callback/credentials', { email: ann.email, password: PASSWORD }, {})
    expect(response.status).toBe(200)
  })
})

describe('the session', () => {
  it('is shown while it stands, and is nothing once it was ended elsewhere', async () => {
    const browser = new Browser()
    await browser.signIn(ann.email)
    expect(await (await browser.send('GET', 'session')).json()).toMatchObject({
      user: { id: ann.id, email: ann.email },
    })
    await prisma().session.updateMany({ where: { userId: ann.id }, data: { revokedAt: new Date() } })
    forgetIdentities()
    expect(await (await browser.send('GET', 'session')).json()).toEqual({})
    expect(browser.jar.has('next-auth.session-token')).toBe(false)
  })

  it('survives being shown: the renewed cookie is the same session', async () => {
    const browser = new Browser()
    await browser.signIn(ann.email)
    const before = await principalOfCookie(browser.cookie)
    await browser.send('GET', 'session')
    expect(await principalOfCookie(browser.cookie)).toEqual(before)
  })

  it('cannot be changed by the client', async () => {
    const browser = new Browser()
    await browser.signIn(ann.email)
    expect((await browser.post('session', { data: '{"sub":"x"}' })).status).toBe(404)
  })

  it('ends for every copy of the cookie when the person signs out', async () => {
    const browser = new Browser()
    await browser.signIn(ann.email)
    const stolen = browser.cookie
    const response = await browser.post('signout', { callbackUrl: '/sign-in' })
    expect(await response.json()).toEqual({ url: `http://${HOST}/sign-in` })
    expect(browser.jar.has('next-auth.session-token')).toBe(false)
    expect(await principalOfCookie(stolen)).toBeNull()
  })
})

describe('what is closed', () => {
  it.each([
    ['GET', 'signout'],
    ['GET', 'callback/credentials'],
    ['POST', 'callback/google'],
    ['POST', 'signin/credentials'],
    ['POST', '_log'],
    ['GET', 'error'],
    ['GET', '__proto__'],
    ['DELETE', 'session'],
  ])('%s %s is nothing', async (method, path) => {
    expect((await new Browser().send(method, path)).status).toBe(404)
  })

  it('a form over 16 KiB', async () => {
    expect((await new Browser().signIn(ann.email, 'x'.repeat(20_000))).status).toBe(413)
  })

  it.each([
    ['text', 'text/plain', '{}', 415],
    ['half a JSON', 'application/json', '{"email":', 400],
    ['a JSON list', 'application/json', '[]', 400],
  ])('%s for a form', async (_name, type, body, status) => {
    const headers = { ...FROM_US, 'content-type': type }
    expect((await new Browser().send('POST', 'callback/credentials', { headers, body })).status).toBe(status)
  })

  it('fields that are not text', async () => {
    const browser = new Browser()
    const body = JSON.stringify({
      csrfToken: await browser.csrfToken(),
      email: { $ne: null },
      password: ['x'],
      json: true,
    })
    const headers = { ...FROM_US, 'content-type': 'application/json' }
    expect((await browser.send('POST', 'callback/credentials', { headers, body })).status).toBe(401)
  })

  it('a cookie of callbacks that is not a URL', async () => {
    const browser = new Browser()
    browser.jar.set('next-auth.callback-url', 'javascript:alert(1)')
    expect((await browser.signIn(ann.email)).status).toBe(200)
  })

  it('the pages of next-auth: its sign-in link leads to ours', async () => {
    const response = await new Browser().send('GET', 'signin?callbackUrl=%2Fruns')
    expect([response.status, response.headers.get('location')]).toEqual([302, '/sign-in?next=%2Fruns'])
    const foreign = await new Browser().send('GET', 'signin?callbackUrl=https%3A%2F%2Fevil.test')
    expect(foreign.headers.get('location')).toBe('/sign-in')
  })
})

describe('set-up', () => {
  it('takes the token and signs the owner in; without it, it is 403', async () => {
    await prisma().team.deleteMany({})
    await prisma().user.deleteMany({})
    const token = (await renewSetupToken()) ?? ''
    const fields = { email: 'first@example.test', name: 'First', password: PASSWORD, teamName: 'Ops' }
    const browser = new Browser()
    expect((await browser.post('callback/set-up', { ...fields, token: 'guess' })).status).toBe(403)
    const invalid = await browser.post('callback/set-up', { ...fields, token, password: 'short' })
    expect(await invalid.json()).toMatchObject({ status: 422, errors: [{ path: 'password' }] })
    expect((await browser.post('callback/set-up', { ...fields, token })).status).toBe(200)
    expect(await principalOfCookie(browser.cookie)).toMatchObject({ email: 'first@example.test', role: 'owner' })
  })
})
