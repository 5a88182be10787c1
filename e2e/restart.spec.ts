import { readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import {
  newDataFolder,
  type Product,
  refusedStart,
  startProduct,
  startWorkerAlone,
} from '../scripts/bootstrap/product.mjs'

/** The product as a process: started again after anything, it goes on where it was. These start their own. */
const root = process.cwd()
test.describe.configure({ mode: 'serial', timeout: 240_000 })

let product: Product
test.beforeAll(async () => {
  test.setTimeout(240_000)
  product = await startProduct(root)
})
test.afterAll(async () => {
  await product.stop()
  product.removeData()
})

async function call(path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${product.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'X-API-Key': product.firstRun().api_key, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = (await response.json()) as Record<string, unknown>
  expect(response.ok, `${path}: ${JSON.stringify(answer)}`).toBe(true)
  return answer
}

async function databasePort(): Promise<number> {
  return (JSON.parse(await readFile(join(product.dataFolder, 'postgres', 'server.json'), 'utf8')) as { port: number })
    .port
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
}

test('killed while a run waits for approval, and started again: the run is approved and completes', async () => {
  const workflow = product.firstRun().workflows['earthquake-bulletin']
  const turn = await call(`/v1/workflows/${workflow}/execute`, { run_input: { command: 'start' } })
  expect(turn.canonical_status).toBe('waiting_for_approval')

  await product.kill()
  product = await startProduct(root, { dataFolder: product.dataFolder })
  expect(product.output()).toContain('still running on port')
  const [approval] = (await call('/v1/approvals?status=open')).items as { run_id: string; node_id: string }[]
  await call(`/v1/runs/${approval?.run_id}/nodes/${approval?.node_id}/approve`, {})
  await expect.poll(async () => (await call(`/v1/runs/${approval?.run_id}`)).status).toBe('completed')
})

test('killed right after a run was accepted, and started again: the run ends', async () => {
  const workflow = product.firstRun().workflows['earthquake-bulletin']
  const run = await call(`/v1/workflows/${workflow}/runs`, {})
  await product.kill()
  product = await startProduct(root, { dataFolder: product.dataFolder })
  await expect
    .poll(async () => (await call(`/v1/runs/${run.id}`)).status, { timeout: 60_000 })
    .toBe('waiting_for_approval')
})

test('a worker alone joins the database of the running product and leaves in good order', async () => {
  const worker = await startWorkerAlone(root, { dataFolder: product.dataFolder })
  expect(await worker.stop()).toBe(0)
})

test('a second start on the same data folder is refused with one sentence', async () => {
  const { code, output } = await refusedStart(root, { DATA_DIR: product.dataFolder, PORT: '0' })
  expect(code).toBe(1)
  expect(output).toContain(`uses the data folder ${product.dataFolder}`)
  expect(output).not.toMatch(/\n\s+at /)
})

test('a taken port is refused with one sentence', async () => {
  const { port } = new URL(product.url)
  const folder = newDataFolder()
  const { code, output } = await refusedStart(root, { DATA_DIR: folder, PORT: port })
  await rm(folder, { recursive: true })
  expect(code).toBe(1)
  expect(output).toContain(`Port ${port} is taken by another program`)
  expect(output).not.toMatch(/\n\s+at /)
})

test('a signal stops everything, the database too', async () => {
  const port = await databasePort()
  expect(await answers(port)).toBe(true)
  expect(await product.stop()).toBe(0)
  expect(await answers(port)).toBe(false)
  await expect(fetch(product.url)).rejects.toThrow()
})
