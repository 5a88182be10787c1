import { createHash, randomBytes } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { authenticate, revalidate } from '../../../auth/authenticate'
import { forgetIdentities } from '../../../auth/identities'
import { readClientDocumentsWith } from '../../../auth/oauth/clients'
import { pool } from '../../../db/client'
import { publicUrl } from '../../../env'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { makeSession } from '../../../testing/people'

// Read once per process, so it must stand before anything asks.
vi.hoisted(() => {
  process.env.JWT_SECRET = 's'.repeat(64)
  process.env.JWT_ISSUER = 'https://id.example'
  process.env.JWT_AUDIENCE = 'countersign'
})

let api: TestApi
let tenant: Awaited<ReturnType<typeof makeTenant>>
let cookie: string
const REDIRECT = 'https://agent.example/callback'

beforeAll(async () => {
  api = await openApi()
  tenant = await makeTenant()
  cookie = (await makeSession(tenant.owner)).cookie
})
afterAll(async () => {
  await api.close()
})

const pkce = () => {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** One program for all tests that need no one of their own: registering is limited by the minute. */
let registered: Promise<string> | undefined
const program = () => (registered ??= register())

async function register(redirect_uris = [REDIRECT]): Promise<string> {
  const { body, status } = await api.ask('POST', '/api/oauth/register', {
    json: { client_name: 'Agent', redirect_uris },
  })
  expect(status).toBe(201)
  return body.client_id
}

const person = () => ({ cookie, origin: api.url, 'sec-fetch-site': 'same-origin' })
const asks = (client_id: string, challenge: string, more: object = {}) => ({
  response_type: 'code',
  client_id,
  redirect_uri: REDIRECT,
  code_challenge: challenge,
  code_challenge_method: 'S256',
  state: 'xyz',
  ...more,
})
const consent = (query: object, decision = 'allow', headers: Record<string, string> = person()) =>
  api.ask('POST', '/api/oauth/consent', { headers, json: { ...query, decision } })
const token = (form: Record<string, string>) =>
  api.ask('POST', '/api/oauth/token', {
    text: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })

async function grant(more: object = {}) {
  const client_id = await program()
  const { verifier, challenge } = pkce()
  const { body } = await consent(asks(client_id, challenge, more))
  const back = new URL(body.redirect_to)
  const code = back.searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', client_id, code, redirect_uri: REDIRECT, code_verifier: verifier }
  return { client_id, back, code, form, tokens: await token(form) }
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
const me = (secret: string) => api.ask('GET', '/v1/me', { headers: bearer(secret) })
const HERE = publicUrl()
const whole = () => ({ resource: HERE })

describe('the well-known documents', () => {
  it('lead from the refusal of MCP to the token endpoint', async () => {
    const refused = await api.ask('POST', '/api/mcp', { json: {} })
    const document = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '')?.[1] ?? ''
    const resource = (await api.ask('GET', new URL(document).pathname)).body
    expect(resource).toMatchObject({ resource: `${HERE}/api/mcp`, authorization_servers: [HERE] })
    const server = (await api.ask('GET', '/.well-known/oauth-authorization-server')).body
    expect(server).toMatchObject({
      issuer: HERE,
      authorization_endpoint: `${HERE}/oauth/authorize`,
      token_endpoint: `${HERE}/api/oauth/token`,
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
    })
    expect(server.scopes_supported).not.toContain('admin')
  })
})

describe('registration', () => {
  it.each([
    ['no addresses', { redirect_uris: [] }],
    ['http elsewhere', { redirect_uris: ['http://agent.example/cb'] }],
    ['a script', { redirect_uris: ['javascript:alert(1)'] }],
    ['data', { redirect_uris: ['data:text/html,x'] }],
    ['a fragment', { redirect_uris: ['https://agent.example/#x'] }],
    ['a name in the address', { redirect_uris: ['https://user@agent.example/'] }],
    ['a secret', { redirect_uris: [REDIRECT], token_endpoint_auth_method: 'client_secret_basic' }],
    ['too many', { redirect_uris: Array.from({ length: 11 }, (_, n) => `${REDIRECT}/${n}`) }],
    ['a long name', { client_name: 'x'.repeat(101), redirect_uris: [REDIRECT] }],
    ['no object', 7],
  ])('refuses %s', async (_, json) => {
    expect((await api.ask('POST', '/api/oauth/register', { json })).status).toBe(422)
  })

  it('that nobody uses is forgotten after a day', async () => {
    const client_id = await register()
    await pool().query(`UPDATE oauth_clients SET created_at = now() - interval '25 hours' WHERE client_id = $1`, [
      client_id,
    ])
    expect((await consent(asks(client_id, pkce().challenge))).status).toBe(400)
    await register()
    const { rows } = await pool().query('SELECT 1 FROM oauth_clients WHERE client_id = $1', [client_id])
    expect(rows).toEqual([])
  })
})

describe('consent', () => {
  it('says who asks for what, and gives a code that is worth tokens', async () => {
    const client_id = await program()
    const { challenge } = pkce()
    const query = new URLSearchParams(asks(client_id, challenge, { scope: 'runs:read workflows:execute' }))
    const asked = await api.ask('GET', `/api/oauth/consent?${query}`, { headers: person() })
    expect(asked.body).toMatchObject({
      client: { name: 'Agent', redirect_host: 'agent.example', described_by: null },
      scopes: [{ scope: 'workflows:execute' }, { scope: 'runs:read' }],
    })
    const { back, tokens } = await grant(whole())
    expect([back.origin + back.pathname, back.searchParams.get('state'), back.searchParams.get('iss')]).toEqual([
      REDIRECT,
      'xyz',
      HERE,
    ])
    expect(tokens.body).toMatchObject({
      token_type: 'Bearer',
      access_token: expect.stringMatching(/^cs_at_/),
      refresh_token: expect.stringMatching(/^cs_rt_/),
      expires_in: expect.any(Number),
    })
    expect(tokens.body.expires_in).toBeLessThanOrEqual(900)
    expect((await me(tokens.body.access_token)).body).toMatchObject({
      kind: 'oauth',
      email: tenant.owner.email,
      scopes: ['workflows:read', 'workflows:execute', 'runs:read', 'runs:write'],
      team: { id: tenant.team.id },
    })
  })

  it('that is denied says so to the program', async () => {
    const { body } = await consent(asks(await program(), pkce().challenge), 'deny')
    expect(new URL(body.redirect_to).searchParams.get('error')).toBe('access_denied')
  })

  it('never leads to an address that was not registered', async () => {
    const client_id = await program()
    for (const redirect_uri of ['https://evil.example/', `${REDIRECT}/more`, 'http://localhost/cb', 'nonsense']) {
      const answer = await consent(asks(client_id, pkce().challenge, { redirect_uri }))
      expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, 'redirect_uri'])
    }
    expect((await consent(asks('cs_client_unknown', pkce().challenge))).body.errors[0].path).toBe('client_id')
  })

  it('takes any port of this machine for a program that registered one', async () => {
    const client_id = await register(['http://127.0.0.1/cb'])
    const { body } = await consent(asks(client_id, pkce().challenge, { redirect_uri: 'http://127.0.0.1:51234/cb' }))
    expect(body.redirect_to).toMatch(/^http:\/\/127\.0\.0\.1:51234\/cb\?/)
  })

  it.each([
    ['no challenge', { code_challenge: undefined }],
    ['a plain challenge', { code_challenge_method: 'plain' }],
    ['another response type', { response_type: 'token' }],
    ['a scope for people only', { scope: 'admin' }],
    ['an unknown scope', { scope: 'runs:read everything' }],
    ['another audience', { resource: 'https://elsewhere.example' }],
  ])('refuses %s', async (_, more) => {
    expect((await consent(asks(await program(), pkce().challenge, more))).status).toBeGreaterThanOrEqual(400)
  })

  it('is given by people in their own browser only: no key, no program, no other site', async () => {
    const query = asks(await program(), pkce().challenge)
    expect((await consent(query, 'allow', { 'x-api-key': tenant.key })).status).toBe(403)
    expect(
      (await consent(query, 'allow', { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }))
        .status,
    ).toBe(403)
    expect((await consent(query, 'allow', {})).status).toBe(401)
    const { tokens } = await grant(whole())
    expect((await consent(query, 'allow', bearer(tokens.body.access_token))).status).toBe(403)
  })
})

