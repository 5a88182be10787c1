import { request as ask } from 'node:http'
import { expect, test } from '@playwright/test'
import { firstRun } from './first-run'

/**
 * Nobody is let in by the way a request is written: what stands in front of routes and pages (proxy.ts, Next's own router)
 * decides nothing about who may see what. Sent byte for byte, as no browser and no HTTP client would.
 */
interface Answer {
  status: number
  body: string
}

function send(baseURL: string, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const { hostname, port } = new URL(baseURL)
  return new Promise((resolve, reject) => {
    const request = ask({ hostname, port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', reject)
    })
    request.on('error', reject).end()
  })
}

/** But not the first: without it there is no path. */
const LAST_SLASH = /(?<=.)\/(?=[^/]+$)/
const SPELLINGS: ((path: string) => string)[] = [
  (path) => path,
  (path) => `${path}.rsc`,
  (path) => `${path}.json`,
  (path) => `${path}?_rsc=1a2b3`,
  (path) => `${path}.segments/_tree.segment.rsc`,
  (path) => `/_next/data/build${path}.json`,
  (path) => `/${path}`,
  (path) => `//localhost${path}`,
  (path) => path.replace(LAST_SLASH, '//'),
  (path) => path.replace(LAST_SLASH, '%2f'),
  (path) => path.replace(LAST_SLASH, '/./'),
  (path) => path.replace(LAST_SLASH, '/x/../'),
  (path) => path.replace(LAST_SLASH, '\\'),
  (path) => path.replace(LAST_SLASH, ';a=b/'),
  (path) => `${path};a=b`,
  (path) => `${path}/`,
  (path) => `${path}.`,
  (path) => `${path}%20`,
  (path) => path.toUpperCase(),
  (path) => path.replace(/[a-z](?=[^/]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
]
const CLAIMS: Record<string, string>[] = [
  {},
  { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
  { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
  { 'x-middleware-next': '1', 'x-middleware-rewrite': '/' },
  { 'x-invoke-path': '/', 'x-invoke-output': '/', 'x-invoke-status': '200', 'x-matched-path': '/' },
  { rsc: '1' },
  { rsc: '1', 'next-router-prefetch': '1' },
  { rsc: '1', 'next-router-segment-prefetch': '/_tree' },
  { 'x-http-method-override': 'HEAD', 'x-original-url': '/api/health', 'x-rewrite-url': '/api/health' },
]

/** Every path in every spelling with every claim, without a credential; a few at once. */
async function sendAll(baseURL: string, paths: readonly string[]) {
  const answers: (Answer & { path: string; written: string; headers: Record<string, string> })[] = []
  for (const path of paths) {
    for (const spell of SPELLINGS) {
      const written = spell(path)
      const sent = CLAIMS.map(async (headers) => ({
        ...(await send(baseURL, written, headers)),
        path,
        written,
        headers,
      }))
      answers.push(...(await Promise.all(sent)))
    }
  }
  return answers
}

/** What only the team may read, as it stands in the answers. */
async function secrets(
  baseURL: string,
): Promise<{ names: string[]; workflowId: string; runId: string; keyed: Record<string, string> }> {
  const { email, api_key, workflows } = firstRun()
  const keyed = { 'x-api-key': api_key }
  const me = JSON.parse((await send(baseURL, '/v1/me', keyed)).body)
  const workflow = JSON.parse((await send(baseURL, `/v1/workflows/${workflows['support-intake']}`, keyed)).body)
  const runs = JSON.parse((await send(baseURL, '/v1/runs', keyed)).body)
  return {
    names: [email, me.team.name, me.team.id, workflow.id],
    workflowId: workflow.id,
    runId: runs.items[0]?.id ?? workflow.id,
    keyed,
  }
}

test('an address of the API answers nobody without a credential, however it is written', async ({ baseURL }) => {
  const url = baseURL ?? ''
  const { names, workflowId, keyed } = await secrets(url)
  const paths = ['/v1/workflows', '/api/v1/workflows', '/api/v1/me', `/api/v1/workflows/${workflowId}`, '/api/v1/keys']
  for (const path of paths) {
    // That it is protected at all, and that its answer would be recognised.
    const own = await send(url, path, keyed)
    expect([path, own.status, names.some((name) => own.body.includes(name))]).toEqual([
      path,
      200,
      path !== '/api/v1/keys',
    ])
  }
  const open = (await sendAll(url, paths)).flatMap(({ path, written, headers, status, body }) => {
    const told = names.filter((name) => !path.includes(name) && body.includes(name))
    return status < 300 || told.length > 0 ? [{ written, headers, status, told }] : []
  })
  expect(open).toEqual([])
})

test('a page tells nobody anything of the team, however it is asked for', async ({ baseURL }) => {
  test.slow() // some five hundred pages
  const url = baseURL ?? ''
  const { names, runId } = await secrets(url)
  const paths = ['/workflows', `/runs/${runId}`, '/settings/keys']
  const told = (await sendAll(url, paths)).flatMap(({ path, written, headers, status, body }) => {
    const found = names.filter((name) => !path.includes(name) && body.includes(name))
    return found.length > 0 ? [{ written, headers, status, found }] : []
  })
  expect(told).toEqual([])
})
