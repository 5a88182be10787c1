import type { Runner } from './runner'
import type { StartConfig } from './start'

export const runStart: Runner<StartConfig> = async ({ inputs }) => ({ type: 'done', output: inputs ?? {} })
