import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

// The command `tier-check` of the conformance suite, which judges repositories, is left out here: it alone needs `globSync`,
// which Node has from version 22 on, and a client of GitHub, whose twenty packages are not installed (package.json).
// The suite imports both before it looks at its arguments, so it gets something that says so when it is called.
if (isMainThread) register(import.meta.url)

const INSTEAD = {
  fs: `export * from 'node:fs'; export const globSync = () => { throw new Error('tier-check is left out') }`,
  '@octokit/rest': `export class Octokit { constructor() { throw new Error('tier-check is left out') } }`,
}

/** The hook: what the suite itself gets for these names. */
export function resolve(specifier, context, next) {
  const source = context.parentURL?.includes('/@modelcontextprotocol/conformance/') && INSTEAD[specifier]
  if (!source) return next(specifier, context)
  return { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true }
}
