import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { runCommand } from './run-command.mjs'
import { Obstacle } from './steps.mjs'

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** A browser for the tests: the one CHROME names, an installed one, Playwright's own, or Debian's, which is installed then. */
export async function findChromium(root) {
  if (process.env.CHROME) {
    if (existsSync(process.env.CHROME)) return process.env.CHROME
    throw new Obstacle(`CHROME names ${process.env.CHROME}, which does not exist.`)
  }
  return installed() ?? playwrights(root) ?? (await installPlaywrights(root)) ?? (await installDebians()) ?? missing()
}

function installed() {
  return INSTALLED.find((path) => existsSync(path))
}

function playwrights(root) {
  const { chromium } = createRequire(join(root, 'package.json'))('playwright')
  const path = chromium.executablePath()
  return path && existsSync(path) ? path : undefined
}

async function installPlaywrights(root) {
  const cli = join(dirname(createRequire(join(root, 'package.json')).resolve('playwright/package.json')), 'cli.js')
  const env = { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' }
  await runCommand(process.execPath, [cli, 'install', 'chromium'], { env, timeoutMs: 240_000 })
  return playwrights(root)
}

async function installDebians() {
  if (!existsSync('/usr/bin/apt-get')) return undefined
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const apt = async (...args) => {
    const [program, ...rest] = [...asRoot, 'apt-get', ...args]
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    return runCommand(program, rest, { env, timeoutMs: 300_000 }).catch(() => undefined)
  }
  await apt('update')
  await apt('install', '-y', '--no-install-recommends', 'chromium')
  return installed()
}

function missing() {
  throw new Obstacle('The browser tests need Chromium and it could not be installed: install it, or name it in CHROME.')
}
