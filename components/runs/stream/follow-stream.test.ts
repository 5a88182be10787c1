import { describe, expect, it } from 'vitest'
import type { RunEvent } from '@/lib/engine/events'
import { compile } from '@/lib/engine/graph'
import { definitionSchema } from '@/lib/workflow/document'
import { type Connection, type FollowPorts, followStream, retryDelayMs } from './follow-stream'
import { RunFold } from './run-fold'
import { sseParser } from './sse-parser'

const definition = definitionSchema.parse({
  nodes: [
    { id: 'start', type: 'start', name: 'Start' },
    { id: 'ask', type: 'llm', name: 'Ask' },
    { id: 'end', type: 'end', name: 'End' },
  ],
  edges: [
    { id: 'e1', source: 'start', target: 'ask' },
    { id: 'e2', source: 'ask', target: 'end' },
  ],
})
const { plan } = compile(definition)
const at = '2026-02-01T10:00:00.000Z'
const ok = { attempt: 1, port: 'out', started_at: at, output_bytes: 2, at, path: [] }
const log: RunEvent[] = [
  { type: 'run_started', seq: 1, at, actor: { kind: 'user', name: 'Ada' }, trigger: 'browser', version_number: 0 },
  { type: 'node_succeeded', seq: 2, node_id: 'start', ...ok },
  { type: 'node_started', seq: 3, at, node_id: 'ask', path: [], attempt: 1 },
  { type: 'node_succeeded', seq: 4, node_id: 'ask', ...ok },
  { type: 'node_succeeded', seq: 5, node_id: 'end', ...ok },
  { type: 'run_completed', seq: 6, at, output_bytes: 2 },
]
const text = (event: RunEvent) => `id: ${event.seq}\ndata: ${JSON.stringify({ kind: 'event', event })}\n\n`
const delta = (words: string) => `data: ${JSON.stringify({ kind: 'delta', node_id: 'ask', path: [], text: words })}\n\n`

/** A server whose connections are scripted: a list of texts is one connection that delivers them and then drops. */
function fakeServer(connections: (string[] | Response | Error)[]) {
  const asked: { url: string; lastEventId: string | null }[] = []
  const delays: number[] = []
  const ports: FollowPorts = {
    fetch: async (url, init) => {
      asked.push({ url: String(url), lastEventId: new Headers(init?.headers).get('last-event-id') })
      const next = connections.shift()
      if (next === undefined) throw new Error('the script has no further connection')
      if (next instanceof Error) throw next
      if (next instanceof Response) return next
      return new Response(next.join(''), { headers: { 'content-type': 'text/event-stream' } })
    },
    delay: async (ms) => void delays.push(ms),
    random: () => 0.5,
    nowMs: () => 0,
  }
  return { asked, delays, ports }
}

async function follow(connections: Parameters<typeof fakeServer>[0]) {
  const server = fakeServer(connections)
  const fold = new RunFold(plan)
  const states: Connection[] = []
  await followStream({
    request: () => ({ url: '/events', lastEventId: fold.cursor === 0 ? '' : String(fold.cursor) }),
    onData: (data) => fold.acceptText(data),
    onConnection: (connection) => states.push(connection),
    isComplete: () => fold.isComplete,
    signal: new AbortController().signal,
    ports: server.ports,
  })
  return { ...server, fold, states: states.map(({ state }) => state) }
}

describe('following a run', () => {
  it('folds the whole log and ends after the terminal event', async () => {
    const { fold, states, asked } = await follow([log.map(text)])
    expect(fold.state.status).toBe('completed')
    expect(fold.events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6])
    expect(states).toEqual(['connecting', 'live', 'ended'])
    expect(asked).toEqual([{ url: '/events', lastEventId: null }])
  })

  it('resumes after a cut connection at the last event it folded, without gap or repeat', async () => {
    const { fold, states, asked } = await follow([log.slice(0, 3).map(text), log.slice(3).map(text)])
    expect(asked.map((request) => request.lastEventId)).toEqual([null, '3'])
    expect(fold.events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6])
    expect(states).toEqual(['connecting', 'live', 'reconnecting', 'live', 'ended'])
  })

  it('ignores events that are delivered twice', async () => {
    const { fold } = await follow([[...log.slice(0, 3), ...log.slice(1, 4), ...log.slice(4)].map(text)])
    expect(fold.events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('gives a connection with a hole up and fetches from before the hole', async () => {
    const { fold, asked } = await follow([[...log.slice(0, 2), ...log.slice(3)].map(text), log.slice(2).map(text)])
    expect(asked.map((request) => request.lastEventId)).toEqual([null, '2'])
    expect(fold.events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('starts from the beginning after a reset', async () => {
    const reset = `data: ${JSON.stringify({ kind: 'reset', reason: 'cursor too old' })}\n\n`
    const { fold, asked } = await follow([log.slice(0, 4).map(text), [reset], log.map(text)])
    expect(asked.map((request) => request.lastEventId)).toEqual([null, '4', null])
    expect(fold.events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('waits longer after each failure and starts over once the server has answered', async () => {
    const down = () => new TypeError('fetch failed')
    const busy = new Response('', { status: 503 })
    const { delays } = await follow([down(), busy, down(), log.slice(0, 2).map(text), log.slice(2).map(text)])
    expect(delays).toEqual([375, 750, 1_500, 375])
  })

  it('stops at a refusal and says why', async () => {
    const refused = Response.json({ message: 'There is no run with this id.' }, { status: 404 })
    const server = fakeServer([refused])
    const states: Connection[] = []
    await followStream({
      request: () => ({ url: '/events', lastEventId: '' }),
      onData: () => undefined,
      onConnection: (connection) => states.push(connection),
      isComplete: () => false,
      signal: new AbortController().signal,
      ports: server.ports,
    })
    expect(states.at(-1)).toEqual({ state: 'refused', status: 404, message: 'There is no run with this id.' })
  })

  it('never waits longer than 15 s and never less than half its step', () => {
    expect(retryDelayMs(1, 0)).toBe(250)
    expect(retryDelayMs(50, 1)).toBe(15_000)
    expect(retryDelayMs(50, 0)).toBe(7_500)
  })
})

describe('text of a speaking model', () => {
  const accept = (fold: RunFold, stream: string) => sseParser((message) => fold.acceptText(message.data))(stream)

  it('is kept until the node ends and does not come back by a late delta', () => {
    const fold = new RunFold(plan)
    accept(fold, log.slice(0, 3).map(text).join('') + delta('Magni') + delta('tude'))
    expect(fold.deltas.get('ask')).toBe('Magnitude')
    accept(fold, log.slice(3, 4).map(text).join('') + delta(' late'))
    expect(fold.deltas.get('ask')).toBeUndefined()
  })
})

describe('parsing the stream', () => {
  const parse = (chunks: string[]) => {
    const messages: { id: string; event: string; data: string }[] = []
    const feed = sseParser((message) => messages.push(message))
    for (const chunk of chunks) feed(chunk)
    return messages
  }

  it('reads the same messages however the network cuts them', () => {
    const stream = ': keep-alive\n\nid: 7\nevent: x\ndata: one\ndata: two\n\ndata:three\r\n\r\n'
    const whole = parse([stream])
    expect(whole).toEqual([
      { id: '7', event: 'x', data: 'one\ntwo' },
      { id: '7', event: 'message', data: 'three' },
    ])
    expect(parse([...stream])).toEqual(whole)
  })

  it('does not deliver a message that was cut in the middle', () => {
    expect(parse(['data: half'])).toEqual([])
  })
})
