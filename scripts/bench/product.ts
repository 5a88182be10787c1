import { fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runningEmbeddedPostgres } from '@/lib/db/embedded-postgres'
import { startProduct } from '../bootstrap/product.mjs'

/** The product as `npm start` runs it, on a data folder and a port of its own, and the floor beside it on the same database server. */
export interface Bench {
  url: string
  key: string
  floorUrl: string
  /** Resident memory of the product's process, in MB; NaN where /proc does not tell. */
  memoryMb(): Promise<number>
  close(): Promise<void>
}

export async function openBench(): Promise<Bench> {
  // One key makes all the calls.
  const product = await startProduct(process.cwd(), {
    environment: { LOG_LEVEL: 'warn', API_CALLS_PER_MINUTE: '100000000' },
  })
  const database = await runningEmbeddedPostgres(join(product.dataFolder, 'postgres'))
  const floor = fork('scripts/bench/floor.mjs', { env: { ...process.env, DATABASE_URL: database } })
  const floorPort = await new Promise<number>((resolve) => {
    floor.once('message', (message) => resolve((message as { port: number }).port))
  })
  return {
    url: product.url.replace('localhost', '127.0.0.1'),
    key: product.firstRun().api_key,
    floorUrl: `http://127.0.0.1:${floorPort}`,
    memoryMb: () => residentMb(product.pid),
    async close() {
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
