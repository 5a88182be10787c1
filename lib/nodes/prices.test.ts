import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { costOf, PRICES, providerOf } from './prices'

const folder = mkdtempSync(join(tmpdir(), 'prices-'))

/** The price list as a process reads it that is started with these variables. */
async function startedWith(variables: Record<string, string>) {
  vi.resetModules()
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
  return { ...(await import('./price-list.run')), ...(await import('./llm-estimate.run')) }
}

afterEach(() => vi.unstubAllEnvs())

function fileOf(text: string): string {
  const file = join(folder, `${Math.random()}.json`)
  writeFileSync(file, text)
  return file
}

test('every price is of a provider and a model, and output never costs less than input', () => {
  for (const [name, { input, output }] of Object.entries(PRICES)) {
    expect(name).toMatch(/^(openai|anthropic|google)\/[a-z0-9.-]+$/)
    expect(input).toBeGreaterThan(0)
    expect(output).toBeGreaterThanOrEqual(input)
  }
})

test('a cost is per million tokens; a long prompt is billed whole at its own rate', () => {
  const price = { input: 1, output: 10, long: { overTokens: 1_000, input: 2, output: 20 } }
  expect(costOf(price, 1_000, 100)).toBeCloseTo(0.002)
  expect(costOf(price, 1_001, 100)).toBeCloseTo(0.004002)
})

test('a provider is told by its own server only', () => {
  expect(providerOf('https://api.openai.com/v1')).toBe('openai')
  expect(providerOf('https://api.anthropic.com/v1')).toBe('anthropic')
  expect(providerOf('https://generativelanguage.googleapis.com/v1beta/openai')).toBe('google')
  expect(providerOf('https://api.openai.com.example.org/v1')).toBeUndefined()
  expect(providerOf('http://127.0.0.1:11434/v1')).toBeUndefined()
})

describe('what is known of a call', () => {
  test('at the server of a provider its own price', async () => {
    const { estimateLlm, priced } = await startedWith({ LLM_BASE_URL: 'https://api.openai.com/v1' })
    const config = { model: 'openai-compatible/gpt-4o-mini', prompt: 'Hello there.', maxTokens: 7 }
    expect(estimateLlm(config)).toEqual({
      provider: 'openai',
      model: 'gpt-4o-mini',
      inputTokens: expect.any(Number),
      maxOutputTokens: 7,
      price: { input: 0.15, output: 0.6 },
    })
    const usage = {
      provider: 'openai',
      model: 'gpt-4o-mini',
      input_tokens: 1_000_000,
      output_tokens: 500_000,
      latency_ms: 1,
    }
    expect(priced(usage).cost_usd).toBeCloseTo(0.45)
  })

  test('a variant, the same name at another server, and a name of an object have no price', async () => {
    const { priced, priceOf } = await startedWith({ LLM_BASE_URL: 'http://127.0.0.1:1/v1' })
    expect(priceOf('openai', 'gpt-4o-mini-2024-07-18')).toBeUndefined()
    expect(priceOf('openai-compatible', 'gpt-4o-mini')).toBeUndefined()
    expect(priceOf('constructor', 'name')).toBeUndefined()
    const usage = { provider: 'openai-compatible', model: 'm', input_tokens: 1, output_tokens: 1, latency_ms: 1 }
    expect(priced(usage).cost_usd).toBeNull()
  })

  test('the built-in model costs nothing', async () => {
    const { priceOf } = await startedWith({})
    expect(priceOf('offline', 'writer')).toEqual({ input: 0, output: 0 })
  })

  test('an operator adds prices and overrides them', async () => {
    const list = { 'openai-compatible/small': { input: 1, output: 2 }, 'openai/gpt-4o': { input: 9, output: 9 } }
    const { priceOf } = await startedWith({ LLM_PRICES: fileOf(JSON.stringify(list)) })
    expect(priceOf('openai-compatible', 'small')).toEqual({ input: 1, output: 2 })
    expect(priceOf('openai', 'gpt-4o')).toEqual({ input: 9, output: 9 })
    expect(priceOf('openai', 'gpt-4o-mini')).toEqual(PRICES['openai/gpt-4o-mini'])
  })

  test.each([
    ['{', /LLM_PRICES: the price list .* cannot be used/],
    ['{"small": {"input": 1, "output": 1}}', /provider\/model/],
    ['{"a/b": {"input": -1, "output": 1}}', /a\/b\.input/],
    ['{"a/b": {"input": 1}}', /a\/b\.output/],
  ])('a list that cannot be used is refused with what is wrong: %s', async (text, message) => {
    const { priceList } = await startedWith({ LLM_PRICES: fileOf(text) })
    expect(() => priceList()).toThrow(message)
  })

  test('so is one that is not there', async () => {
    const { priceList } = await startedWith({ LLM_PRICES: join(folder, 'nowhere.json') })
    expect(() => priceList()).toThrow(/LLM_PRICES: .*nowhere\.json/)
  })
})
