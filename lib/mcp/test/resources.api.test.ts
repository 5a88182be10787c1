import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId, toOrchestration, toPrefixed } from '../../ids'
import { keyWith, makeTenant, openApi, type TestApi } from '../../testing/api'
import { draw } from '../../testing/definition'
import { makeKey } from '../../testing/people'
import { atRest, waitForRun } from '../../testing/runs'
import { startWorker } from '../../worker/main'
import { makeMcpRoutes } from '../route'
import { makeFixtureServer } from './fixture-server'

let api: TestApi
let tenant: Awaited<ReturnType<typeof makeTenant>>
let worker: Awaited<ReturnType<typeof startWorker>>
let workflowId: string
const ends: (() => unknown)[] = []

beforeAll(async () => {
  api = await openApi()
  tenant = await makeTenant()
  worker = await startWorker({})
  const json = { name: 'Order', definition: draw(['start>input', 'input>end'], ASKS) }
  workflowId = (await api.ask('POST', '/v1/workflows', { key: tenant.key, json })).body.id
  await api.ask('POST', `/v1/workflows/${workflowId}/publish`, { key: tenant.key })
})
afterEach(() => Promise.all(ends.splice(0).map((end) => end())))
afterAll(async () => {
  await worker.stop(2_000)
  await api.close()
})

const ASKS = { input: { config: { prompt: 'Size?', schema: { type: 'object', properties: {} } } } }
const uriOf = (runId: string) => `countersign://runs/${runId}`

/** A run that waits for an answer, with nobody at work on it. */
async function startRun(): Promise<string> {
  const { body } = await api.ask('POST', `/v1/workflows/${workflowId}/runs`, { key: tenant.key, json: {} })
  await waitForRun(body.id, atRest)
  return body.id
}

/** Answers it over REST; the run is completed then. */
async function answer(runId: string) {
  const json = { command: 'data', data: {}, wait: 20 }
  const { body } = await api.ask('POST', `/v1/runs/${runId}/commands`, { key: tenant.key, json })
  expect(body.status).toBe('completed')
}

