import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { symbols } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { closeDatabase, pool } from '../db/client'
import { log } from '../log'
import { openApi } from '../testing/api'
import { testDatabase } from '../testing/database'
import { draw } from '../testing/definition'
import { ended, makePublished, waitForRun } from '../testing/runs'
import { commandRun } from '../usecases/command-run'
import { startRun } from '../usecases/start-run'
import { startWorker } from './main'

/** What must never be found anywhere: each has characters that every encoding writes differently. */
const canary = (name: string) => `canary-${name}/${randomBytes(12).toString('hex')}+~`
const SECRETS = {
  LLM_API_KEY: canary('llm'),
  ENCRYPTION_KEY: canary('encryption'),
  NEXTAUTH_SECRET: canary('nextauth'),
  DATABASE_PASSWORD: canary('database'),
}

let written = ''
const keep = (line: string) => {
  written += line
}
let server: Server
let say: { status: number; type: string; body: (authorization: string) => string }
let worker: Awaited<ReturnType<typeof startWorker>>

beforeAll(async () => {
  for (const name of ['LLM_API_KEY', 'ENCRYPTION_KEY', 'NEXTAUTH_SECRET'] as const) vi.stubEnv(name, SECRETS[name])
  const { url } = await testDatabase()
  const role = `canary_${randomBytes(6).toString('hex')}`
  await pool().query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD ${pg.escapeLiteral(SECRETS.DATABASE_PASSWORD)}`)
  const own = new URL(url)
  own.username = role
  own.password = encodeURIComponent(SECRETS.DATABASE_PASSWORD)
  await closeDatabase()
  process.env.DATABASE_URL = own.href

  server = createServer(async (request, response) => {
    for await (const _ of request);
    response.writeHead(say.status, { 'content-type': say.type, 'x-echo': String(request.headers.authorization) })
    response.end(say.body(String(request.headers.authorization)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('LLM_BASE_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`)
  vi.stubEnv('EGRESS_ALLOW', '127.0.0.1')
  log.level = 'trace'
  Object.assign(log, { [symbols.streamSym]: { write: keep } })
  for (const method of ['log', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((...parts) => keep(parts.map(String).join(' ')))
  }
  worker = await startWorker({})
})
afterAll(async () => {
  await worker.stop(2_000)
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** All spellings under which a secret might be found. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret)
  // Base64 of the middle is the same wherever it stands in a longer text, but for its first and last characters.
  const shifted = [0, 1, 2].flatMap((lead) => {
    const text = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(4, -4)
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')]
  })
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), bytes.toString('hex'), ...shifted]
}

function leaks(haystack: string): string[] {
  const text = haystack.toLowerCase()
  return Object.entries(SECRETS).flatMap(([name, secret]) =>
    spellings(secret).flatMap((spelling) => (text.includes(spelling.toLowerCase()) ? [`${name} as ${spelling}`] : [])),
  )
}

/** Every row of every table, the queue's too; bytes are written in hex. */
async function dump(): Promise<string> {
  const tables = await pool().query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  )
  let text = ''
  for (const { name } of tables.rows) {
    const { rows } = await pool().query(`SELECT t::text AS row FROM ${name} t`)
    text += `${name}\n${rows.map(({ row }) => row).join('\n')}\n`
  }
  return text
}

async function run(drawing: Parameters<typeof draw>, input: unknown = {}) {
  const { principal, workflowId } = await makePublished(draw(...drawing))
  const { runId } = await startRun({ principal, workflowId, trigger: 'api', input })
  return {
    principal,
    runId,
    status: await waitForRun(runId, (row) => ended(row) || !(row.isHeld || row.status === 'not_started')),
  }
}

