import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import type { Route } from '../route'
import { routes } from '../routes'

/** Where the keys of the provider of JWTs would be; what is answered there, each test says. */
const provider = await vi.hoisted(async () => {
  const http = await import('node:http')
  const made = { server: http.createServer((incoming, outgoing) => made.answer(incoming, outgoing)), answer: hangUp }
  function hangUp(incoming: IncomingMessage, _outgoing: ServerResponse): void {
    incoming.socket.destroy()
  }
  await new Promise<void>((resolve) => made.server.listen(0, '127.0.0.1', resolve))
  process.env.JWT_JWKS_URL = `http://127.0.0.1:${(made.server.address() as AddressInfo).port}/keys`
  process.env.JWT_ISSUER = 'https://id.example'
  process.env.JWT_AUDIENCE = 'countersign'
  return made
})

let api: TestApi
let tenant: Awaited<ReturnType<typeof makeTenant>>

beforeAll(async () => {
  api = await openApi()
  tenant = await makeTenant()
})
afterAll(async () => {
  provider.server.close()
  await api.close()
})

const json =
  (body: unknown, status = 200): RequestListener =>
  (_, outgoing) => {
    outgoing.writeHead(status, { 'content-type': 'application/json' })
    outgoing.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

async function token(header: { alg: string; kid?: string }, key = 's'.repeat(64)): Promise<string> {
  return new SignJWT({ email: tenant.owner.email, email_verified: true, scope: 'admin' })
    .setProtectedHeader(header)
    .setIssuer('https://id.example')
    .setAudience('countersign')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(key))
}

/** The same claims with a header that asks not to be checked. */
async function unsigned(): Promise<string> {
  const [, claims] = (await token({ alg: 'HS256' })).split('.')
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url')
  return `${header}.${claims}.AAAA`
}

/** As a provider would sign with a key that it does not publish. */
async function bySomebody(): Promise<string> {
  const { privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  return new SignJWT({ email: tenant.owner.email, email_verified: true })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setIssuer('https://id.example')
    .setAudience('countersign')
    .setExpirationTime('1h')
    .sign(privateKey)
}

const guarded = routes.filter(({ permission }) => permission !== 'public')
const statuses = async (jwt: string) => {
  const headers = { authorization: `Bearer ${jwt}` }
  const call = (route: Route) =>
    api.ask(route.method, (route.paths[0] ?? '').replace(/\{\w+\}/g, '01890000-0000-7000-8000-000000000000'), {
      headers,
    })
  return [...new Set((await Promise.all(guarded.map(call))).map(({ status }) => status))]
}

describe('a provider of JWTs that is not well lets nobody in', () => {
  it('when nothing answers, and says that it is not the token', async () => {
    expect(await statuses(await bySomebody())).toEqual([503])
    const { body, headers } = await api.ask('GET', '/v1/me', {
      headers: { authorization: `Bearer ${await bySomebody()}` },
    })
    expect(body).toMatchObject({ code: 'unavailable', message: expect.stringContaining('identity provider') })
    expect(headers.get('retry-after')).toBe('5')
  })

  it.each([
    ['fails', json({ error: 'x' }, 500), [503]],
    ['asks to look elsewhere', json('', 302), [503]],
    ['answers with a page', json('<html>sign in</html>'), [503]],
    ['answers with something else', json({ keys: 'none' }), [503]],
    ['has no keys', json({ keys: [] }), [401]],
    ['publishes a secret', json({ keys: [{ kty: 'oct', kid: 'one', alg: 'HS256', k: 'c3M' }] }), [401]],
  ] as const)('when it %s', async (_, listener, expected) => {
    provider.answer = listener
    expect(await statuses(await bySomebody())).toEqual(expected)
    // And what is not signed as it must be is refused whatever the provider says.
    for (const jwt of [await unsigned(), await token({ alg: 'HS256', kid: 'one' })])
      expect(await statuses(jwt)).toEqual([401])
  })

  it('while keys of our own go on', async () => {
    expect((await api.ask('GET', '/v1/me', { key: tenant.key })).status).toBe(200)
  })
})
