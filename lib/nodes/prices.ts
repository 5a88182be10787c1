/**
 * What models cost, in USD per million tokens, by `<provider>/<model>` exactly as it is called. Nothing is derived: a model
 * that is not here, also a dated variant of one that is, has no known price. An operator adds and overrides with LLM_PRICES.
 *
 * Each block names the page that is right, and how the figures were compared with it on 2026-11-22. Standard tier, no cache,
 * no batch.
 */
export interface Price {
  input: number
  output: number
  /** Prompts of more than so many tokens are billed, whole, at other rates. */
  long?: { overTokens: number; input: number; output: number }
}

export const PRICES: Readonly<Record<string, Price>> = {
  // https://developers.openai.com/api/docs/pricing; 5.1 and later by two transcriptions that agree, the page itself was not at
  // hand: compare before you rely on it
  'openai/gpt-4.1': { input: 2, output: 8 },
  'openai/gpt-4.1-mini': { input: 0.4, output: 1.6 },
  'openai/gpt-4.1-nano': { input: 0.1, output: 0.4 },
  'openai/gpt-4o': { input: 2.5, output: 10 },
  'openai/gpt-4o-mini': { input: 0.15, output: 0.6 },
  'openai/gpt-5': { input: 1.25, output: 10 },
  'openai/gpt-5-mini': { input: 0.25, output: 2 },
  'openai/gpt-5-nano': { input: 0.05, output: 0.4 },
  'openai/gpt-5.1': { input: 1.25, output: 10 },
  'openai/gpt-5.2': { input: 1.75, output: 14 },
  'openai/gpt-5.4-mini': { input: 0.75, output: 4.5 },
  'openai/gpt-5.4-nano': { input: 0.2, output: 1.25 },

  // https://platform.claude.com/docs/en/about-claude/pricing; 4.6 and later as said on the page of each model, such as
  // https://platform.claude.com/docs/en/models/opus-4-6/overview; the rates of Haiku 5.5 by prompt length are transcribed
  'anthropic/claude-opus-4-1': { input: 15, output: 75 },
  'anthropic/claude-opus-4-5': { input: 5, output: 25 },
  'anthropic/claude-opus-4-6': { input: 5, output: 25 },
  'anthropic/claude-opus-5': { input: 5, output: 25 },
  'anthropic/claude-sonnet-4-5': { input: 3, output: 15 },
  'anthropic/claude-sonnet-4-6': { input: 3, output: 15 },
  'anthropic/claude-sonnet-5-5': { input: 2, output: 10 },
  'anthropic/claude-haiku-4-5': { input: 1, output: 5 },
  'anthropic/claude-haiku-5-5': {
    input: 0.1,
    output: 0.5,
    long: { overTokens: 100_000, input: 0.5, output: 2.5 },
  },

  // https://ai.google.dev/gemini-api/docs/pricing, paid tier, text; a transcription of 2026-10-07
  'google/gemini-2.5-pro': { input: 1.25, output: 10, long: { overTokens: 200_000, input: 2.5, output: 15 } },
  'google/gemini-2.5-flash': { input: 0.3, output: 2.5 },
  'google/gemini-2.5-flash-lite': { input: 0.1, output: 0.4 },
  'google/gemini-3.5-flash': { input: 1.5, output: 9 },
  'google/gemini-3.5-flash-lite': { input: 0.3, output: 2.5 },
}

/** The provider behind a server whose prices are the ones above; undefined: whoever runs it sets the price. */
export function providerOf(baseUrl: string): 'openai' | 'anthropic' | 'google' | undefined {
  const host = new URL(baseUrl).hostname
  if (host === 'api.openai.com') return 'openai'
  if (host === 'api.anthropic.com') return 'anthropic'
  return host === 'generativelanguage.googleapis.com' ? 'google' : undefined
}

/** What so many tokens cost, in USD. */
export function costOf(price: Price, inputTokens: number, outputTokens: number): number {
  const rate = price.long && inputTokens > price.long.overTokens ? price.long : price
  return (inputTokens * rate.input + outputTokens * rate.output) / 1_000_000
}
