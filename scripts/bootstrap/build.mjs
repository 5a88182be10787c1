import { existsSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { lastLines, runCommand } from './run-command.mjs'
import { contentHash, unlessFresh } from './stale.mjs'
import { Obstacle } from './steps.mjs'

const COMMON = ['lib', 'package-lock.json', 'tsconfig.json', 'prisma/schema.prisma']
const PAGES = ['app', 'components', 'next.config.js', 'postcss.config.mjs', 'proxy.ts']
const SERVER = ['scripts/server.ts', 'scripts/server']

/** Where the pages are built to, and where the server is. `NEXT_DIST_DIR` keeps several builds of one folder apart. */
export function outputFolders() {
  const pages = process.env.NEXT_DIST_DIR || '.next'
  return { pages, server: pages === '.next' ? 'dist' : `${pages}-server` }
}

/** Generates the Prisma client when the schema changed. Returns whether it did. */
export function generateClient(root) {
  const stamp = join(root, 'lib', 'db', 'generated', '.stamp')
  return unlessFresh(
    stamp,
    contentHash(root, ['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json']),
    async () => {
      const { code, output } = await runCommand(process.execPath, [join(root, 'scripts', 'generate.mjs')], {
        cwd: root,
      })
      if (code !== 0) throw new Obstacle(`The database client could not be generated: ${lastLines(output)}`)
    },
  )
}

/** Settings of the server bundle: our code in one file, packages as they are installed. */
export function bundleOptions(root) {
  return {
    absWorkingDir: root,
    entryPoints: { server: 'scripts/server.ts' },
    outdir: outputFolders().server,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    packages: 'external',
    sourcemap: true,
    logLevel: 'silent',
    banner: { js: '/* built by npm start */' },
  }
}

/** Bundles the server when its sources changed. Returns whether it did. */
export function bundleServer(root) {
  const stamp = join(root, outputFolders().server, '.stamp')
  return unlessFresh(stamp, contentHash(root, [...COMMON, ...SERVER]), async () => {
    const { build } = await loadEsbuild(root)
    await build(bundleOptions(root)).catch((error) => {
      throw new Obstacle(`The server could not be bundled: ${lastLines(error.message)}`)
    })
  })
}

/** Imports the bundled server. */
export function importServer(root) {
  return import(pathToFileURL(join(root, outputFolders().server, 'server.mjs')).href)
}

/** Builds the pages when their sources changed. Returns whether it did. */
export function buildPages(root) {
  const folder = join(root, outputFolders().pages)
  const stamp = join(folder, '.stamp')
  if (!existsSync(join(folder, 'BUILD_ID'))) rmSync(stamp, { force: true }) // an interrupted or a development build
  return unlessFresh(stamp, contentHash(root, [...COMMON, ...PAGES]), async () => {
    const next = createRequire(join(root, 'package.json')).resolve('next/dist/bin/next')
    const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
    const { code, output } = await runCommand(process.execPath, [next, 'build'], { cwd: root, env })
    if (code !== 0) throw new Obstacle(buildSentence(output))
  })
}

/** The compiler of Next and esbuild are native programs that npm installs for one platform. */
export async function loadEsbuild(root) {
  try {
    return await import(pathToFileURL(createRequire(join(root, 'package.json')).resolve('esbuild')).href)
  } catch {
    throw new Obstacle('The compiler esbuild is not installed for this machine: delete node_modules and start again.')
  }
}

function buildSentence(output) {
  if (/Failed to load SWC binary|@next\/swc-.* was not found/i.test(output)) {
    return 'The compiler of Next.js (@next/swc) is not installed for this machine: delete node_modules and start again.'
  }
  if (/Another next build process is already running/i.test(output)) {
    return 'Another build of this folder is running: wait for it, or set NEXT_DIST_DIR to build beside it.'
  }
  if (/heap out of memory|SIGKILL|signal: 9/i.test(output)) {
    return 'The machine has too little memory to build the pages: 2 GB are enough.'
  }
  const cause = output.split('\n').findIndex((line) => /error|failed/i.test(line))
  const lines = output.split('\n').slice(Math.max(cause, 0), Math.max(cause, 0) + 12)
  return `The pages could not be built:\n    ${lines.join('\n    ')}`
}
