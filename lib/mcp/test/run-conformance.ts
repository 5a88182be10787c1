import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { runProgram } from '../../testing/run-program'

const require = createRequire(import.meta.url)
const CONFORMANCE = require.resolve('@modelcontextprotocol/conformance/dist/index.js')
const WITHOUT_TIER_CHECK = join(import.meta.dirname, 'conformance-without-tier-check.mjs')

/** The suite's own lists of what each revision requires. */
export const REQUIREMENTS = join(dirname(CONFORMANCE), '../requirements')

/** Runs the official conformance suite to its end. */
export function runConformance(args: readonly string[], options?: Parameters<typeof runProgram>[2]) {
  return runProgram(process.execPath, ['--import', WITHOUT_TIER_CHECK, CONFORMANCE, ...args], options)
}
