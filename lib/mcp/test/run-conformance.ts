import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { runProgram } from '../../testing/run-program'

const CONFORMANCE = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js')
const ON_NODE_20 = join(import.meta.dirname, 'conformance-on-node-20.mjs')

/** The suite's own lists of what each revision requires. */
export const REQUIREMENTS = join(dirname(CONFORMANCE), '../requirements')

/** Runs the official conformance suite to its end. */
export function runConformance(args: readonly string[], options?: Parameters<typeof runProgram>[2]) {
  return runProgram(process.execPath, ['--import', ON_NODE_20, CONFORMANCE, ...args], options)
}
