import type { EndConfig } from './end'
import type { Runner } from './runner'

export const runEnd: Runner<EndConfig> = async ({ config }) => ({ type: 'done', output: config.output ?? null })
