import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Obstacle } from './steps.mjs'

const READY_TIMEOUT_MS = 300_000
const STOP_TIMEOUT_MS = 40_000

/** A new data folder, as the first start finds it: absent knobs, nothing in it. */
export function newDataFolder() {
  return mkdtempSync(join(tmpdir(), 'countersign-'))
}

/** Starts the product as `npm start` does, on a free port, and waits until it is ready. Shapes: product.d.mts. */
export async function startProduct(root, { dataFolder = newDataFolder(), environment = {} } = {}) {
  const port = await freePort()
  const { child, output, exited } = launchStart(root, [], { PORT: String(port), DATA_DIR: dataFolder, ...environment })
  const url = `http://localhost:${port}`
  const stop = () => end(child, exited)
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (!(await isReady(url))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      await stop()
      throw new Obstacle(`The product did not start:\n${output()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return {
    url,
    pid: child.pid,
    dataFolder,
    output,
    stop,
    kill: () => {
      child.kill('SIGKILL')
      return exited
    },
    firstRun: () => JSON.parse(readFileSync(join(dataFolder, 'first-run.json'), 'utf8')),
    removeData: () => rmSync(dataFolder, { recursive: true, force: true }),
  }
}

/** Starts a worker alone on the data folder of a running product, and waits until it says that it runs. */
export async function startWorkerAlone(root, { dataFolder }) {
  const { child, output, exited } = launchStart(root, ['--worker'], { DATA_DIR: dataFolder })
  while (!output().includes('The worker is running')) {
    if (child.exitCode !== null) throw new Obstacle(`The worker did not start:\n${output()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { output, stop: () => end(child, exited) }
}

/** Runs a start that is expected to be refused; resolves with its exit code and all it said. */
export async function refusedStart(root, environment, args = []) {
  const { output, exited } = launchStart(root, args, environment)
  return { code: await exited, output: output() }
}

function launchStart(root, args, environment) {
  const env = { ...process.env, SEED: 'demo', ...environment }
  for (const name of ['DATABASE_URL', 'PUBLIC_URL', 'NODE_ENV', 'npm_lifecycle_event']) {
    if (!(name in environment)) delete env[name]
  }
  const child = spawn(process.execPath, [...startCommand(root), ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk) => {
    output += chunk
  }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  const exited = new Promise((resolve) => child.once('close', resolve))
  return { child, exited, output: () => output }
}

/** What `npm start` gives to node: its flags, and the script. */
function startCommand(root) {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return scripts.start.replace(/^exec node /, '').split(' ')
}

async function end(child, exited) {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  const code = await exited
  clearTimeout(timer)
  return code
}

async function isReady(url) {
  return fetch(`${url}/api/health/ready`).then(
    (response) => response.ok,
    () => false,
  )
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
