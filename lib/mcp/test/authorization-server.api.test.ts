import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../../db/embedded-postgres'
import { publicUrl } from '../../env'
import { makeTenant, openApi, type TestApi } from '../../testing/api'
import { makeSession } from '../../testing/people'
import { runConformance } from './run-conformance'

let api: TestApi

beforeAll(async () => {
  api = await openApi()
  process.env.PUBLIC_URL = api.url // read once, when somebody asks for the first time
  expect(publicUrl()).toBe(api.url)
})
afterAll(() => api.close())

it('passes what the official conformance suite asks of an authorization server', { timeout: 120_000 }, async () => {
  const { cookie } = await makeSession((await makeTenant()).owner)
  const port = await freePort()
  const redirect_uris = [`http://127.0.0.1:${port}/callback`]
  const { body } = await api.ask('POST', '/api/oauth/register', { json: { client_name: 'Suite', redirect_uris } })

  /** What a person does who is led to the page of the authorization endpoint: allows it, and is sent back. */
  const allow = async (asked: URL) => {
    const headers = { cookie, origin: api.url, 'sec-fetch-site': 'same-origin' }
    const json = { ...Object.fromEntries(asked.searchParams), decision: 'allow' }
    const consent = await api.ask('POST', '/api/oauth/consent', { headers, json })
    await fetch(consent.body.redirect_to)
  }
  let allowed: Promise<void> | undefined
  const server = ['--url', api.url, '--resource', `${api.url}/api/mcp`, '--client-id', body.client_id]
  const { code, out } = await runConformance(['authorization', ...server, '--port', String(port)], {
    heard: (soFar) => {
      const [asked] = /^http:\/\/\S+\/oauth\/authorize\?\S+(?=\n)/m.exec(soFar) ?? []
      if (asked) allowed ??= allow(new URL(asked))
    },
  })
  await allowed
  expect(code, out).toBe(0)
  expect(out.match(/^✓ .+$/gm), out).toEqual([
    '✓ authorization-server-metadata-endpoint: 2 passed, 0 failed',
    '✓ authorization-code-grant: 1 passed, 0 failed',
  ])
})
