/**
 * `npm test`: everything that is checked, installing what it needs. Its last line is `N passed, N failed, N skipped` over all
 * suites. `npm test -- types lint` runs these alone; the names are those of SUITES below.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPages, bundleServer, generateClient } from './bootstrap/build.mjs'
import { findChromium } from './bootstrap/chromium.mjs'
import { install, isInstalled } from './bootstrap/install.mjs'
import { checkNodeVersion } from './bootstrap/node-version.mjs'
import { startProduct } from './bootstrap/product.mjs'
import { runCommand } from './bootstrap/run-command.mjs'
import { say, sayObstacle, step } from './bootstrap/steps.mjs'
import { addCheck, addPlaywright, addVitest, lastLine, newTally } from './bootstrap/tally.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const results = join(root, 'test-results')
const VITEST_TIMEOUT_MS = 600_000
const BROWSER_TIMEOUT_MS = 480_000
const SUITES = { types, lint, deadcode, vitest, browser }

process.chdir(root)
const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => !(name in SUITES))
const tally = newTally()
let product
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, interrupted)
try {
  if (unknown.length > 0)
    throw new Error(`There is no suite ${unknown.join(', ')}; there are ${Object.keys(SUITES).join(', ')}.`)
  say()
  await prepare()
  for (const [name, suite] of Object.entries(SUITES)) {
    if (chosen.length === 0 || chosen.includes(name)) await attempt(name, suite)
  }
} catch (error) {
  sayObstacle(error)
  addCheck(tally, 'preparation', false)
}
if (tally.failures.length > 0) {
  say('\n  Failed:')
  for (const name of tally.failures) say(`  ${name}`)
}
process.stdout.write(`\n${lastLine(tally)}\n`)
process.exit(tally.failed > 0 ? 1 : 0)

async function prepare() {
  checkNodeVersion()
  if (!isInstalled(root, { development: true }))
    await step('Install packages', () => install(root, { development: true }))
  await step('Generate the database client', () => generateClient(root).then((was) => (was ? undefined : 'up to date')))
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results, { recursive: true })
}

/** A suite that cannot even begin is one failure, with its sentence; the others still run. */
async function attempt(name, suite) {
  try {
    await suite()
  } catch (error) {
    sayObstacle(error)
    addCheck(tally, name, false)
  }
}

function types() {
  return check('types', 'typescript/bin/tsc', ['--noEmit'])
}

function lint() {
  return check('lint', '@biomejs/biome/bin/biome', ['ci', '--colors=off', '.'])
}

function deadcode() {
  return check('dead code', 'knip/bin/knip.js', ['--no-progress'])
}

async function vitest() {
  say()
  const file = join(results, 'vitest.json')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const { code } = await node('vitest/vitest.mjs', args, { show: true, timeoutMs: VITEST_TIMEOUT_MS })
  if (existsSync(file)) addVitest(tally, JSON.parse(readFileSync(file, 'utf8')))
  if (code !== 0 && tally.failures.length === 0) addCheck(tally, `vitest ended with code ${code}`, false)
}

async function browser() {
  let chromium
  await step('Find Chromium', async () => {
    chromium = await findChromium(root)
    return chromium
  })
  await step('Bundle the server', () => bundleServer(root).then((was) => (was ? undefined : 'up to date')))
  await step('Build the pages', () => buildPages(root).then((was) => (was ? undefined : 'up to date')))
  await step('Start the product', async () => {
    product = await startProduct(root)
    return product.url
  })
  const file = join(results, 'playwright.json')
  try {
    const env = {
      ...process.env,
      CHROME: chromium,
      BASE_URL: product.url,
      FIRST_RUN: join(product.dataFolder, 'first-run.json'),
      PLAYWRIGHT_JSON_OUTPUT_FILE: file,
    }
    const args = ['test', '--config', 'e2e/playwright.config.ts']
    const { code } = await node('@playwright/test/cli.js', args, { env, show: true, timeoutMs: BROWSER_TIMEOUT_MS })
    if (existsSync(file)) addPlaywright(tally, JSON.parse(readFileSync(file, 'utf8')))
    else addCheck(tally, `the browser tests ended with code ${code} and no report`, false)
  } finally {
    await step('Stop the product', async () => {
      const code = await product.stop()
      product.removeData()
      addCheck(tally, 'the product stops in good order', code === 0)
    })
  }
}

/** The programs of the suites end with this process; the product is given its time. */
async function interrupted() {
  await product?.stop()
  product?.removeData()
  process.exit(130)
}

async function check(title, program, args) {
  let outcome
  await step(`Check ${title}`, async () => {
    outcome = await node(program, args)
    return outcome.code === 0 ? undefined : 'failed'
  })
  if (outcome.code !== 0) process.stdout.write(`${outcome.output}\n`)
  addCheck(tally, title, outcome.code === 0)
}

/** Runs the program of an installed package, by the path of its script. */
function node(script, args, options = {}) {
  return runCommand(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root, ...options })
}
