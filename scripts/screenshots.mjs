/**
 * `npm run screenshots`: retakes the pictures of the documentation from a running product, with a data folder of its own.
 * Everything shown is real: the samples of the first start, run through the API.
 */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { findChromium } from './bootstrap/chromium.mjs'
import { startProduct } from './bootstrap/product.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = join(root, 'docs', 'images')
const QUIET_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

mkdirSync(folder, { recursive: true })
const product = await startProduct(root)
const { email, password, api_key: key, workflows } = product.firstRun()
const browser = await chromium.launch({ executablePath: await findChromium(root), args: QUIET_FLAGS })
try {
  const bulletin = await start(workflows['earthquake-bulletin'], {})
  await start(workflows['earthquake-bulletin'], { minimum_magnitude: 8 })
  await start(workflows['support-intake'], {})
  const session = await signIn()
  for (const colorScheme of ['light', 'dark']) {
    const suffix = colorScheme === 'dark' ? '-dark' : ''
    const context = await browser.newContext({
      baseURL: product.url,
      storageState: session,
      colorScheme,
      reducedMotion: 'reduce',
      viewport: { width: 1440, height: 900 },
    })
    const page = await context.newPage()
    await shoot(page, '/workflows', 'Earthquake bulletin', `workflows${suffix}`)
    await shoot(
      page,
      `/workflows/${workflows['earthquake-bulletin']}?node=review`,
      'Editor approval',
      `designer${suffix}`,
    )
    await shoot(page, `/runs/${bulletin}`, 'Approve', `run${suffix}`)
    await shoot(page, '/runs', 'Needs approval', `runs${suffix}`)
    await shoot(page, '/approvals', 'Approve', `approvals${suffix}`)
    await context.close()
  }
} finally {
  await browser.close()
  await product.stop()
  product.removeData()
}

/** Starts a run and waits until it pauses or ends. Returns its id. */
async function start(workflow, input) {
  const answer = await fetch(`${product.url}/v1/workflows/${workflow}/runs`, {
    method: 'POST',
    headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
    body: JSON.stringify({ input, wait: 60 }),
  })
  const run = await answer.json()
  if (!answer.ok) throw new Error(`the run was refused: ${JSON.stringify(run)}`)
  return run.id
}

/** A signed-in session, for every picture. */
async function signIn() {
  const context = await browser.newContext({ baseURL: product.url })
  const page = await context.newPage()
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Workflows', level: 1 }).waitFor()
  const state = await context.storageState()
  await context.close()
  return state
}

/** Takes a picture once the text is there and everything that was asked for has arrived. */
async function shoot(page, path, text, name) {
  await page.goto(path)
  await page.getByText(text).first().waitFor()
  await page.evaluate(() => document.fonts.ready)
  // Live pages keep a stream open, so the network is never idle: what counts is that no skeleton is left.
  await page.waitForFunction(() => document.querySelectorAll('[data-slot="skeleton"], .animate-pulse').length === 0)
  await page.waitForFunction(
    () => {
      // A canvas that still moves to its first view is not what a reader would see.
      const place = document.querySelector('.react-flow__viewport')?.getAttribute('style') ?? ''
      const rests = globalThis.lastPlace === place
      globalThis.lastPlace = place
      return rests
    },
    undefined,
    { polling: 400 },
  )
  await page.screenshot({ path: join(folder, `${name}.png`) })
  process.stdout.write(`docs/images/${name}.png\n`)
}
