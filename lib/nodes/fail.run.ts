import type { FailConfig } from './fail'
import { NodeError, type Runner } from './runner'

export const runFail: Runner<FailConfig> = async ({ config }) => {
  throw new NodeError('failed_on_purpose', config.message, { retryable: false })
}
