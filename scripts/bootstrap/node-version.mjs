import { Obstacle } from './steps.mjs'

const NEEDED = [20, 19]

/** Throws one sentence when this Node.js is too old to run the product. */
export function checkNodeVersion(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number)
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return
  throw new Obstacle(
    `Node.js ≥ ${NEEDED.join('.')} is needed and this is ${version}; install a newer one from https://nodejs.org.`,
  )
}
