import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Obstacle } from './steps.mjs'

const READY_TIMEOUT_MS = 300_000
const STOP_TIMEOUT_MS = 40_000

/**
 * Starts the product as `npm start` does, on a free port and a data folder of its own, and waits until it is ready.
 * `stop()` ends it in good order and resolves with its exit code; the folder is removed.
 */
export async function startProduct(root, environment = {}) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'countersign-'))
  const port = await freePort()
  const env = { ...process.env, SEED: 'demo', PORT: String(port), DATA_DIR: dataFolder, ...environment }
  for (const name of ['DATABASE_URL', 'PUBLIC_URL', 'NODE_ENV']) if (!(name in environment)) delete env[name]
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs')], {
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
  const exited = new Promise((resolve) => child.once('exit', resolve))

  const stop = async () => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    const code = await exited
    clearTimeout(timer)
    rmSync(dataFolder, { recursive: true, force: true })
    return code
  }
  const url = `http://localhost:${port}`
  const deadline = Date.now() + READY_TIMEOUT_MS
  while (!(await isReady(url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop()
      throw new Obstacle(`The product did not start:\n${output}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return {
    url,
    dataFolder,
    pid: child.pid,
    stop,
    output: () => output,
    firstRun: () => JSON.parse(readFileSync(join(dataFolder, 'first-run.json'), 'utf8')),
  }
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