describe('the token endpoint', () => {
  it('takes a code once; a second use ends what the first gave', async () => {
    const { form, tokens } = await grant(whole())
    const again = await token(form)
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant'])
    forgetIdentities()
    expect((await me(tokens.body.access_token)).status).toBe(401)
  })

  it.each([
    ['another verifier', { code_verifier: randomBytes(32).toString('base64url') }],
    ['no verifier', { code_verifier: '' }],
    ['another address', { redirect_uri: 'https://agent.example/other' }],
    ['another program', { client_id: 'someone-else' }],
    ['another grant type', { grant_type: 'password' }],
    ['an unknown code', { code: 'cs_ac_nothing' }],
  ])('refuses %s', async (_, change) => {
    const client_id = await program()
    const { verifier, challenge } = pkce()
    const { body } = await consent(asks(client_id, challenge))
    const code = new URL(body.redirect_to).searchParams.get('code') ?? ''
    const form = {
      grant_type: 'authorization_code',
      client_id,
      code,
      redirect_uri: REDIRECT,
      code_verifier: verifier,
      ...change,
    }
    const answer = await token(form)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.body.error).toMatch(/^(invalid_|unsupported_)/)
  })

  it('turns refresh tokens round: each is good once, and a second use ends the grant', async () => {
    const { client_id, tokens } = await grant(whole())
    const refresh = (refresh_token: string) => token({ grant_type: 'refresh_token', client_id, refresh_token })
    const second = await refresh(tokens.body.refresh_token)
    expect(second.status).toBe(200)
    expect(second.body.refresh_token).not.toBe(tokens.body.refresh_token)
    expect((await me(second.body.access_token)).status).toBe(200)
    expect((await refresh(tokens.body.refresh_token)).body.error).toBe('invalid_grant')
    forgetIdentities()
    expect((await me(second.body.access_token)).status).toBe(401)
    expect((await refresh(second.body.refresh_token)).status).toBe(400)
  })

  it('belongs to the program that was allowed', async () => {
    const { tokens } = await grant()
    const answer = await token({
      grant_type: 'refresh_token',
      client_id: await register(),
      refresh_token: tokens.body.refresh_token,
    })
    expect(answer.body.error).toMatch(/invalid_/)
  })

  it('reads forms only', async () => {
    expect((await api.ask('POST', '/api/oauth/token', { json: {} })).status).toBe(415)
  })
})

