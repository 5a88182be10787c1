import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { IDENTITY_TTL_MS } from '../../../auth/identities'
import { hashOAuthSecret, newOAuthSecret } from '../../../auth/oauth/tokens'
import { prisma } from '../../../db/client'
import { insertOAuthGrant, insertOAuthToken } from '../../../db/oauth'
import { publicUrl } from '../../../env'
import { REVALIDATE_MS } from '../../../live/sse'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { makeKey, makePerson, makeSession, type TestPerson } from '../../../testing/people'
import { atRest, waitForRun } from '../../../testing/runs'
import { startWorker } from '../../../worker/main'

// Read once per process, so it must stand before anything asks.
vi.hoisted(() => {
  process.env.JWT_SECRET = 's'.repeat(64)
  process.env.JWT_ISSUER = 'https://id.example'
  process.env.JWT_AUDIENCE = 'countersign'
})

/** What was promised: whatever opened a door opens it no more after this long. */
const FELT_WITHIN_MS = 5_000

interface Credential {
  person: TestPerson
  headers: Record<string, string>
  /** The row that stands for it. */
  id: string
}

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let tenant: Awaited<ReturnType<typeof makeTenant>>
let runId: string

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker({})
  tenant = await makeTenant()
  const make = async (path: string, json: object) => (await api.ask('POST', path, { key: tenant.key, json })).body.id
  const id = await make('/v1/workflows', {
    name: 'Waits',
    definition: draw(['start>approval', 'approval:approved>end']),
  })
  await make(`/v1/workflows/${id}/publish`, {})
  runId = await make(`/v1/workflows/${id}/runs`, {})
  await waitForRun(runId, atRest)
})
afterAll(async () => {
  await worker.stop(2_000)
  await api.close()
})

const credentials: Record<string, (person: TestPerson) => Promise<Omit<Credential, 'person'>>> = {
  key: async (person) => {
    const { id, secret } = await makeKey(person, ['admin'])
    return { id, headers: { 'x-api-key': secret } }
  },
  session: async (person) => {
    const { id, cookie } = await makeSession(person)
    return { id, headers: { cookie, origin: api.url, 'sec-fetch-site': 'same-origin' } }
  },
  grant: async (person) => {
    const names = { clientId: 'x', clientName: 'Program', userId: person.id, teamId: person.team.id }
    const scopes = ['workflows:write', 'runs:read']
    const id = await insertOAuthGrant({ ...names, scopes, resource: publicUrl() })
    const secret = newOAuthSecret('access')
    const expiresAt = new Date(Date.now() + 3_600_000)
    await insertOAuthToken({ hash: hashOAuthSecret(secret), grantId: id, kind: 'access', expiresAt })
    return { id, headers: { authorization: `Bearer ${secret}` } }
  },
  jwt: async (person) => {
    const claims = { email: person.email, email_verified: true, scope: 'workflows:write runs:read' }
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('https://id.example')
      .setAudience('countersign')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode('s'.repeat(64)))
    return { id: person.id, headers: { authorization: `Bearer ${token}` } }
  },
}

/** How a right is lost. Written into the database as another process would: nothing here is told. */
const losses: Record<string, (of: Credential) => Promise<unknown>> = {
  'the key is revoked': ({ id }) => prisma().apiKey.update({ where: { id }, data: { revokedAt: new Date() } }),
  'the key expires': ({ id }) => prisma().apiKey.update({ where: { id }, data: { expiresAt: new Date() } }),
  'the session is ended': ({ id }) => prisma().session.update({ where: { id }, data: { revokedAt: new Date() } }),
  'the consent is ended': ({ id }) => prisma().oAuthGrant.update({ where: { id }, data: { revokedAt: new Date() } }),
  'the member is removed': ({ person }) => prisma().membership.deleteMany({ where: { userId: person.id } }),
  'the person is disabled': ({ person }) =>
    prisma().user.update({ where: { id: person.id }, data: { disabledAt: new Date() } }),
  'the role is lowered': ({ person }) =>
    prisma().membership.updateMany({ where: { userId: person.id }, data: { role: 'viewer' } }),
}

const everybody = ['key', 'session', 'grant', 'jwt']
const cases = Object.entries({
  'the key is revoked': ['key'],
  'the key expires': ['key'],
  'the session is ended': ['session'],
  'the consent is ended': ['grant'],
  'the member is removed': everybody,
  'the person is disabled': everybody,
  'the role is lowered': everybody,
}).flatMap(([loss, kinds]) => kinds.map((kind) => ({ loss, kind })))

/** Something that takes a right to change things, refused by its fields before anything is changed. */
const change = async ({ headers }: Credential) => (await api.ask('POST', '/v1/workflows', { headers, json: {} })).status

async function changeByTool({ headers }: Credential): Promise<string | number> {
  const { status, body } = await api.ask('POST', '/api/mcp', {
    headers: { ...headers, accept: 'application/json, text/event-stream' },
    json: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'create_workflow', arguments: { name: '' } } },
  })
  if (status !== 200) return status
  const message = typeof body === 'string' ? JSON.parse(/^data: (\{.*)$/m.exec(body)?.[1] ?? '') : body
  return JSON.parse(message.result.content[0].text).status
}

/** The status of an event stream, a promise of its end, and how to leave it. */
async function follow({ headers }: Credential): Promise<{ status: number; ended: Promise<unknown>; leave(): void }> {
  const leaving = new AbortController()
  const response = await fetch(`${api.url}/v1/runs/${runId}/events`, {
    headers: { ...headers, accept: 'text/event-stream' },
    signal: leaving.signal,
  })
  const ended = response.text().catch((error: unknown) => error)
  return { status: response.status, ended, leave: () => leaving.abort() }
}

describe('a right that was lost', () => {
  it('is asked for again often enough', () => {
    expect(IDENTITY_TTL_MS).toBeLessThanOrEqual(FELT_WITHIN_MS)
    // A stream asks what is remembered for as long as that.
    expect(REVALIDATE_MS + IDENTITY_TTL_MS).toBeLessThanOrEqual(FELT_WITHIN_MS)
  })

  it.concurrent.for(cases)('is felt at every door: $loss, $kind', async ({ loss, kind }, { expect }) => {
    const person = await makePerson(tenant.team, 'owner')
    const credential = { person, ...((await credentials[kind]?.(person)) as Omit<Credential, 'person'>) }
    // A cookie opens no tool.
    const byTool = kind === 'session' ? [] : [changeByTool]
    const stream = await follow(credential)
    expect(stream.status).toBe(200)
    for (const ask of [change, ...byTool]) expect(await ask(credential)).toBe(422)

    await losses[loss]?.(credential)

    const refused = loss === 'the role is lowered' ? 403 : 401
    for (const ask of [change, ...byTool]) {
      await expect.poll(() => ask(credential), { timeout: 45_000, interval: 100 }).toBe(refused)
    }
    expect(await stream.ended).toEqual(expect.any(String))
    // And it stays so.
    for (const ask of [change, ...byTool]) expect(await ask(credential)).toBe(refused)
    const again = await follow(credential)
    expect(again.status).toBe(refused === 401 ? 401 : 200) // a viewer reads
    again.leave()
  })
})
