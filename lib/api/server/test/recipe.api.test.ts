import { request } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { forgetIdentities } from '../../../auth/identities'
import { prisma } from '../../../db/client'
import { AppError } from '../../../errors'
import { newId } from '../../../ids'
import { keyWith, makeTenant, NEXT, openApi, type TestApi } from '../../../testing/api'
import { makeKey, makeSession, type TestPerson, type TestTeam } from '../../../testing/people'
import { contract } from '../../contracts/contract'
import { defineRoute } from '../define-route'
import { routes } from '../routes'

let api: TestApi
let key: string
let team: TestTeam
let owner: TestPerson

const failing = (id: string, error: () => unknown) =>
  defineRoute(
    contract({
      id,
      method: 'GET',
      path: `/failing/${id}` as `/${string}`,
      permission: 'self:read',
      tag: 'Test',
      summary: '',
      response: z.unknown(),
    }),
    async () => {
      throw error()
    },
  )

beforeAll(async () => {
  api = await openApi([
    ...routes,
    failing('bug', () => new Error('SELECT secret FROM /srv/countersign/lib/db/x.ts')),
    failing(
      'refusal',
      () =>
        new AppError('rate_limited', 'Slow down.', { retryAfterSeconds: 1.2, extra: { status: 999, level: 'team' } }),
    ),
    failing('outage', () => Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' })),
    failing('wrapped', () => new Error('prisma', { cause: Object.assign(new Error('x'), { originalCode: '57P01' }) })),
  ])
  const tenant = await makeTenant()
  key = tenant.key
  team = tenant.team
  owner = tenant.owner
})
afterAll(() => api.close())

const create = (json: unknown, headers?: Record<string, string>) =>
  api.ask('POST', '/v1/workflows', { key, json, headers })

/** A request as bytes on a socket; answers everything that comes back. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(api.url)
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text))
    let got = ''
    socket.on('data', (chunk) => (got += chunk))
    socket.on('close', () => resolve(got))
    socket.on('error', reject)
  })
}

describe('400', () => {
  it.each([
    ['broken JSON', '{"name":'],
    ['no body', ''],
    ['invalid UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
    ['nesting without end', `{"name":${'['.repeat(5_000)}`],
    ['a prototype', '{"name":"x","tags":[],"__proto__":{"id":"x"}}'],
  ])('for %s in a body', async (_, text) => {
    const { status, body, headers } = await api.ask('POST', '/v1/workflows', { key, text })
    expect(status).toBe(400)
    expect(body.code).toBe('invalid_json')
    expect(headers.get('content-type')).toContain('application/problem+json')
  })

  it('for a malformed id, naming the parameter', async () => {
    expect(await api.ask('GET', '/v1/workflows/nonsense', { key })).toMatchObject({
      status: 400,
      body: { code: 'invalid_id', errors: [{ path: 'workflow_id' }] },
    })
  })

  it('for a query given twice or with U+0000', async () => {
    expect((await api.ask('GET', '/v1/runs?limit=1&limit=2', { key })).body).toMatchObject({
      status: 400,
      errors: [{ path: 'query.limit' }],
    })
    expect((await api.ask('GET', '/v1/workflows?search=%00', { key })).body).toMatchObject({
      status: 400,
      errors: [{ path: 'query.search' }],
    })
  })

  it('for a request target that is no path, or a Host that is none', async () => {
    expect(await raw('GET http://elsewhere.example/v1/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*invalid_request/,
    )
    expect(await raw('GET /v1/me HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })
})

describe('401', () => {
  it('without a key, with the scheme to use', async () => {
    const { status, headers, body } = await api.ask('GET', '/v1/me')
    expect(status).toBe(401)
    expect(headers.get('www-authenticate')).toBe('Bearer realm="countersign"')
    expect(body.code).toBe('unauthenticated')
  })

  it('for a revoked key', async () => {
    const made = await makeKey(owner)
    expect((await api.ask('GET', '/v1/me', { key: made.secret })).status).toBe(200)
    expect((await api.ask('DELETE', `/v1/keys/${made.id}`, { key })).status).toBe(204)
    expect((await api.ask('GET', '/v1/me', { key: made.secret })).status).toBe(401)
  })

  it('before anything is said about the request itself', async () => {
    expect((await api.ask('POST', '/v1/workflows', { text: '{{{{' })).status).toBe(401)
    expect((await api.ask('GET', '/v1/workflows/nonsense')).status).toBe(401)
  })

  it('for a key in the query string', async () => {
    expect((await api.ask('GET', `/v1/me?api_key=${key}`)).status).toBe(401)
  })
})

describe('403', () => {
  it('names the scope that a key lacks', async () => {
    const reader = await keyWith(team, ['workflows:read'])
    const { status, body } = await api.ask('POST', '/v1/workflows', { key: reader, json: { name: 'x' } })
    expect(status).toBe(403)
    expect(body).toMatchObject({ code: 'insufficient_scope', scope: 'workflows:write' })
    expect(body.message).toContain('workflows:write')
  })

  it('names the role that does not allow it', async () => {
    const viewer = await keyWith(team, ['admin'], 'viewer')
    expect((await api.ask('POST', '/v1/workflows', { key: viewer, json: { name: 'x' } })).body).toMatchObject({
      status: 403,
      code: 'forbidden',
      role: 'viewer',
    })
  })

  it('for a change by cookie from another site, and not for one from our own pages', async () => {
    const { cookie } = await makeSession(owner)
    const headers = (origin: string) => ({ cookie, origin, host: new URL(api.url).host })
    const json = { name: 'by cookie' }
    expect((await api.ask('POST', '/v1/workflows', { headers: headers('https://evil.example'), json })).status).toBe(
      403,
    )
    expect((await api.ask('POST', '/v1/workflows', { headers: { cookie }, json })).status).toBe(403)
    expect((await api.ask('POST', '/v1/workflows', { headers: headers(api.url), json })).status).toBe(201)
  })
})

describe('404 and 405', () => {
  it.each([
    '/v1',
    '/v1/',
    '/v1/nothing',
    '/api/v1/nothing',
    '/v1/workflows/',
    '/v1/workflows//runs',
    '/v1/runs/..%2fworkflows',
  ])('answers %s itself, as a problem', async (path) => {
    const { status, body } = await api.ask('GET', path, { key })
    expect([400, 404]).toContain(status)
    expect(body.request_id).toMatch(/./)
  })

  it.each([
    '/',
    '/workflows',
    '/V1/workflows',
    '/api/V1/workflows',
    '//v1/workflows',
    '/api/health/',
    '/v1x',
    '/api/auth/session',
  ])('leaves %s to the pages', async (path) => {
    expect((await api.ask('GET', path, { key })).status).toBe(NEXT)
  })

  it('names the methods that a path knows', async () => {
    const { status, headers, body } = await api.ask('PUT', '/v1/workflows', { key })
    expect(status).toBe(405)
    expect(headers.get('allow')).toBe('GET, HEAD, POST')
    expect(body.code).toBe('method_not_allowed')
  })

  it('takes no other method for the one that was sent', async () => {
    const headers = { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' }
    const made = await create({ name: 'stays' })
    await api.ask('POST', `/v1/workflows/${made.body.id}/validate?_method=DELETE`, { key, headers, json: {} })
    expect((await api.ask('GET', `/v1/workflows/${made.body.id}`, { key, headers })).status).toBe(200)
  })
})

describe('413 and 415', () => {
  it('refuses a large body by its declared length, before it is sent', async () => {
    const { status, body, headers } = await new Promise<{
      status: number
      body: string
      headers: Record<string, unknown>
    }>((resolve, reject) => {
      const sending = request(`${api.url}/v1/workflows`, {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/json', 'content-length': 1_048_577 },
      })
      sending.on('error', reject)
      sending.on('response', (response) => {
        let text = ''
        response.on('data', (chunk) => (text += chunk))
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers })
          sending.destroy()
        })
      })
      sending.flushHeaders()
    })
    expect(status).toBe(413)
    expect(JSON.parse(body)).toMatchObject({ code: 'payload_too_large', message: 'The body is larger than 1 MiB.' })
    expect(headers.connection).toBe('close')
  })

  it('counts a body that declares no length, and takes one of exactly the limit', async () => {
    const chunked = (bytes: number) =>
      fetch(`${api.url}/v1/workflows`, {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/json' },
        body: new ReadableStream({
          start(controller) {
            const text = JSON.stringify({ name: '' }).padEnd(bytes, ' ')
            for (let at = 0; at < bytes; at += 65_536)
              controller.enqueue(new TextEncoder().encode(text.slice(at, at + 65_536)))
            controller.close()
          },
        }),
        duplex: 'half',
      } as RequestInit)
    expect((await chunked(1_048_577)).status).toBe(413)
    expect((await chunked(1_048_576)).status).toBe(422)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', 'application/jsonp'])(
    'takes no body as %s',
    async (type) => {
      const { status, body } = await create({ name: 'x' }, { 'content-type': type })
      expect([status, body.code]).toEqual([415, 'unsupported_media_type'])
    },
  )

  it.each(['application/json; charset=utf-8', 'application/merge-patch+json', 'Application/JSON;Charset="UTF-8"'])(
    'takes a body as %s',
    async (type) => {
      expect((await create({ name: 'x' }, { 'content-type': type })).status).toBe(201)
    },
  )
})

describe('422', () => {
  it('names every unknown field and every wrong one by its path', async () => {
    const { status, body } = await create({ name: 5, id: newId(), team_id: newId(), tags: ['', 3] })
    expect(status).toBe(422)
    expect(body.code).toBe('validation_failed')
    expect(body.errors.map((error: { path: string }) => error.path).sort()).toEqual([
      'id',
      'name',
      'tags.0',
      'tags.1',
      'team_id',
    ])
    expect(body.errors.find((error: { path: string }) => error.path === 'id').message).toBe('unknown field')
  })

  it('names a wrong query parameter', async () => {
    const { body } = await api.ask('GET', '/v1/runs?limit=0', { key })
    expect(body).toMatchObject({ status: 422, errors: [{ path: 'query.limit' }] })
  })

  it('is not fooled by an array for an object', async () => {
    expect((await api.ask('POST', '/v1/workflows', { key, text: '[]' })).status).toBe(422)
  })
})

describe('5xx', () => {
  it('tells nothing of a fault of ours but the request id', async () => {
    const { status, body } = await api.ask('GET', '/v1/failing/bug', { key, headers: { 'x-request-id': 'abc-1' } })
    expect(status).toBe(500)
    expect(body).toMatchObject({ code: 'internal', request_id: 'abc-1', errors: [] })
    expect(JSON.stringify(body)).not.toMatch(/SELECT|work|\.ts|Error/)
  })

  it.each(['outage', 'wrapped'])('asks to try again when the database is away (%s)', async (id) => {
    const { status, headers, body } = await api.ask('GET', `/v1/failing/${id}`, { key })
    expect([status, headers.get('retry-after')]).toEqual([503, '2'])
    expect(JSON.stringify(body)).not.toContain('10.1.2.3')
  })
})

describe('every answer', () => {
  it('is private, not sniffed, not framed, and carries its budget', async () => {
    const { headers } = await api.ask('GET', '/v1/me', { key })
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(Number(headers.get('ratelimit-remaining'))).toBeLessThan(Number(headers.get('ratelimit-limit')))
    expect(Number(headers.get('ratelimit-reset'))).toBeLessThanOrEqual(60)
  })

  it('echoes a sane request id and replaces any other', async () => {
    const idFor = async (id: string) =>
      (await api.ask('GET', '/v1/me', { key, headers: { 'x-request-id': id } })).headers.get('x-request-id')
    expect(await idFor('build-7.retry_2')).toBe('build-7.retry_2')
    expect(await idFor('<script>')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await idFor('x'.repeat(200))).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('keeps its own members when a refusal adds some', async () => {
    const { status, headers, body } = await api.ask('GET', '/v1/failing/refusal', { key })
    expect([status, headers.get('retry-after')]).toEqual([429, '2'])
    expect(body).toMatchObject({ status: 429, level: 'team' })
  })

  it('to HEAD has the headers of GET and no body', async () => {
    const got = await api.ask('GET', '/v1/me', { key })
    const { status, headers, body } = await api.ask('HEAD', '/v1/me', { key })
    expect([status, body]).toEqual([200, ''])
    expect(headers.get('content-length')).toBe(got.headers.get('content-length'))
  })
})

describe('a caller whose role changes', () => {
  it('has the new role on the next call', async () => {
    const editor = await keyWith(team, ['admin'], 'editor')
    expect((await api.ask('POST', '/v1/workflows', { key: editor, json: { name: 'before' } })).status).toBe(201)
    const me = await api.ask('GET', '/v1/me', { key: editor })
    await prisma().membership.updateMany({
      where: { user: { apiKeys: { some: { id: me.body.id } } } },
      data: { role: 'viewer' },
    })
    forgetIdentities()
    expect((await api.ask('POST', '/v1/workflows', { key: editor, json: { name: 'after' } })).status).toBe(403)
  })
})
