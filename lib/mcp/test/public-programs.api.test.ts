import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTenant, openApi, type TestApi } from '../../testing/api'
import { openKeyProxy } from '../../testing/key-proxy'
import { runProgram } from '../../testing/run-program'
import { makeMcpRoute } from '../route'
import { makeFixtureServer } from './fixture-server'

const require = createRequire(import.meta.url)
const CONFORMANCE = require.resolve('@modelcontextprotocol/conformance/dist/index.js')
const INSPECTOR = require.resolve('@modelcontextprotocol/inspector-cli/build/cli.js')
const EXPECTED_FAILURES = join(import.meta.dirname, 'conformance-expected-failures.yml')

let api: TestApi
let key: string

beforeAll(async () => {
  api = await openApi()
  key = (await makeTenant()).key
})
afterAll(() => api.close())

/** One line of what the conformance suite found. */
interface Check {
  scenario: string
  status: string
  errorMessage?: string
  details?: { tools?: string[] }
}

describe('the official conformance suite', { timeout: 180_000 }, () => {
  it('passes on our transport but for what a server that keeps nothing between requests cannot do', async () => {
    const fixture = await openApi([makeMcpRoute(makeFixtureServer)])
    const { code, out, failures } = await runSuite(fixture, '--expected-failures', EXPECTED_FAILURES)
    await fixture.close()
    expect(code, out).toBe(0)
    expect(out).toContain('32 scenarios')
    expect(out.match(/^✓ [\w-]+: [1-9]\d* passed, 0 failed$/gm), out).toHaveLength(24)
    const cannotAsk = /^Server did not request (sampling|elicitation) from client$/
    expect(failures).toEqual([
      { scenario: 'elicitation-sep1034-defaults', error: expect.stringMatching(cannotAsk) },
      { scenario: 'elicitation-sep1330-enums', error: expect.stringMatching(cannotAsk) },
      { scenario: 'resources-subscribe', error: expect.stringContaining('Method not found') },
      { scenario: 'resources-unsubscribe', error: expect.stringContaining('Method not found') },
      { scenario: 'tools-call-elicitation', error: expect.stringMatching(cannotAsk) },
      { scenario: 'tools-call-sampling', error: expect.stringMatching(cannotAsk) },
    ])
  })

  it('passes on the product for what a product has, which is nothing of the fixture', async () => {
    const { out, failures, tools } = await runSuite(api)
    expect(out.match(/^✓ [\w-]+: [1-9]\d* passed, 0 failed$/gm), out).toEqual([
      expect.stringContaining('server-initialize'),
      expect.stringContaining('ping'),
      expect.stringContaining('tools-list'),
      expect.stringContaining('dns-rebinding-protection'),
    ])
    expect(failures).toHaveLength(26)
    for (const { error } of failures) expect(error).toMatch(/no tool "test_|json_schema_2020_12_tool|Method not found/)
    expect(tools).toContain('run_workflow')
    expect(tools.filter((name) => /test|json_schema/.test(name))).toEqual([])
  })

  /** Every scenario that the suite knows, in one go. It cannot send a key itself: a proxy does. */
  async function runSuite({ url }: TestApi, ...args: string[]) {
    const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
    const proxy = await openKeyProxy(url, key)
    const server = ['server', '--url', `${proxy.url}/api/mcp`, '--suite', 'all', '--output-dir', folder]
    const { code, out } = await runProgram(process.execPath, [CONFORMANCE, ...server, ...args])
    await proxy.close()
    const checks = await checksIn(folder)
    await rm(folder, { recursive: true })
    const failures = checks
      .filter(({ status }) => status === 'FAILURE')
      .map(({ scenario, errorMessage }) => ({ scenario, error: errorMessage ?? '' }))
    const tools = checks.find(({ scenario }) => scenario === 'tools-list')?.details?.tools ?? []
    return { code, out, failures, tools }
  }

  /** What it wrote of each scenario, whose folder is named `server-<scenario>-<time>`. */
  async function checksIn(folder: string): Promise<Check[]> {
    const ofScenario = async (name: string): Promise<Check[]> => {
      const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, '')
      const checks: Check[] = JSON.parse(await readFile(join(folder, name, 'checks.json'), 'utf8'))
      return checks.map((check) => ({ ...check, scenario }))
    }
    return (await Promise.all((await readdir(folder)).sort().map(ofScenario))).flat()
  }
})

