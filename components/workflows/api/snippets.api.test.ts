import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyWith, makeTenant, openApi, type TestApi } from '@/lib/testing/api'
import { draw } from '@/lib/testing/definition'
import { runProgram } from '@/lib/testing/run-program'
import { atRest, ended, waitForRun } from '@/lib/testing/runs'
import { startWorker } from '@/lib/worker/main'
import { curlSnippets } from './curl-snippets'
import { mcpCall, mcpConfiguration } from './mcp-snippets'
import { pythonSnippets } from './python-snippets'
import { type Example, exampleOf, KEY_PLACE, type Snippet } from './snippet'
import { typescriptSnippets } from './typescript-snippets'

let api: TestApi
let tenant: Awaited<ReturnType<typeof makeTenant>>
/** With the scopes that the page names, and no other. */
let key: string
let worker: Awaited<ReturnType<typeof startWorker>>
let folder: string

beforeAll(async () => {
  api = await openApi()
  tenant = await makeTenant()
  key = await keyWith(tenant.team, ['workflows:execute', 'runs:read', 'runs:write', 'approvals:decide'])
  worker = await startWorker({})
  folder = await mkdtemp(join(tmpdir(), 'snippets-'))
  await writeFile(join(folder, 'countersign.ts'), await (await fetch(`${api.url}/api/client.ts`)).text())
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
})
afterAll(async () => {
  await worker.stop(2_000)
  await api.close()
  await rm(folder, { recursive: true })
})

/** Programs of their own take their time on a busy machine. */
const SLOW = { timeout: 180_000 }

/** Asks for data, then for a decision. Its input has what is awkward to write in a shell, TypeScript and Python. */
const definition = draw(
  ['start>input', 'input>approval', 'approval:approved>end'],
  {
    input: {
      config: {
        prompt: 'Size?',
        schema: { type: 'object', properties: { size: { type: 'integer', minimum: 3 } }, required: ['size'] },
      },
    },
    end: { config: { output: '{{ {"said": inputs.text, "size": nodes.input.output.size} }}' } },
  },
  {
    inputs: {
      type: 'object',
      properties: {
        text: { type: 'string', default: `It's "quoted", $HOME \`id\` \\ é 🙂\nend` },
        sure: { type: 'boolean' },
        none: { type: 'null' },
        list: { type: 'array', items: { type: 'number' } },
      },
      required: ['text'],
    },
    settings: { exposeAsTool: true },
  },
)
const input = { text: `It's "quoted", $HOME \`id\` \\ é 🙂\nend`, sure: true, none: null, list: [1] }

async function makeExample(options: { publish: boolean; wait: boolean }): Promise<Example> {
  const json = { name: `Called ${Math.random()}`, definition }
  const { body } = await api.ask('POST', '/v1/workflows', { key: tenant.key, json })
  if (options.publish) await api.ask('POST', `/v1/workflows/${body.id}/publish`, { key: tenant.key })
  const workflow = (await api.ask('GET', `/v1/workflows/${body.id}`, { key: tenant.key })).body
  const example = exampleOf(workflow, workflow.definition, { origin: api.url, wait: options.wait })
  expect(example).toMatchObject({
    input,
    draft: !options.publish,
    answer: { data: { size: 3 } },
    approval: { nodeId: 'approval' },
  })
  return example
}

const codeOf = (snippets: Snippet[], id: Snippet['id']) => snippets.find((snippet) => snippet.id === id)?.code ?? ''

async function lastRun({ workflowId }: Example) {
  const { body } = await api.ask('GET', `/v1/runs?workflow_id=${workflowId}`, { key: tenant.key })
  expect(body.items).toHaveLength(1)
  return (await api.ask('GET', `/v1/runs/${body.items[0].id}`, { key: tenant.key })).body
}

async function expectCompleted(example: Example) {
  const { id } = await lastRun(example)
  await waitForRun(id, ended)
  expect(await lastRun(example)).toMatchObject({ status: 'completed', input, output: { said: input.text, size: 3 } })
}

const env = () => ({ COUNTERSIGN_API_KEY: key })