/** The official client, with the addresses that it was told of. */
async function connect({ key = tenant.key, mode = 'legacy', url = api.url }: Connecting = {}) {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } })
  const heard: string[] = []
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri))
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/api/mcp`), {
    requestInit: { headers: { Authorization: `Bearer ${key}` } },
  })
  await client.connect(transport)
  ends.push(() => client.close())
  const hears = (uri: string) => vi.waitUntil(() => heard.includes(uri), { timeout: 20_000 })
  return { client, heard, hears, sessionId: transport.sessionId ?? '' }
}
interface Connecting {
  key?: string
  mode?: 'legacy' | { pin: string }
  url?: string
}

/** The stream of a session as it is on the wire: its messages, and null at its end. */
async function openStream(key: string, sessionId: string, headers: Record<string, string> = {}) {
  const leaving = new AbortController()
  const { status, body } = await fetch(`${api.url}/api/mcp`, {
    headers: { 'x-api-key': key, accept: 'text/event-stream', 'mcp-session-id': sessionId, ...headers },
    signal: leaving.signal,
  })
  ends.push(() => leaving.abort())
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  reader?.closed.catch(() => undefined) // left open at the end of a test
  let text = ''
  const next = async () => {
    for (;;) {
      const [told, json] = /^data: (\{.*)\n\n/m.exec(text) ?? []
      if (told !== undefined && json !== undefined) {
        text = text.slice(text.indexOf(told) + told.length)
        return JSON.parse(json)
      }
      const { done, value } = (await reader?.read()) ?? { done: true, value: '' }
      if (done) return null
      text += value
    }
  }
  return { status, next }
}

const post = async (key: string, sessionId: string, method: string, params: object) => {
  const { body } = await api.ask('POST', '/api/mcp', {
    key,
    headers: { accept: 'application/json, text/event-stream', 'mcp-session-id': sessionId },
    json: { jsonrpc: '2.0', id: 1, method, params },
  })
  return JSON.parse(/^data: (\{.*)$/m.exec(body)?.[1] ?? '')
}

const updated = (uri: string) => ({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } })

describe('runs as resources', () => {
  it('are listed, and read in every spelling as REST answers them, in both revisions', async () => {
    const runId = await startRun()
    const { body } = await api.ask('GET', `/v1/runs/${runId}`, { key: tenant.key })
    const orchestration = toOrchestration(runId)
    for (const mode of ['legacy', { pin: '2026-07-28' }] as const) {
      const { client } = await connect({ mode })
      const { resourceTemplates } = await client.listResourceTemplates()
      expect(resourceTemplates).toMatchObject([
        { uriTemplate: 'countersign://runs/{run_id}', mimeType: 'application/json' },
      ])
      const { resources } = await client.listResources()
      expect(resources[0]).toMatchObject({ uri: uriOf(runId), title: 'Order', mimeType: 'application/json' })
      for (const id of [runId, toPrefixed('job', runId), orchestration, encodeURIComponent(orchestration)]) {
        const { contents } = await client.readResource({ uri: uriOf(id) })
        expect(contents).toEqual([{ uri: uriOf(id), mimeType: 'application/json', text: expect.any(String) }])
        expect(JSON.parse((contents[0] as { text: string }).text)).toEqual(body)
      }
    }
  })

  it('are not found where REST would not find them, and not read without the scope', async () => {
    const [runId, stranger] = [await startRun(), await makeTenant()]
    const scopeless = await keyWith(tenant.team, ['workflows:read'])
    for (const mode of ['legacy', { pin: '2026-07-28' }] as const) {
      const [own, theirs, mild] = [
        await connect({ mode }),
        await connect({ mode, key: stranger.key }),
        await connect({ mode, key: scopeless }),
      ]
      const missed = (uri: string) => ({ code: -32_602, data: { uri } })
      await expect(theirs.client.readResource({ uri: uriOf(runId) })).rejects.toMatchObject(missed(uriOf(runId)))
      for (const uri of [uriOf(newId()), uriOf('nonsense'), 'countersign://workflows/x', `${uriOf(runId)}/output`]) {
        await expect(own.client.readResource({ uri })).rejects.toMatchObject(missed(uri))
      }
      expect((await theirs.client.listResources()).resources).toEqual([])
      const scope = { code: -32_602, data: { code: 'insufficient_scope', status: 403, scope: 'runs:read' } }
      await expect(mild.client.readResource({ uri: uriOf(runId) })).rejects.toMatchObject(scope)
      await expect(mild.client.listResources()).rejects.toMatchObject(scope)
      await expect(own.client.listResources({ cursor: 'nonsense' })).rejects.toMatchObject({ code: -32_602 })
    }
  })

  it('are listed by pages of fifty', async () => {
    const other = await makeTenant()
    const json = { name: 'Short', definition: draw(['start>end']) }
    const { id } = (await api.ask('POST', '/v1/workflows', { key: other.key, json })).body
    await api.ask('POST', `/v1/workflows/${id}/publish`, { key: other.key })
    const started: string[] = []
    for (let number = 0; number < 51; number++) {
      const { status, body } = await api.ask('POST', `/v1/workflows/${id}/runs`, { key: other.key, json: {} })
      expect(status).toBe(201)
      started.push(body.id)
    }
    const { client } = await connect({ key: other.key })
    const first = await client.request({ method: 'resources/list', params: {} })
    const second = await client.request({ method: 'resources/list', params: { cursor: first.nextCursor } })
    expect([first.resources.length, second.nextCursor]).toEqual([50, undefined])
    expect([...first.resources, ...second.resources].map(({ uri }) => uri)).toEqual(started.reverse().map(uriOf))
  })
})

describe('a subscription to a run, in the revision of 2025-11-25', () => {
  it('tells the official client of what changes, until it is taken back', async () => {
    const [first, second, third] = [await startRun(), await startRun(), await startRun()]
    const { client, heard, hears } = await connect()
    expect(client.getServerCapabilities()?.resources).toEqual({ subscribe: true })
    const prefixed = uriOf(toPrefixed('job', first))
    for (const uri of [prefixed, uriOf(second), uriOf(third)]) await client.subscribeResource({ uri })
    await answer(first)
    await hears(prefixed)
    await client.unsubscribeResource({ uri: uriOf(second) })
    await answer(second)
    await answer(third)
    await hears(uriOf(third))
    expect(heard).not.toContain(uriOf(second))
  })

  it('is of what the caller may read alone', async () => {
    const [runId, stranger] = [await startRun(), await makeTenant()]
    const uri = uriOf(runId)
    const theirs = await connect({ key: stranger.key })
    await expect(theirs.client.subscribeResource({ uri })).rejects.toMatchObject({ code: -32_602, data: { uri } })
    const mild = await connect({ key: await keyWith(tenant.team, ['workflows:read']) })
    await expect(mild.client.subscribeResource({ uri })).rejects.toMatchObject({
      data: { code: 'insufficient_scope', scope: 'runs:read' },
    })
  })

  it('is its caller’s: another key with the same session id hears only its own', async () => {
    const [mine, theirs] = [await startRun(), await startRun()]
    const { client, heard, hears, sessionId } = await connect()
    const colleague = await keyWith(tenant.team, ['admin'])
    const stream = await openStream(colleague, sessionId)
    await client.subscribeResource({ uri: uriOf(mine) })
    const { result } = await post(colleague, sessionId, 'resources/subscribe', { uri: uriOf(theirs) })
    expect(result).toEqual({})
    await post(colleague, sessionId, 'resources/unsubscribe', { uri: uriOf(mine) })
    await answer(mine)
    await hears(uriOf(mine))
    await answer(theirs)
    expect(await stream.next()).toEqual(updated(uriOf(theirs)))
    expect(new Set(heard)).toEqual(new Set([uriOf(mine)]))
  })

  it('ends with the key', async () => {
    const runId = await startRun()
    const { id, secret } = await makeKey(tenant.owner, ['runs:read'])
    const { sessionId } = await connect()
    const stream = await openStream(secret, sessionId)
    await post(secret, sessionId, 'resources/subscribe', { uri: uriOf(runId) })
    expect((await api.ask('DELETE', `/v1/keys/${id}`, { key: tenant.key })).status).toBe(204)
    expect(await stream.next()).toBeNull()
    expect((await openStream(secret, sessionId)).status).toBe(401)
  })

  it('has a stream only where one is due', async () => {
    const { sessionId } = await connect()
    const scopeless = await keyWith(tenant.team, ['workflows:read'])
    const status = async (...given: Parameters<typeof openStream>) => (await openStream(...given)).status
    expect(await status(tenant.key, sessionId)).toBe(200)
    expect(await status(tenant.key, sessionId, { 'mcp-protocol-version': '2025-11-25' })).toBe(200)
    expect(await status(tenant.key, sessionId, { 'mcp-protocol-version': '2026-07-28' })).toBe(405)
    expect(await status(tenant.key, sessionId, { accept: 'application/json' })).toBe(405)
    expect(await status(tenant.key, sessionId, { origin: 'https://evil.example' })).toBe(403)
    expect(await status(tenant.key, 'of-another-server')).toBe(404)
    expect(await status(scopeless, sessionId)).toBe(405)
    expect(await status('cs_live_wrong', sessionId)).toBe(401)
    const without = await api.ask('GET', '/api/mcp', { key: tenant.key, headers: { accept: 'text/event-stream' } })
    expect([without.status, without.headers.get('allow')]).toEqual([405, 'POST'])
    const head = { 'mcp-session-id': sessionId, accept: 'text/event-stream' }
    expect((await api.ask('HEAD', '/api/mcp', { key: tenant.key, headers: head })).status).toBe(405)
  })

  it('is neither declared nor taken in the revision of 2026-07-28, nor without a session', async () => {
    const { client } = await connect({ mode: { pin: '2026-07-28' } })
    expect(client.getServerCapabilities()?.resources).toEqual({})
    const headers = { accept: 'application/json, text/event-stream' }
    const json = { jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri: uriOf(newId()) } }
    const { body } = await api.ask('POST', '/api/mcp', { key: tenant.key, headers, json })
    expect(JSON.stringify(body)).toContain('Method not found')
  })

  it('of the resource of the conformance fixture is told of by the same route', async () => {
    const fixture = await openApi(makeMcpRoutes(makeFixtureServer))
    ends.push(() => fixture.close())
    const { client, hears } = await connect({ url: fixture.url })
    await client.subscribeResource({ uri: 'test://watched-resource' })
    await client.callTool({ name: 'test_touch_watched_resource' })
    await hears('test://watched-resource')
  })
})
