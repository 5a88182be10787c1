import type { LanguageModelUsage } from 'ai'
import { estimateTokenCount } from 'tokenx'
import { env } from '../env'
import { LIMITS } from '../limits'
import { egressFetch } from './egress'
import type { LlmConfig } from './llm'
import { callTarget, instructions, PREFIX, priced } from './llm-estimate.run'
import type { LlmAnswer } from './llm-offline.run'
import { NodeError } from './runner'

/** Of the exchange itself: the node has a time limit of its own, which is never longer. */
const TIMEOUT_MS = LIMITS.llm_time.ceiling
const MAX_ANSWER_BYTES = 20 * 1024 * 1024

/**
 * Calls the OpenAI-compatible server of this installation and hands on its words as they come. Throws whatever the server,
 * the network or the AI library threw.
 */
export async function callCompatible(
  config: LlmConfig,
  signal: AbortSignal,
  delta: (text: string) => void,
): Promise<LlmAnswer> {
  const { LLM_BASE_URL, LLM_API_KEY } = env()
  if (LLM_BASE_URL === undefined) {
    const message = `There is no server for the model "${config.model}": an operator sets LLM_BASE_URL (and LLM_API_KEY). The model offline/writer needs none.`
    throw new NodeError('llm_not_configured', message, { retryable: false })
  }
  // Loaded when the first such node runs: installations that never call a model need not pay for it at the start.
  const [{ jsonSchema, Output, streamText }, { createOpenAICompatible }] = await Promise.all([
    import('ai'),
    import('@ai-sdk/openai-compatible'),
  ])
  const target = callTarget(config.model)
  const provider = createOpenAICompatible({
    name: PREFIX,
    baseURL: LLM_BASE_URL,
    ...(LLM_API_KEY ? { apiKey: LLM_API_KEY } : {}),
    includeUsage: true,
    supportsStructuredOutputs: true,
    fetch: (url, init) => fetchThroughEgress(url, init, new URL(LLM_BASE_URL).origin),
  })
  const startedMs = performance.now()
  let failure: unknown
  const result = streamText({
    model: provider(target.model),
    system: instructions(config),
    prompt: config.prompt,
    temperature: config.temperature,
    maxOutputTokens: config.maxTokens,
    abortSignal: signal,
    // Retries are the run's: counted, delayed and shown there.
    maxRetries: 0,
    onError: ({ error }) => {
      failure = error
    },
    ...(config.schema ? { output: Output.object({ schema: jsonSchema(config.schema) }) } : {}),
  })
  let text = ''
  for await (const words of result.textStream) {
    text += words
    delta(withoutKey(words))
  }
  if (failure !== undefined) throw failure
  signal.throwIfAborted()
  text = withoutKey(text)
  const usage = await result.totalUsage
  return {
    text,
    value: () => (config.schema ? parseAnswer(text) : text),
    usage: priced({
      ...target,
      ...tokens(usage, config, text),
      latency_ms: Math.round(performance.now() - startedMs),
    }),
  }
}

/** Shorter ones are no secrets, and may be words of any answer: servers that need no key are often given one like "none". */
const MIN_KEY_LENGTH = 16

/** A server that repeats the key it was given must not bring it into what is stored. */
export function withoutKey(text: string): string {
  const { LLM_API_KEY } = env()
  return LLM_API_KEY && LLM_API_KEY.length >= MIN_KEY_LENGTH ? text.replaceAll(LLM_API_KEY, '[masked]') : text
}

/** Some models wrap JSON in a fence whatever they are told. */
function parseAnswer(text: string): unknown {
  const bare = /^\s*```(?:json)?\s*([\s\S]*?)\s*```\s*$/.exec(text)?.[1] ?? text
  try {
    return JSON.parse(bare)
  } catch {
    throw new NodeError('llm_invalid_answer', 'The model was asked for JSON and answered something else.', {
      details: { answer: text.slice(0, 500) },
    })
  }
}

/** Counted by the server where it does, else estimated. */
function tokens(usage: LanguageModelUsage, config: LlmConfig, text: string) {
  return {
    input_tokens: usage.inputTokens ?? estimateTokenCount(`${instructions(config) ?? ''}\n${config.prompt}`),
    output_tokens: usage.outputTokens ?? estimateTokenCount(text),
  }
}

async function fetchThroughEgress(url: unknown, init: RequestInit | undefined, trusted: string): Promise<Response> {
  const headers = Object.fromEntries(new Headers(init?.headers))
  const body = typeof init?.body === 'string' ? init.body : null
  const address = url instanceof Request ? url.url : String(url)
  return egressFetch(
    address,
    { method: init?.method ?? 'POST', headers, body },
    {
      ...(init?.signal ? { signal: init.signal } : {}),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      trustedOrigins: [trusted],
    },
  )
}
