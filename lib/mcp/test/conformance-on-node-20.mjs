import * as fs from 'node:fs'
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

// The conformance suite imports `globSync` from `fs`, which Node has from version 22 on, and does not start without it. It
// is called by the command `tier-check` alone, which nobody runs here: `fs` gets one that says so when it is called.
if (isMainThread && !('globSync' in fs)) register(import.meta.url)

const FS_WITH_GLOB_SYNC = `
  export * from 'node:fs'
  export const globSync = () => { throw new Error('There is no globSync before Node 22.') }
`

/** The hook: what the suite gets for `fs`. It writes `fs`, and the packages that it uses have their own ways. */
export function resolve(specifier, context, next) {
  if (specifier !== 'fs' || !context.parentURL?.includes('/@modelcontextprotocol/conformance/')) {
    return next(specifier, context)
  }
  return { url: `data:text/javascript,${encodeURIComponent(FS_WITH_GLOB_SYNC)}`, shortCircuit: true }
}
