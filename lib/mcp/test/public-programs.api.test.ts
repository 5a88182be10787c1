import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTenant, openApi, type TestApi } from '../../testing/api'
import { openKeyProxy } from '../../testing/key-proxy'
import { runProgram } from '../../testing/run-program'

const require = createRequire(import.meta.url)
const CONFORMANCE = require.resolve('@modelcontextprotocol/conformance/dist/index.js')
const INSPECTOR = require.resolve('@modelcontextprotocol/inspector-cli/build/cli.js')
const EXPECTED_FAILURES = join(import.meta.dirname, 'conformance-expected-failures.yml')

let api: TestApi
let key: string
let proxy: Awaited<ReturnType<typeof openKeyProxy>>
let folder: string

beforeAll(async () => {
  api = await openApi()
  key = (await makeTenant()).key
  proxy = await openKeyProxy(api.url, key)
  folder = await mkdtemp(join(tmpdir(), 'conformance-'))
})
afterAll(async () => {
  await proxy.close()
  await api.close()
  await rm(folder, { recursive: true })
})

describe('the official conformance suite', { timeout: 180_000 }, () => {
  /** Every scenario that the suite knows. It cannot send a key itself: the proxy does. */
  const runSuite = () =>
    runProgram(process.execPath, [
      CONFORMANCE,
      ...['server', '--url', `${proxy.url}/api/mcp`, '--suite', 'all'],
      ...['--expected-failures', EXPECTED_FAILURES, '--output-dir', folder],
    ])

  it('passes but for what this server does not have, and that fails for no other reason', async () => {
    const { code, out } = await runSuite()
    expect(code, out).toBe(0)
    expect(out).toContain('32 scenarios')
    const passed = ['server-initialize', 'ping', 'tools-list', 'dns-rebinding-protection']
    for (const scenario of passed) expect(out).toMatch(new RegExp(`✓ ${scenario}: [1-9]\\d* passed, 0 failed`))

    const failures = (await Promise.all((await readdir(folder)).map(failuresIn))).flat()
    expect(failures).toHaveLength(26)
    for (const failure of failures) expect(failure).toMatch(/no tool "test_|json_schema_2020_12_tool|Method not found/)
  })

  async function failuresIn(scenario: string): Promise<string[]> {
    const checks = JSON.parse(await readFile(join(folder, scenario, 'checks.json'), 'utf8'))
    return checks
      .filter((check: { status: string }) => check.status === 'FAILURE')
      .map((check: { errorMessage: string }) => `${scenario}: ${check.errorMessage}`)
  }
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
