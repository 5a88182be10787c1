import { dueAt } from './due-at'
import type { InputConfig } from './input'
import type { Runner } from './runner'

export const runInput: Runner<InputConfig> = async ({ config }) => ({
  type: 'wait',
  kind: 'input',
  request: { prompt: config.prompt, schema: config.schema },
  ...dueAt(config.dueInSeconds),
})
