import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { runLlm } from './llm.run'
import { NodeError } from './runner'
import { contextFor } from './test/context'

/** A server that speaks the OpenAI chat protocol as far as we use it. */
let server: Server
let asked: { path: string; authorization: string; body: Record<string, unknown> }[] = []
let handle: (request: IncomingMessage, response: ServerResponse) => void

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push({
      path: String(request.url),
      authorization: String(request.headers.authorization),
      body: JSON.parse(body),
    })
    handle(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('LLM_BASE_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`)
  vi.stubEnv('LLM_API_KEY', 'sk-test')
})

afterAll(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const speak = (pieces: string[], usage?: { prompt_tokens: number; completion_tokens: number }) => {
  handle = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const chunk = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm' }
    for (const content of pieces) {
      response.write(
        `data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta: { role: 'assistant', content } }] })}\n\n`,
      )
    }
    const end = { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }
    response.write(`data: ${JSON.stringify(usage ? { ...end, usage } : end)}\n\n`)
    response.end('data: [DONE]\n\n')
  }
}

async function ask(config: Record<string, unknown>) {
  asked = []
  const context = await contextFor('llm', { model: 'openai-compatible/small', prompt: 'Say hello.', ...config })
  const result = await runLlm(context)
  if (result.type !== 'done') throw new Error('expected a result')
  return { output: result.output, usage: result.calls?.[0], deltas: context.deltas }
}

async function failure(config: Record<string, unknown>): Promise<NodeError> {
  return ask(config).then(
    (value) => {
      throw new Error(`gave ${JSON.stringify(value)}`)
    },
    (error) => {
      if (error instanceof NodeError) return error
      throw error
    },
  )
}

describe('an OpenAI-compatible server', () => {
  test('gets the prompt, and its words come as they are spoken', async () => {
    speak(['Hel', 'lo ', 'there.'], { prompt_tokens: 12, completion_tokens: 3 })
    const { output, usage, deltas } = await ask({ system: 'Be kind.', temperature: 0.5, maxTokens: 50 })
    expect(output).toBe('Hello there.')
    expect(deltas).toEqual(['Hel', 'lo ', 'there.'])
    expect(usage).toEqual({
      provider: 'openai-compatible',
      model: 'small',
      input_tokens: 12,
      output_tokens: 3,
      latency_ms: expect.any(Number),
      cost_usd: null, // whoever runs this server sets the price
    })
    expect(asked).toMatchObject([
      {
        path: '/v1/chat/completions',
        authorization: 'Bearer sk-test',
        body: {
          model: 'small',
          temperature: 0.5,
          max_tokens: 50,
          messages: [
            { role: 'system', content: 'Be kind.' },
            { role: 'user', content: 'Say hello.' },
          ],
        },
      },
    ])
  })

  test('a plain model name means the same server; tokens are estimated when it counts none', async () => {
    speak(['Hello.'])
    const { usage } = await ask({ model: 'qwen3:4b' })
    expect(asked[0]?.body.model).toBe('qwen3:4b')
    expect(usage?.input_tokens).toBeGreaterThan(0)
    expect(usage?.output_tokens).toBeGreaterThan(0)
  })

  const schema = {
    type: 'object',
    properties: { headline: { type: 'string', maxLength: 20 } },
    required: ['headline'],
  }

  test('data: the schema is sent, the answer is parsed and checked', async () => {
    speak(['```json\n{"head', 'line": "Calm"}\n```'])
    expect((await ask({ schema })).output).toEqual({ headline: 'Calm' })
    expect(asked[0]?.body.response_format).toMatchObject({ type: 'json_schema' })
    expect(JSON.stringify(asked[0]?.body.messages)).toContain('JSON Schema')
  })

  test('an answer that is no JSON, or does not fit, is a failure worth another attempt', async () => {
    speak(['Sure! Here you go'])
    expect(await failure({ schema })).toMatchObject({ code: 'llm_invalid_answer', retryable: true })
    speak(['{"headline": "much longer than twenty characters"}'])
    expect(await failure({ schema })).toMatchObject({
      code: 'llm_invalid_answer',
      message: 'The answer of the model does not fit the schema: headline must have at most 20 characters.',
    })
    speak(['Sure!'], { prompt_tokens: 40, completion_tokens: 2 })
    const paid = [expect.objectContaining({ model: 'small', input_tokens: 40, output_tokens: 2 })]
    expect((await failure({ schema })).calls, 'an answer that is of no use was paid for').toEqual(paid)
    speak(['{"headline": "much longer than twenty characters"}'], { prompt_tokens: 40, completion_tokens: 2 })
    expect((await failure({ schema })).calls).toEqual(paid)
  })

  test.each([
    [401, false],
    [429, true],
    [500, true],
  ])('status %i, worth another attempt: %s', async (status, retryable) => {
    handle = (_, response) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'retry-after': '3' })
        .end(JSON.stringify({ error: { message: 'no luck', type: 't' } }))
    expect(await failure({})).toMatchObject({
      code: 'llm_status',
      message: `The model server answered ${status}: no luck`,
      details: { status },
      retryable,
      retryAfterMs: 3_000,
    })
    expect(asked).toHaveLength(1)
  })

  test('a stream that breaks off is a failure', async () => {
    handle = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(
        'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n',
      )
      setImmediate(() => response.destroy())
    }
    expect(await failure({})).toMatchObject({ code: 'llm_unreachable', retryable: true })
  })

  test('stopping the run stops the call', async () => {
    const controller = new AbortController()
    handle = () => controller.abort()
    const context = await contextFor('llm', { model: 'small', prompt: 'x' })
    await expect(runLlm({ ...context, signal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
      retryable: false,
    })
  })
})

test('the offline model needs no server, counts its tokens and speaks word by word', async () => {
  const { output, usage, deltas } = await ask({
    model: 'offline/writer',
    prompt: 'Summarise:\n- one thing happened\n- then another',
  })
  expect(output).toBe('One thing happened.\n\nThen another.')
  expect(deltas.join('')).toBe(output)
  expect(deltas.length).toBeGreaterThan(3)
  expect(usage).toMatchObject({ provider: 'offline', model: 'writer', cost_usd: 0 })
  expect(usage?.input_tokens).toBeGreaterThan(5)
  expect(asked).toEqual([])
})
