import type { CallbackConfig } from './callback'
import { dueAt } from './due-at'
import type { Runner } from './runner'

export const runCallback: Runner<CallbackConfig> = async ({ config }) => ({
  type: 'wait',
  kind: 'callback',
  request: {},
  ...dueAt(config.timeoutSeconds),
})
