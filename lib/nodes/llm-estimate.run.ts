import { estimateTokenCount } from 'tokenx'
import type { CallUsage } from '../engine/events'
import { env } from '../env'
import type { LlmConfig } from './llm'
import { priceOf } from './price-list.run'
import { costOf, type Price, providerOf } from './prices'

/** Models of the OpenAI-compatible server may be named with this in front. */
export const PREFIX = 'openai-compatible'

/** What is known of a call before it is made. */
export interface CallEstimate {
  provider: string
  model: string
  inputTokens: number
  /** The longest answer, when the author says it. */
  maxOutputTokens: number | undefined
  price: Price | undefined
}

/** Who is called for a model, as usage and prices name it. */
export function callTarget(model: string): { provider: string; model: string } {
  if (model === 'offline' || model.startsWith('offline/')) {
    return { provider: 'offline', model: model.replace(/^offline\/?/, '') || 'writer' }
  }
  const { LLM_BASE_URL } = env()
  const provider = LLM_BASE_URL === undefined ? undefined : providerOf(LLM_BASE_URL)
  return {
    provider: provider ?? PREFIX,
    model: model.startsWith(`${PREFIX}/`) ? model.slice(PREFIX.length + 1) : model,
  }
}

export function estimateLlm(config: LlmConfig): CallEstimate {
  const target = callTarget(config.model)
  return {
    ...target,
    inputTokens: estimateTokenCount(`${instructions(config) ?? ''}\n${config.prompt}`),
    maxOutputTokens: config.maxTokens,
    price: priceOf(target.provider, target.model),
  }
}

/** With its cost; null where nobody said what the model costs. */
export function priced(usage: Omit<CallUsage, 'cost_usd'>): CallUsage {
  const price = priceOf(usage.provider, usage.model)
  return { ...usage, cost_usd: price ? costOf(price, usage.input_tokens, usage.output_tokens) : null }
}

/** What the model is told first. Servers that ignore `response_format` still read. */
export function instructions(config: LlmConfig): string | undefined {
  if (!config.schema) return config.system
  const wish = `Answer with one JSON object and nothing else. It must conform to this JSON Schema: ${JSON.stringify(config.schema)}`
  return config.system ? `${config.system}\n\n${wish}` : wish
}
