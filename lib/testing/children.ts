import { type ChildProcess, spawn } from 'node:child_process'
import { build } from 'esbuild'
import type { ChildOrder } from './worker-child'

/** A worker process of a test. */
export interface WorkerChild {
  pid: number
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>
  /** Everything it logged so far. */
  output(): string
  signal(name: NodeJS.Signals): void
  order(order: ChildOrder): void
}

const children = new Set<ChildProcess>()

/** A worker process on the database of this test; resolves when it is ready, or when it has died before that. */
export async function spawnWorker(environment: Record<string, string> = {}): Promise<WorkerChild> {
  program ??= bundle()
  const child = spawn(process.execPath, ['--input-type=module', '-'], {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...CHILD_DEFAULTS, ...environment },
  })
  child.stdin?.end(await program)
  children.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text))
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('exit', (code, signal) => {
      children.delete(child)
      resolve(signal ?? code)
    }),
  )
  await Promise.race([new Promise((resolve) => child.once('message', resolve)), ended])
  return {
    pid: child.pid ?? 0,
    ended,
    output: () => output,
    signal: (name) => void child.kill(name),
    order: (order) => void (child.connected && child.send(order)),
  }
}

let program: Promise<string> | undefined

/** One file, read from its standard input: a worker that starts in a fraction of a second and leaves nothing behind. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['lib/testing/worker-child.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    packages: 'external',
  })
  return outputFiles[0]?.text ?? ''
}

/** Short leases make takeovers quick; every other number is that of the product. */
const CHILD_DEFAULTS = { EGRESS_ALLOW: '127.0.0.1', WORKER_LEASE_MS: '1500', LOG_LEVEL: 'warn', ENGINE_CRASH_AT: '' }

/** Ends every worker process of this test file, stopped ones too. */
export async function killWorkers(): Promise<void> {
  await Promise.all(
    Array.from(children, (child) => {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      return gone
    }),
  )
}
