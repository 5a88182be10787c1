import { estimateTokenCount } from 'tokenx'
import type { CallUsage } from '../engine/events'
import type { LlmConfig } from './llm'
import { callTarget } from './llm-estimate.run'
import { writeOffline } from './offline-writer'

/** What one call of a model gave. */
export interface LlmAnswer {
  text: string
  /** The parsed answer when a schema was given, else the text. Throws NodeError when it cannot be parsed. */
  value(): unknown
  usage: CallUsage
}

/** The built-in model. It speaks word by word like any other, at once. */
export function callOffline(config: LlmConfig, delta: (text: string) => void): LlmAnswer {
  const startedMs = performance.now()
  const { text, value } = writeOffline({ prompt: config.prompt, schema: config.schema })
  for (const word of text.match(/\S+\s*|\s+/g) ?? []) delta(word)
  return {
    text,
    value: () => value,
    usage: {
      ...callTarget(config.model),
      input_tokens: estimateTokenCount(`${config.system ?? ''}\n${config.prompt}`),
      output_tokens: estimateTokenCount(text),
      latency_ms: Math.round(performance.now() - startedMs),
      cost_usd: 0,
    },
  }
}
