import type { Runner } from './runner'
import type { WhileConfig } from './while'

export const runWhile: Runner<WhileConfig> = async () => ({ type: 'container', container: 'while' })
