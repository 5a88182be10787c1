import { fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { runningEmbeddedPostgres } from '@/lib/db/embedded-postgres'
import { startProduct, startWorkerAlone } from '../bootstrap/product.mjs'

/** The product as `npm start` runs it, on a data folder and a port of its own, and the floor beside it on the same database server. */
export interface Bench {
  url: string
  key: string
  floorUrl: string
  /** Resident memory of the product's process, in MB; NaN where /proc does not tell. */
  memoryMb(): Promise<number>
  /** A statement on the product's database. */
  sql<Row extends object>(text: string, values?: unknown[]): Promise<Row[]>
  /** Starts a second worker process on the same database; the answer stops it. */
  addWorker(): Promise<() => Promise<unknown>>
  close(): Promise<void>
}

/** The floor has no limit either. */
const TEAM_RUNS = '200'

export async function openBench(): Promise<Bench> {
  // One key makes all the calls.
  const product = await startProduct(process.cwd(), {
    environment: { LOG_LEVEL: 'warn', API_CALLS_PER_MINUTE: '100000000', LIMIT_TEAM_RUNS: TEAM_RUNS },
  })
  const database = await runningEmbeddedPostgres(join(product.dataFolder, 'postgres'))
  const connection = new pg.Client({ connectionString: database })
  await connection.connect()
  const floor = fork('scripts/bench/floor.mjs', { env: { ...process.env, DATABASE_URL: database } })
  const floorPort = await new Promise<number>((resolve) => {
    floor.once('message', (message) => resolve((message as { port: number }).port))
  })
  return {
    url: product.url.replace('localhost', '127.0.0.1'),
    key: product.firstRun().api_key,
    floorUrl: `http://127.0.0.1:${floorPort}`,
    memoryMb: () => residentMb(product.pid),
    sql: async <Row extends object>(text: string, values: unknown[] = []) =>
      (await connection.query<Row>(text, values)).rows,
    addWorker: async () => (await startWorkerAlone(process.cwd(), { dataFolder: product.dataFolder })).stop,
    async close() {
      await connection.end()
      floor.kill('SIGKILL')
      await product.stop()
      product.removeData()
    },
  }
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
  return kilobytes === undefined ? Number.NaN : Math.round(Number(kilobytes) / 1024)
}
