import type { MessageConfig } from './message'
import type { Runner } from './runner'

export const runMessage: Runner<MessageConfig> = async ({ config }) => {
  const message = { text: config.text, ...(config.state ? { state: config.state } : {}) }
  return { type: 'done', output: message, message }
}