describe('an access token', () => {
  it('is good at its audience alone', async () => {
    const { tokens } = await grant()
    expect((await me(tokens.body.access_token)).status).toBe(401)
    const json = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }
    const headers = { ...bearer(tokens.body.access_token), accept: 'application/json, text/event-stream' }
    expect((await api.ask('POST', '/api/mcp', { json, headers })).status).toBe(200)
  })

  it('may do what the person may, and no more than was allowed', async () => {
    const { tokens } = await grant({ ...whole(), scope: 'workflows:read' })
    const headers = bearer(tokens.body.access_token)
    expect((await api.ask('GET', '/v1/workflows', { headers })).status).toBe(200)
    expect((await api.ask('POST', '/v1/workflows', { headers, json: { name: 'x' } })).body).toMatchObject({
      status: 403,
      scope: 'workflows:write',
    })
  })

  it('ends with its time, its grant, and the membership behind it', async () => {
    const one = await grant(whole())
    await pool().query(`UPDATE oauth_tokens SET expires_at = now() WHERE kind = 'access'`)
    forgetIdentities()
    expect((await me(one.tokens.body.access_token)).status).toBe(401)

    const two = await grant(whole())
    expect(
      (
        await api.ask('POST', '/api/oauth/revoke', {
          text: `token=${two.tokens.body.refresh_token}`,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).toBe(200)
    forgetIdentities()
    expect((await me(two.tokens.body.access_token)).status).toBe(401)

    const three = await grant(whole())
    await pool().query('UPDATE users SET disabled_at = now() WHERE id = $1', [tenant.owner.id])
    forgetIdentities()
    expect((await me(three.tokens.body.access_token)).status).toBe(401)
    await pool().query('UPDATE users SET disabled_at = NULL WHERE id = $1', [tenant.owner.id])
    forgetIdentities()
  })

  it('is stored as a hash only', async () => {
    const { tokens, code } = await grant()
    const { rows } = await pool().query('SELECT t::text AS row FROM oauth_tokens t')
    const stored = rows.map(({ row }) => row).join('\n')
    for (const secret of [tokens.body.access_token, tokens.body.refresh_token, code])
      expect(stored).not.toContain(secret)
  })
})

describe('a client that is described by a document', () => {
  it('is taken when the document names itself', async () => {
    const id = 'https://agent.example/client.json'
    readClientDocumentsWith(async (url) => ({
      status: 200,
      body: { client_id: url, client_name: 'Described', redirect_uris: [REDIRECT] },
    }))
    const query = new URLSearchParams(asks(id, pkce().challenge))
    expect((await api.ask('GET', `/api/oauth/consent?${query}`, { headers: person() })).body.client).toEqual({
      name: 'Described',
      redirect_host: 'agent.example',
      described_by: 'agent.example',
    })
  })

  it.each([
    [
      'names another',
      'https://other.example/a.json',
      { status: 200, body: { client_id: 'https://x.example/', client_name: 'x', redirect_uris: [REDIRECT] } },
    ],
    ['is not there', 'https://other.example/b.json', { status: 404, body: null }],
    ['is no document', 'https://other.example/c.json', { status: 200, body: 'hello' }],
  ])('is refused when it %s', async (_, id, document) => {
    readClientDocumentsWith(async () => document)
    expect((await consent(asks(id, pkce().challenge))).status).toBe(400)
  })
})

describe('a JWT of another provider', () => {
  const secret = new TextEncoder().encode('s'.repeat(64))
  const sign = (claims: object = {}, change: (jwt: SignJWT) => SignJWT = (jwt) => jwt, key: Uint8Array = secret) =>
    change(
      new SignJWT({ email: tenant.owner.email, email_verified: true, scope: 'workflows:read', ...claims })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer('https://id.example')
        .setAudience('countersign')
        .setExpirationTime('5m'),
    ).sign(key)

  const signAs = (alg: string) =>
    new SignJWT({ email: tenant.owner.email, email_verified: true })
      .setProtectedHeader({ alg })
      .setIssuer('https://id.example')
      .setAudience('countersign')
      .setExpirationTime('5m')
      .sign(secret)

  it('speaks for the member whose address it names, within its scopes', async () => {
    const headers = bearer(await sign())
    expect((await me(await sign())).body).toMatchObject({ email: tenant.owner.email, scopes: ['workflows:read'] })
    expect((await api.ask('POST', '/v1/workflows', { headers, json: { name: 'x' } })).status).toBe(403)
  })

  it('still speaks for them while a stream is open, until it or the membership ends', async () => {
    const headers = new Headers(bearer(await sign()))
    const principal = await authenticate({ headers, method: 'GET' })
    expect(await revalidate(principal)).toBe(true)
    expect(await revalidate({ ...principal, role: 'viewer' })).toBe(false)
    expect(await revalidate({ ...principal, jwtEndsAtMs: Date.now() })).toBe(false)
  })

  it.each([
    ['another issuer', async () => sign({}, (jwt) => jwt.setIssuer('https://evil.example'))],
    ['another audience', async () => sign({}, (jwt) => jwt.setAudience('other'))],
    [
      'no end',
      async () =>
        new SignJWT({ email: tenant.owner.email, email_verified: true })
          .setProtectedHeader({ alg: 'HS256' })
          .setIssuer('https://id.example')
          .setAudience('countersign')
          .sign(secret),
    ],
    ['an end long past', async () => sign({}, (jwt) => jwt.setExpirationTime('-5m'))],
    ['another key', async () => sign({}, (jwt) => jwt, new TextEncoder().encode('x'.repeat(40)))],
    ['another algorithm', async () => signAs('HS512')],
    [
      'no algorithm',
      async () =>
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ email: tenant.owner.email })).toString('base64url')}.`,
    ],
    ['an address that is not verified', async () => sign({ email_verified: false })],
    ['an address that nobody says is verified', async () => sign({ email_verified: undefined })],
    ['nobody of ours', async () => sign({ email: 'nobody@nowhere.example' })],
    ['another team', async () => sign({ team_id: '00000000-0000-0000-0000-000000000000' })],
  ])('is refused with %s', async (_, make) => {
    expect((await me(await make())).status).toBe(401)
  })
})
