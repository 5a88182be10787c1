import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, runningEmbeddedPostgres } from '@/lib/db/embedded-postgres'

/** The product as `npm start` runs it, on a data folder and a port of its own, and the floor beside it on the same database server. */
export interface Bench {
  url: string
  key: string
  floorUrl: string
  /** Resident memory of the product's process, in MB. */
  memoryMb(): Promise<number>
  close(): Promise<void>
}

const START_TIMEOUT_MS = 600_000

export async function openBench(say: (line: string) => void): Promise<Bench> {
  const dataDir = await mkdtemp(join(tmpdir(), 'countersign-bench-'))
  const port = await freePort()
  const product = spawn(process.execPath, ['scripts/start.mjs'], {
    env: {
      ...process.env,
      PORT: String(port),
      DATA_DIR: dataDir,
      SEED: 'demo',
      LOG_LEVEL: 'warn',
      DATABASE_URL: '',
      API_CALLS_PER_MINUTE: '100000000', // one key makes all the calls
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  product.stdout?.on('data', (chunk: Buffer) => say(chunk.toString().trimEnd()))
  const url = `http://127.0.0.1:${port}`
  await untilReady(product, `${url}/api/health/ready`)
  const firstRun = JSON.parse(await readFile(join(dataDir, 'first-run.json'), 'utf8')) as { api_key: string }
  const database = await runningEmbeddedPostgres(join(dataDir, 'postgres'))
  const floor = fork('scripts/bench/floor.mjs', { env: { ...process.env, DATABASE_URL: database } })
  const floorPort = await new Promise<number>((resolve) => {
    floor.once('message', (message) => resolve((message as { port: number }).port))
  })
  return {
    url,
    key: firstRun.api_key,
    floorUrl: `http://127.0.0.1:${floorPort}`,
    memoryMb: () => residentMb(product),
    async close() {
      floor.kill('SIGKILL')
      const exited = new Promise((resolve) => product.once('exit', resolve))
      product.kill('SIGTERM')
      await exited
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function untilReady(product: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline) {
    if (product.exitCode !== null) throw new Error(`the product ended with ${product.exitCode} before it was ready`)
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error('the product was not ready in time')
}

async function residentMb(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
  return kilobytes === undefined ? Number.NaN : Math.round(Number(kilobytes) / 1024)
}
