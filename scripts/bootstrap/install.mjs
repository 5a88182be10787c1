import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lastLines, runCommand } from './run-command.mjs'
import { Obstacle } from './steps.mjs'

/**
 * Whether node_modules holds what package-lock.json says. npm writes what it installed into a lock of its own at the end of
 * each install, so an interrupted one counts as not installed. Optional packages of other platforms may be absent.
 */
export function isInstalled(root, { development }) {
  const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined)
  const wanted = read(join(root, 'package-lock.json'))
  const present = read(join(root, 'node_modules', '.package-lock.json'))
  if (!wanted) throw new Obstacle('package-lock.json is missing; restore it from the repository.')
  if (!present) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link) return true
    const found = present[path]
    if (found) return found.version === entry.version && found.integrity === entry.integrity
    return entry.optional || entry.devOptional || (entry.dev && !development) || entry.peer
  })
}

/** Installs exactly what the lock names. Throws one sentence that names the cause when npm fails. */
export async function install(root, { development }) {
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', development ? '--include=dev' : undefined]
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { code, output } = await runCommand(npm, args.filter(Boolean), { cwd: root }).catch((error) => {
    throw new Obstacle(`npm cannot be run (${error.message}); install Node.js together with npm.`)
  })
  if (code !== 0) throw new Obstacle(installSentence(output))
}

/** The sentence for what npm printed as it failed. */
export function installSentence(output) {
  if (/gyp ERR|node-gyp|not found: make|g\+\+: (command )?not found|C compiler cannot/i.test(output)) {
    return 'A package has no ready program for this machine and there is no compiler to make it: install one (Debian: apt-get install build-essential python3) and start again.'
  }
  if (/ENOSPC/.test(output)) return 'The disk is full: about 1.3 GB are needed for the packages.'
  if (/EACCES|EPERM/.test(output)) return 'npm may not write into node_modules: check who owns this folder.'
  if (/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|network/i.test(output)) {
    return `The npm registry cannot be reached (${lastLines(output, 1)}); check the network and start again.`
  }
  return `npm ci failed: ${lastLines(output)}`
}
