import { fork } from 'node:child_process'
import { join } from 'node:path'
import { bundleOptions, loadEsbuild } from './build.mjs'

const CHILD = join('scripts', 'bootstrap', 'serve-child.mjs')

/**
 * The server in a process of its own, which a change of its sources replaces; the database stays where it is. Pages need no
 * restart: Next reloads them. Returns `{ stop(graceMs) }` once the first one listens.
 */
export async function serveInChild(root) {
  const { context } = await loadEsbuild(root)
  let child
  let restarting = Promise.resolve()
  let stopped = false
  let builds = 0

  const onRebuild = {
    name: 'restart',
    setup(build) {
      build.onEnd((result) => {
        for (const error of result.errors) process.stderr.write(`  ${error.location?.file ?? ''} ${error.text}\n`)
        builds += 1
        if (builds === 1 || result.errors.length > 0 || stopped) return
        restarting = restarting.then(async () => {
          await end(child)
          if (!stopped) child = await launch(root).catch((error) => void process.stderr.write(`${error.message}\n`))
        })
      })
    },
  }
  const watcher = await context({ ...bundleOptions(root), plugins: [onRebuild] })
  await watcher.watch()
  child = await launch(root)
  return {
    stop: async () => {
      stopped = true
      await watcher.dispose()
      await restarting
      await end(child)
    },
  }
}

function launch(root) {
  return new Promise((resolve, reject) => {
    const child = fork(join(root, CHILD), { cwd: root, stdio: 'inherit', detached: true })
    child.once('message', () => resolve(child))
    child.once('exit', (code) =>
      reject(new Error(`the server stopped with code ${code}; it starts again when a file changes`)),
    )
  })
}

function end(child) {
  if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', resolve)
    child.kill('SIGTERM')
  })
}
