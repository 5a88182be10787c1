import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTenant, openApi, type TestApi } from '../../testing/api'
import { openKeyProxy } from '../../testing/key-proxy'
import { runProgram } from '../../testing/run-program'
import { makeMcpRoutes } from '../route'
import { makeFixtureServer } from './fixture-server'
import { REQUIREMENTS, runConformance } from './run-conformance'

const require = createRequire(import.meta.url)
const INSPECTOR = require.resolve('@modelcontextprotocol/inspector-cli/build/cli.js')

let api: TestApi
let key: string

beforeAll(async () => {
  api = await openApi()
  key = (await makeTenant()).key
})
afterAll(() => api.close())

/** Scenarios of an extension that we do not have. */
const TASKS = [
  'lifecycle',
  'capability-negotiation',
  'wire-fields',
  'request-state-removal',
  'mrtr-input',
  'request-headers',
  'dispatch-and-envelope',
  'required-task-error',
  'mrtr-composition',
]

/** What the suite says where it misses its fixture. */
const OF_FIXTURE =
  /no (?:tool "test_|resource "test:)|json_schema_2020_12_tool|Method not found|^Not testable: server (does not list|exposes no) |InputRequiredResult with /

const REVISIONS = [
  {
    revision: '2025-11-25',
    scored: 30,
    unscored: [] as string[],
    ofTheProduct: [
      'server-initialize',
      'ping',
      'tools-list',
      'server-sse-multiple-streams',
      'dns-rebinding-protection',
      'resources-list',
    ],
  },
  {
    revision: '2026-07-28',
    scored: 37,
    unscored: [
      ...TASKS.map((name) => `tasks-${name}`),
      'http-custom-header-server-validation', // asks for a tool whose arguments are mirrored in headers
    ],
    ofTheProduct: [
      'tools-list',
      'server-sse-multiple-streams',
      'dns-rebinding-protection',
      'input-required-result-unsupported-methods',
      'resources-list',
      'sep-2164-resource-not-found',
    ],
  },
]

describe.each(REVISIONS)(
  'the official conformance suite, by what $revision requires',
  { timeout: 180_000 },
  (expected) => {
    const { revision, scored } = expected

    it('passes on our transport', async () => {
      const fixture = await openApi(makeMcpRoutes(makeFixtureServer))
      const { code, out, passed, failed, unscored } = await runSuite(fixture, revision)
      await fixture.close()
      expect(code, out).toBe(0)
      expect([passed.length, failed], out).toEqual([scored, []])
      expect(unscored, out).toEqual(expected.unscored)
    })

    it('passes on the product for what a product has, which is nothing of the fixture', async () => {
      const { passed, errors, tools, out } = await runSuite(api, revision)
      expect(passed, out).toEqual(expect.arrayContaining(expected.ofTheProduct))
      const ofProtocol = errors.filter(({ scenario, error }) => !/^tasks-/.test(scenario) && !OF_FIXTURE.test(error))
      expect(ofProtocol).toEqual([])
      expect(tools).toContain('run_workflow')
      expect(tools.filter((name) => /test|json_schema/.test(name))).toEqual([])
    })
  },
)

/** One requirement set in one go, and what came of it by the names of scenarios. The suite cannot send a key: a proxy does. */
async function runSuite({ url }: TestApi, revision: string) {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
  const proxy = await openKeyProxy(url, key)
  const args = ['server', '--url', `${proxy.url}/api/mcp`, '--requirements', revision, '--output-dir', folder]
  const { code, out } = await runConformance(args)
  await proxy.close()
  const checks = await checksIn(folder)
  await rm(folder, { recursive: true })
  const required = await requiredBy(revision)
  const told = (mark: string) =>
    [...out.matchAll(new RegExp(`^${mark} ([\\w-]+): `, 'gm'))].map(([, name = '']) => name)
  return {
    code,
    out,
    passed: told('✓').filter((name) => required.includes(name)),
    failed: told('✗').filter((name) => required.includes(name)),
    unscored: told('✗').filter((name) => !required.includes(name)),
    errors: checks
      .filter(({ status }) => status === 'FAILURE')
      .map(({ scenario, errorMessage = '' }) => ({ scenario, error: errorMessage })),
    tools: checks.flatMap(({ scenario, details }) => (scenario === 'tools-list' ? (details?.tools ?? []) : [])),
  }
}

/** The scenarios for servers that are scored, in the suite's own list. */
async function requiredBy(revision: string): Promise<string[]> {
  const list = await readFile(join(REQUIREMENTS, `${revision}.yaml`), 'utf8')
  const [, server = ''] = /^server:\n((?: {2}- .+\n)+)/m.exec(list) ?? []
  return [...server.matchAll(/- (.+)/g)].map(([, name = '']) => name)
}

/** One line of what the suite found. */
interface Check {
  scenario: string
  status: string
  errorMessage?: string
  details?: { tools?: string[] }
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