describe('a tool that asks its client back', () => {
  let fixture: TestApi
  beforeAll(async () => {
    fixture = await openApi([makeMcpRoute(makeFixtureServer)])
  })
  afterAll(() => fixture.close())

  /** What the tool answered, and what it asked for before. */
  async function call(mode: 'legacy' | { pin: string }, name: string, args: Record<string, string>) {
    const asked: unknown[] = []
    const client = new Client(
      { name: 'test', version: '1.0.0' },
      { capabilities: { sampling: {}, elicitation: {} }, versionNegotiation: { mode } },
    )
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params)
      return { action: 'accept', content: { username: 'ada' } }
    })
    client.setRequestHandler('sampling/createMessage', ({ params }) => {
      asked.push(params)
      return { role: 'assistant', content: { type: 'text', text: 'Says ada.' }, model: 'test-model' }
    })
    const requestInit = { headers: { Authorization: `Bearer ${key}` } }
    await client.connect(new StreamableHTTPClientTransport(new URL(`${fixture.url}/api/mcp`), { requestInit }))
    const { isError = false, content } = await client.callTool({ name, arguments: args })
    await client.close()
    return { asked, isError, text: (content as { text: string }[])[0]?.text }
  }

  const fields = (properties: object) => ({ requestedSchema: { properties } })
  const titled = expect.arrayContaining([{ const: 'value1', title: expect.any(String) }])

  it.each([
    ['test_sampling', { prompt: 'Who?' }, { messages: [{ role: 'user', content: { type: 'text', text: 'Who?' } }] }],
    ['test_elicitation', { message: 'Who?' }, { message: 'Who?', ...fields({ username: { type: 'string' } }) }],
    [
      'test_elicitation_sep1034_defaults',
      {},
      fields({
        name: { type: 'string', default: 'John Doe' },
        age: { type: 'integer', default: 30 },
        score: { type: 'number', default: 95.5 },
        status: { enum: ['active', 'inactive', 'pending'], default: 'active' },
        verified: { type: 'boolean', default: true },
      }),
    ],
    [
      'test_elicitation_sep1330_enums',
      {},
      fields({
        untitledSingle: { type: 'string', enum: expect.any(Array) },
        titledSingle: { type: 'string', oneOf: titled },
        legacyEnum: { enum: ['opt1', 'opt2'], enumNames: ['Option One', 'Option Two'] },
        untitledMulti: { type: 'array', items: { enum: expect.any(Array) } },
        titledMulti: { type: 'array', items: { anyOf: titled } },
      }),
    ],
  ])('%s does so in the revision of 2026, and says in that of 2025 that it cannot', async (name, args, question) => {
    const now = await call({ pin: '2026-07-28' }, name, args)
    expect(now).toMatchObject({ isError: false, asked: [question], text: expect.stringContaining('ada') })
    const refusal = expect.stringContaining('cannot receive server-to-client requests')
    expect(await call('legacy', name, args)).toEqual({ isError: true, asked: [], text: refusal })
  })
})

/** Each call is two Node processes of its own, which take their time on a busy machine. */
describe('the command line of the official inspector', { timeout: 180_000 }, () => {
  const inspect = async (...args: string[]) => {
    const server = ['--cli', `${api.url}/api/mcp`, '--transport', 'http', '--header', `Authorization: Bearer ${key}`]
    const { code, out, err } = await runProgram(process.execPath, [INSPECTOR, ...server, '--method', ...args])
    expect(code, err).toBe(0)
    return out
  }

  it('lists the tools and calls them', async () => {
    // It ends without waiting for its output to be taken, so a long one may lack its end: of the list the first tool is read.
    expect(await inspect('tools/list')).toContain('"name": "run_workflow"')
    const made = await inspect('tools/call', '--tool-name', 'create_workflow', '--tool-arg', 'name=Inspected')
    expect(JSON.parse(made).structuredContent.workflow).toMatchObject({ name: 'Inspected' })
  })

  it('is told why when it has no key', async () => {
    const args = [INSPECTOR, '--cli', `${api.url}/api/mcp`, '--transport', 'http', '--method', 'tools/list']
    const { code, err } = await runProgram(process.execPath, args)
    expect(code).not.toBe(0)
    expect(err).toMatch(/401|unauthenticated/i)
  })
})