describe('curl', SLOW, () => {
  const shell = async (command: string, RUN = '') => {
    const { code, out, err } = await runProgram('sh', ['-c', command], { env: { ...env(), RUN } })
    expect(err).toBe('')
    expect(code).toBe(0)
    return out
  }

  it('starts, reads, answers, approves and follows a published workflow', async () => {
    const example = await makeExample({ publish: true, wait: true })
    const snippets = curlSnippets(example)
    expect(snippets.map(({ id }) => id)).toEqual(['set-up', 'start', 'read', 'events', 'answer', 'approve'])
    const printed = `${codeOf(snippets, 'set-up').replace(KEY_PLACE, key)}\necho "$COUNTERSIGN_API_KEY"`
    expect(await shell(printed)).toBe(`${key}\n`)

    const started = JSON.parse(await shell(codeOf(snippets, 'start')))
    expect(started).toMatchObject({ status: 'waiting_for_user_input', input })
    const read = codeOf(snippets, 'read').replace('id of the run', started.id)
    expect(JSON.parse(await shell(read))).toMatchObject({ id: started.id })
    expect(JSON.parse(await shell(codeOf(snippets, 'answer'), started.id))).toMatchObject({
      status: 'waiting_for_approval',
    })
    expect(JSON.parse(await shell(codeOf(snippets, 'approve'), started.id))).toMatchObject({ decision: 'approved' })
    await expectCompleted(example)
    expect(await shell(codeOf(snippets, 'events'), started.id)).toContain('event: run_completed')
  })

  it('starts the draft where nothing is published, and is answered at once', async () => {
    const example = await makeExample({ publish: false, wait: false })
    const started = JSON.parse(await shell(codeOf(curlSnippets(example), 'start')))
    expect(started).toMatchObject({ version: null, output: null })
    await waitForRun(started.id, atRest)
  })
})

describe('TypeScript', SLOW, () => {
  it('compiles under strict settings and does all of it', async () => {
    const example = await makeExample({ publish: true, wait: true })
    const snippets = typescriptSnippets(example)
    const order = ['set-up', 'start', 'read', 'answer', 'approve', 'events'] as const
    await writeFile(join(folder, 'program.ts'), order.map((id) => codeOf(snippets, id)).join('\n'))
    const modules = join(process.cwd(), 'node_modules')
    const compiled = await runProgram(
      process.execPath,
      [
        join(modules, 'typescript/bin/tsc'),
        ...['--noEmit', '--strict', '--allowImportingTsExtensions', '--target', 'es2022', '--module', 'nodenext'],
        ...['--lib', 'es2023,dom', '--types', 'node', '--typeRoots', join(modules, '@types'), 'program.ts'],
      ],
      { cwd: folder },
    )
    expect(compiled.out).toBe('')
    const { code, out, err } = await runProgram(process.execPath, [join(modules, 'tsx/dist/cli.mjs'), 'program.ts'], {
      cwd: folder,
      env: env(),
    })
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(out).toContain('waiting_for_user_input')
    expect(out).toMatch(/run_completed\n$/)
    await expectCompleted(example)
  })
})

describe('Python', SLOW, () => {
  it('does all of it with the standard library', async () => {
    const example = await makeExample({ publish: true, wait: true })
    const snippets = pythonSnippets(example)
    const order = ['set-up', 'start', 'read', 'answer', 'approve', 'events'] as const
    const program = join(folder, 'program.py')
    await writeFile(program, order.map((id) => codeOf(snippets, id)).join('\n\n'))
    const { code, out, err } = await runProgram(
      process.execPath,
      [join(process.cwd(), 'lib/testing/run-python.mjs'), program],
      {
        env: env(),
      },
    )
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(out).toContain('waiting_for_user_input')
    expect(out).toMatch(/run_completed\n$/)
    await expectCompleted(example)
  })
})

describe('MCP', () => {
  it('connects by the configuration and calls the workflow, as a tool of its own or by run_workflow', async () => {
    const published = await makeExample({ publish: true, wait: false })
    const { type, url, headers } = JSON.parse(mcpConfiguration(api.url).replace(KEY_PLACE, key)).mcpServers.countersign
    expect(type).toBe('http')
    const client = new Client({ name: 'test', version: '1' })
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))
    const unexposed = JSON.parse(mcpCall({ ...published, tool: null }))
    const started = (await client.callTool(unexposed)).structuredContent as { id: string; status: string }
    expect(started).toMatchObject({ status: 'running' })
    await waitForRun(started.id, atRest)
    expect(await lastRun(published)).toMatchObject({ id: started.id, input })

    const other = await makeExample({ publish: true, wait: false })
    expect(other.tool).toMatch(/^wf_/)
    const answer = await client.callTool(JSON.parse(mcpCall(other)))
    expect(answer.structuredContent).toMatchObject({ status: 'waiting_for_user_input' })
    expect(await lastRun(other)).toMatchObject({ input })
    await client.close()
  })
})