const ask = (config: Record<string, unknown> = {}) => ({
  type: 'llm',
  config: { model: 'm', prompt: 'Say it.', ...config },
})
const chunk = (content: string | undefined) => {
  const choice = { index: 0, delta: { content }, finish_reason: content === undefined ? 'stop' : null }
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [choice] })}\n\n`
}

test('the search finds each spelling, and the rows and lines are really searched', async () => {
  const all = Object.values(SECRETS)
  for (const [index, name] of Object.keys(SECRETS).entries()) {
    const secret = all[index] ?? ''
    for (const spelling of [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('hex'),
      Buffer.from(`x:${secret}:y`).toString('base64'),
      Buffer.from(`xy${secret}`).toString('base64url'),
    ]) {
      expect(leaks(`before ${spelling} after`).join()).toContain(name)
    }
  }
  log.info('a line that is searched')
  expect(written).toContain('a line that is searched')
  expect(await dump()).toContain('graphile_worker')
})

test('no secret of the installation is found in any row or line, whatever servers say', async () => {
  const reached = new Set<string>()
  const note = (authorization: string) => {
    reached.add(authorization)
    return authorization
  }
  const retry = { policy: { retry: { maxAttempts: 2, backoffMs: 1 } } }

  // A server that answers an error which repeats the key, as some do.
  say = {
    status: 401,
    type: 'application/json',
    body: (key) => JSON.stringify({ error: { message: `Incorrect API key provided: ${note(key)}`, type: 'auth' } }),
  }
  expect((await run([['start>ask', 'ask>end'], { ask: ask() }])).status).toBe('failed')
  say = { ...say, status: 500 }
  expect(
    (
      await run([
        ['start>ask', 'ask:error>end'],
        { ask: { ...ask(), policy: { onError: 'branch' } }, end: { config: { output: '{{ nodes.ask.output }}' } } },
      ])
    ).status,
  ).toBe('completed')
  // It waits for its second attempt, so it is at rest for a moment.
  const tried = await run([['start>ask', 'ask>end'], { ask: { ...ask(), ...retry } }])
  expect(await waitForRun(tried.runId, ended)).toBe('failed')

  // A server that says the key as its answer, whole and in pieces, as text and as data.
  const speaks = (pieces: (key: string) => string[]) => {
    say = {
      status: 200,
      type: 'text/event-stream',
      body: (key) => `${[...pieces(note(key)), undefined].map(chunk).join('')}data: [DONE]\n\n`,
    }
  }
  speaks((key) => ['I know: ', key])
  expect(
    (await run([['start>ask', 'ask>end'], { ask: ask(), end: { config: { output: '{{ nodes.ask.output }}' } } }]))
      .status,
  ).toBe('completed')
  speaks((key) => [key.slice(0, 20), key.slice(20)])
  expect((await run([['start>ask', 'ask>end'], { ask: ask() }])).status).toBe('completed')
  speaks((key) => [JSON.stringify({ a: key })])
  const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }
  expect((await run([['start>ask', 'ask>end'], { ask: ask({ schema }) }])).status).toBe('completed')
  speaks((key) => [JSON.stringify({ b: key })])
  expect((await run([['start>ask', 'ask>end'], { ask: ask({ schema }) }])).status).toBe('failed')
  speaks((key) => [`{"broken ${key}`])
  expect((await run([['start>ask', 'ask>end'], { ask: ask({ schema }) }])).status).toBe('failed')

  // HTTP calls carry none of them, and expressions cannot reach them.
  say = { status: 500, type: 'text/plain', body: (key) => key }
  const { port } = server.address() as AddressInfo
  const http = {
    type: 'http',
    config: { method: 'POST', url: `http://127.0.0.1:${port}/`, body: { a: '{{ inputs }}' } },
  }
  expect((await run([['start>http', 'http>end'], { http }])).status).toBe('failed')
  const sources = [
    '$env',
    'process.env',
    'env.LLM_API_KEY',
    '$$',
    'run',
    'team',
    'runtime',
    'vars',
    'callbacks',
    '$eval("process.env")',
  ]
  for (const expression of sources) await run([['start>a', 'a>end'], { a: { config: { expression } } }])
  await run([['start>a', 'a>callback', 'callback>end'], { callback: {}, a: { config: { expression: 'callbacks' } } }])
  const waiting = await run([['start>input', 'input>end']])
  await commandRun({ principal: waiting.principal, runId: waiting.runId, command: 'data', data: {} })
  await waitForRun(waiting.runId, ended)

  // The front door: refusals say nothing of it either.
  const api = await openApi()
  const answers = [
    await api.ask('GET', '/v1/runs', { key: 'cs_live_wrong' }),
    await api.ask('GET', '/v1/runs', { headers: { cookie: 'next-auth.session-token=wrong' } }),
    await api.ask('GET', '/api/health'),
    await api.ask('GET', '/api/openapi.json'),
  ]
  await api.close()

  expect([...reached]).toEqual([`Bearer ${SECRETS.LLM_API_KEY}`])
  expect(leaks(await dump())).toEqual([])
  expect(leaks(written)).toEqual([])
  expect(leaks(JSON.stringify(answers))).toEqual([])
})
