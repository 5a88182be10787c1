import type { MergeConfig } from './merge'
import type { Runner } from './runner'

export const runMerge: Runner<MergeConfig> = async ({ config }) => ({ type: 'done', output: config.output ?? null })
