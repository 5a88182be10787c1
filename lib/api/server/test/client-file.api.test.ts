import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { runProgram } from '../../../testing/run-program'
import { startWorker } from '../../../worker/main'
import { describedContracts } from '../openapi'

let api: TestApi
let key: string
let worker: Awaited<ReturnType<typeof startWorker>>
let folder: string
let source: string

beforeAll(async () => {
  api = await openApi()
  key = (await makeTenant()).key
  worker = await startWorker({})
  folder = await mkdtemp(join(tmpdir(), 'client-'))
  source = await (await fetch(`${api.url}/api/client.ts`)).text()
  await writeFile(join(folder, 'countersign.ts'), source)
})
afterAll(async () => {
  await worker.stop(2_000)
  await api.close()
  await rm(folder, { recursive: true })
})

/** Compiles programs that use the client, as a user with strict settings would. */
async function compile(programs: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(programs)) await writeFile(join(folder, name), text)
  const options = [
    ...[
      '--strict',
      '--exactOptionalPropertyTypes',
      '--noUncheckedIndexedAccess',
      '--noPropertyAccessFromIndexSignature',
    ],
    ...['--noImplicitReturns', '--target', 'es2022', '--module', 'nodenext', '--lib', 'es2023,dom', '--types', 'node'],
    ...['--typeRoots', join(process.cwd(), 'node_modules/@types')],
  ]
  const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc')
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  return (await runProgram(process.execPath, [tsc, ...options, ...Object.keys(programs)], { cwd: folder })).out
}

const CLIENT = './countersign.js'

const PROGRAM = `
import { countersign, CountersignError, type Run } from '${CLIENT}'

const api = countersign({ url: process.env['URL'] ?? '', key: process.env['KEY'] ?? '' })
const definition = JSON.parse(process.env['DEFINITION'] ?? '{}')
const { id: workflow_id } = await api.createWorkflow({ body: { name: 'By the client', definition } })
await api.publishWorkflow({ params: { workflow_id } })
const started = await api.startRun({ params: { workflow_id }, body: { input: { size: 3 } }, headers: { 'idempotency-key': 'once' } })
const plan = await api.startRun({ params: { workflow_id }, body: { input: { size: 3 }, dry_run: true } })
const types: string[] = []
for await (const event of api.follow(started.id)) {
  types.push(event.type)
  if (event.type === 'run_waiting') await api.approve({ params: { run_id: started.id, node_id: 'approval' }, body: { comment: 'Fine' } })
}
const run: Run = await api.getRun({ params: { run_id: started.id } })
const again: string[] = []
for await (const event of api.follow(run.id, { after: types.length - 1 })) again.push(event.type)
const listed = await api.listRuns({ query: { workflow_id, limit: 5 } })
const refusal = await api.getRun({ params: { run_id: 'nonsense' } }).catch((error: unknown) => error)
if (!(refusal instanceof CountersignError)) throw new Error('a refusal is an error of its own')
const gone = await api.deleteWorkflow({ params: { workflow_id } })
const health = await countersign({ url: process.env['URL'] ?? '' }).getHealth()
console.log(JSON.stringify({
  status: run.status, output: run.output, types, again, listed: listed.items.map(({ id }) => id === run.id),
  refusal: [refusal.status, refusal.code], gone: gone === undefined, health: health.status, planned: plan.plan.nodes.length,
}))
`

const MISTAKES = `
import { countersign } from '${CLIENT}'
const api = countersign({ url: 'http://localhost' })
api.startRunn({ params: { workflow_id: 'x' } })
api.startRun({})
api.startRun({ params: { workflow_id: 'x' }, body: { inputs: 1 } })
api.listRuns({ query: { limit: 'many' } })
api.createKey({ body: { name: 'x', scopes: ['everything'] } })
api.getRun({ params: { run_id: 'x' } }).then((run) => run.state)
`

/** The compiler takes its time on a busy machine. */
describe('the client file', { timeout: 180_000 }, () => {
  it('compiles under strict settings, and a program with it runs, follows, decides and is refused', async () => {
    expect(await compile({ 'program.ts': PROGRAM })).toBe('')
    const definition = draw(
      ['start>approval', 'approval:approved>end'],
      { end: { config: { output: '{{ inputs.size }}' } } },
      { inputs: { type: 'object', properties: { size: { type: 'integer' } }, required: ['size'] } },
    )
    const env = { URL: api.url, KEY: key, DEFINITION: JSON.stringify(definition) }
    const { code, out, err } = await runProgram(process.execPath, [join(folder, 'program.js')], { env })
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      status: 'completed',
      output: 3,
      types: expect.arrayContaining(['run_started', 'run_waiting', 'approval_decided', 'run_completed']),
      again: ['run_completed'],
      listed: [true],
      refusal: [400, 'invalid_id'],
      gone: true,
      health: 'ok',
      planned: 3,
    })
  })

  it('makes the compiler refuse what the server would refuse', async () => {
    const mistakes = await compile({ 'mistakes.ts': MISTAKES })
    const lines = [...mistakes.matchAll(/^mistakes\.ts\((\d+),/gm)].map(([, line]) => Number(line))
    expect([...new Set(lines)]).toEqual([4, 5, 6, 7, 8, 9])
  })

  it('has every operation of the description, and says what it is', async () => {
    const compiled = await readFile(join(folder, 'countersign.js'), 'utf8')
    for (const { id, method } of describedContracts) {
      expect(compiled).toMatch(new RegExp(`^\\s+${id}: \\['${method}', '/`, 'm'))
    }
    const { status, headers } = await api.ask('GET', '/api/client.ts')
    expect([status, headers.get('content-type')]).toEqual([200, 'application/typescript; charset=utf-8'])
    expect(source).toMatch(/^\/\*\*\n \* A typed client of the Countersign API/)
  })
})
