import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { keyWith, makeTenant, openApi, type TestApi } from '../../testing/api'
import type { TestTeam } from '../../testing/people'
import { makeMcpRoutes } from '../route'
import { makeFixtureServer } from './fixture-server'

const ASKABLE = { sampling: {}, elicitation: {}, roots: {} }
const ANSWER = { action: 'accept', content: { username: 'ada', email: 'ada@example.com' } }
const NOT_ASKED = { code: -32_000, message: 'No open call asked you this.' }

let fixture: TestApi
let key: string
let team: TestTeam

beforeAll(async () => {
  fixture = await openApi(makeMcpRoutes(makeFixtureServer))
  const tenant = await makeTenant()
  key = tenant.key
  team = tenant.team
})
afterAll(() => fixture.close())

describe('a tool that asks its client, the official one', () => {
  /** What the tool answered, and what it asked for before. */
  async function call(mode: 'legacy' | { pin: string }, name: string, args: Record<string, string>, capabilities = {}) {
    const asked: unknown[] = []
    const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities, versionNegotiation: { mode } })
    if ('elicitation' in capabilities) {
      client.setRequestHandler('elicitation/create', ({ params }) => {
        asked.push(params)
        return { action: 'accept', content: { username: 'ada' } }
      })
      client.setRequestHandler('sampling/createMessage', ({ params }) => {
        asked.push(params)
        return { role: 'assistant', content: { type: 'text', text: 'Says ada.' }, model: 'test-model' }
      })
    }
    const requestInit = { headers: { Authorization: `Bearer ${key}` } }
    const transport = new StreamableHTTPClientTransport(new URL(`${fixture.url}/api/mcp`), { requestInit })
    await client.connect(transport)
    const { isError = false, content } = await client.callTool({ name, arguments: args })
    await transport.terminateSession() // there is nothing to end, and the client lives with that
    await client.close()
    return { asked, isError, text: (content as { text: string }[])[0]?.text }
  }

  const fields = (properties: object) => ({ requestedSchema: { properties } })
  const titled = expect.arrayContaining([{ const: 'value1', title: expect.any(String) }])

  it.each([
    ['test_sampling', { prompt: 'Who?' }, { messages: [{ role: 'user', content: { type: 'text', text: 'Who?' } }] }],
    ['test_elicitation', { message: 'Who?' }, { message: 'Who?', ...fields({ username: { type: 'string' } }) }],
    [
      'test_elicitation_sep1034_defaults',
      {},
      fields({
        name: { type: 'string', default: 'John Doe' },
        age: { type: 'integer', default: 30 },
        score: { type: 'number', default: 95.5 },
        status: { enum: ['active', 'inactive', 'pending'], default: 'active' },
        verified: { type: 'boolean', default: true },
      }),
    ],
    [
      'test_elicitation_sep1330_enums',
      {},
      fields({
        untitledSingle: { type: 'string', enum: expect.any(Array) },
        titledSingle: { type: 'string', oneOf: titled },
        legacyEnum: { enum: ['opt1', 'opt2'], enumNames: ['Option One', 'Option Two'] },
        untitledMulti: { type: 'array', items: { enum: expect.any(Array) } },
        titledMulti: { type: 'array', items: { anyOf: titled } },
      }),
    ],
  ])('%s gets its answer in both revisions', async (name, args, question) => {
    for (const mode of [{ pin: '2026-07-28' }, 'legacy'] as const) {
      const { asked, isError, text } = await call(mode, name, args, ASKABLE)
      expect([mode, isError, text]).toEqual([mode, false, expect.stringContaining('ada')])
      expect(asked).toMatchObject([question])
    }
  })

  it('does not ask one that cannot be asked', async () => {
    const { asked, isError, text } = await call('legacy', 'test_elicitation', { message: 'Who?' })
    expect([asked, isError, text]).toEqual([[], true, expect.stringContaining('did not declare')])
  })
})

