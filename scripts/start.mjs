/**
 * `npm start`: everything from a fresh clone to a running product. `--dev` reloads on change, `--worker` runs a worker alone.
 * This file and scripts/bootstrap import nothing but Node's own modules: they run before anything is installed.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { buildPages, bundleServer, generateClient, importServer } from './bootstrap/build.mjs'
import { serveInChild } from './bootstrap/dev-server.mjs'
import { install, isInstalled } from './bootstrap/install.mjs'
import { checkNodeVersion } from './bootstrap/node-version.mjs'
import { onStop } from './bootstrap/on-stop.mjs'
import { say, sayObstacle, step, strong } from './bootstrap/steps.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dev = process.argv.includes('--dev')
const workerOnly = process.argv.includes('--worker')
const done = (was) => (was ? undefined : 'up to date')

// Garbage is collected when there is as much of it as of what is in use, not three times as much: a third less memory.
setFlagsFromString('--heap-growing-percent=100')

process.chdir(root)
const startedAt = performance.now()
const stopping = onStop()

try {
  say()
  await prepare()
  await (workerOnly ? startWorkerAlone() : start())
} catch (error) {
  sayObstacle(error)
  keepDetails(error)
  await stopping.now(1)
}

async function prepare() {
  checkNodeVersion()
  if (!isInstalled(root, { development: dev }))
    await step('Install packages', () => install(root, { development: dev }))
  process.env.NODE_ENV = dev ? 'development' : 'production'
  process.env.NEXT_TELEMETRY_DISABLED = '1'
  await step('Generate the database client', async () => done(await generateClient(root)))
  await step('Bundle the server', async () => done(await bundleServer(root)))
}

async function start() {
  const product = await importServer(root)
  const dataFolder = resolve(product.readKnobs().DATA_DIR)
  stopping.unless(product.claimStrayError)
  stopping.after(await product.claimDataFolder(dataFolder))
  await product.settlePort()
  await product.checkGivenDatabase()
  if (!dev) await step('Build the pages', async () => done(await buildPages(root)))

  await product.loadSecrets(dataFolder)
  await step('Open the database', async () => {
    const database = await product.openDatabase(dataFolder)
    stopping.after(() => database.close())
    return database.note
  })
  await step('Apply migrations', () => product.migrateDatabase())
  await step('Seed', () => product.seed(dataFolder))
  await step(dev ? 'Start web, API and worker with hot reload' : 'Start web, API and worker', async () => {
    const serving = dev ? await serveInChild(root) : await product.serve({ dev: false })
    stopping.first((graceMs) => serving.stop(graceMs))
  })
  const lines = await product.welcome(dataFolder)
  say()
  say(strong(lines[0]))
  for (const line of lines.slice(1)) say(line)
  say()
  say(`Started in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`)
  say()
}

async function startWorkerAlone() {
  const product = await importServer(root)
  const dataFolder = resolve(product.readKnobs().DATA_DIR)
  stopping.unless(product.claimStrayError)
  await product.loadSecrets(dataFolder)
  await step('Join the database', async () => {
    const database = await product.joinDatabase(dataFolder)
    stopping.after(() => database.close())
    return database.note
  })
  await step('Start the worker', async () => {
    const serving = await product.serveWorker()
    stopping.first((graceMs) => serving.stop(graceMs))
  })
  say()
  say(strong('The worker is running. Ctrl-C stops it.'))
  say()
}

/** What was not expected keeps its stack in a file, for whoever has to mend it. */
function keepDetails(error) {
  if (!(error instanceof Error) || error.name === 'Obstacle') return
  const folder = resolve(process.env.DATA_DIR || '.data')
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'start-error.log'), `${error.stack}\n`)
    say(`Details are in ${join(folder, 'start-error.log')}`)
  } catch {
    // The sentence was said; a folder that cannot be written to is most likely its cause.
  }
}