describe('a question in mid-call, in the revision of 2025-11-25', () => {
  let sessionId: string
  beforeAll(async () => {
    sessionId = await initialize(ASKABLE)
  })

  const post = (message: object, { by = key, session = sessionId, signal }: Sent = {}) =>
    fetch(`${fixture.url}/api/mcp`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${by}`,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        ...(session ? { 'Mcp-Session-Id': session, 'MCP-Protocol-Version': '2025-11-25' } : {}),
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      signal,
    })
  interface Sent {
    by?: string
    session?: string
    signal?: AbortSignal
  }

  async function initialize(capabilities: object): Promise<string> {
    const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'test', version: '1' } }
    const answered = await post({ id: 1, method: 'initialize', params }, { session: '' })
    await answered.text()
    return answered.headers.get('mcp-session-id') ?? ''
  }

  /** A call of the tool that asks, read as far as its first message: the question, or that it cannot ask. */
  async function ask(name = 'test_elicitation') {
    const leaving = new AbortController()
    const params = { name, arguments: { message: 'Who?' } }
    const { body } = await post({ id: 2, method: 'tools/call', params }, { signal: leaving.signal })
    const messages = messagesIn(body as ReadableStream<Uint8Array>)
    const { value: first } = await messages.next()
    return { first, next: async () => (await messages.next()).value, leave: () => leaving.abort() }
  }

  /** The call, as soon as it may ask. */
  async function askAgain() {
    const call = await ask()
    return call.first.method === 'elicitation/create' && call
  }

  /** What comes in a stream of events. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read into answers whose shape they are about to assert
  async function* messagesIn(body: ReadableStream<Uint8Array>): AsyncGenerator<any, undefined> {
    const decoder = new TextDecoder()
    let text = ''
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true })
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) {
        const [, json] = /^data: (\{.*)$/m.exec(event) ?? []
        if (json !== undefined) yield JSON.parse(json)
      }
    }
    return undefined
  }

  const answer = async (id: unknown, by?: string) => {
    const answered = await post({ id, result: ANSWER }, { by })
    return [answered.status, answered.status === 202 ? '' : (await answered.json()).error]
  }

  it('is answered by whom it was asked, once, and by nobody else', async () => {
    const { key: stranger } = await makeTenant()
    const colleague = await keyWith(team, ['admin'])
    const { first, next } = await ask()
    expect(first).toMatchObject({ id: expect.stringMatching(/^[\da-f-]{36}$/), method: 'elicitation/create' })
    expect(await answer(first.id, stranger)).toEqual([400, NOT_ASKED])
    expect(await answer(first.id, colleague)).toEqual([400, NOT_ASKED])
    expect(await answer(0)).toEqual([400, NOT_ASKED])
    expect(await answer(first.id)).toEqual([202, ''])
    expect(await next()).toMatchObject({ id: 2, result: { content: [{ text: expect.stringContaining('ada') }] } })
    expect(await answer(first.id)).toEqual([400, NOT_ASKED])
  })

  it('may be answered with an error, which the tool gets', async () => {
    const { first, next } = await ask()
    const answered = await post({ id: first.id, error: { code: -1, message: 'Nobody is here.' } })
    expect(answered.status).toBe(202)
    expect((await next()).result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('Nobody is here.') }],
    })
  })

  it('is taken back when another one of the same round was refused', async () => {
    const { first, next } = await ask('test_input_required_result_multiple_inputs')
    const [second, third] = [await next(), await next()]
    expect([first, second, third].map(({ method }) => method)).toEqual([
      'elicitation/create',
      'sampling/createMessage',
      'roots/list',
    ])
    expect((await post({ id: second.id, error: { code: -1, message: 'No model.' } })).status).toBe(202)
    const takenBack = (requestId: string) => ({ method: 'notifications/cancelled', params: { requestId } })
    expect([await next(), await next()]).toMatchObject([takenBack(first.id), takenBack(third.id)])
    expect((await next()).result.isError).toBe(true)
    expect([await answer(first.id), await answer(third.id)]).toEqual([
      [400, NOT_ASKED],
      [400, NOT_ASKED],
    ])
  })

  it('is one of sixteen at most, and gone with its call', async () => {
    const open = await Promise.all(Array.from({ length: 16 }, () => ask()))
    expect(open.map(({ first }) => first.method)).toEqual(open.map(() => 'elicitation/create'))
    expect((await ask()).first.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('Too many questions') }],
    })
    const [one, ...others] = open
    one?.leave()
    const again = await vi.waitUntil(askAgain, { timeout: 20_000 })
    expect(await answer(one?.first.id)).toEqual([400, NOT_ASKED])
    for (const { leave } of [...others, again]) leave()
  })

  it('needs a session id that this server gave', async () => {
    const unknown = await post({ id: 3, method: 'tools/list' }, { session: 'of-another-server' })
    expect([unknown.status, (await unknown.json()).error.message]).toEqual([
      404,
      'This server gave no such session: initialize anew.',
    ])
  })
})
