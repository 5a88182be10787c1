import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { prisma } from '../../../db/client'
import type { RunEvent } from '../../../engine/events'
import { Dice } from '../../../simulator/dice'
import { keyWith, makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { makeKey, makePerson, makeSession, type TestTeam } from '../../../testing/people'
import { readUntilCut } from '../../../testing/raw-stream'
import { ended, waitForRun } from '../../../testing/runs'
import { startWorker } from '../../../worker/main'

/** A server of models that speaks only when the test says what. */
let models: Server
const speakers: ServerResponse[] = []
let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let key: string
let team: TestTeam

beforeAll(async () => {
  models = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      speakers.push(response)
    })
  })
  await new Promise<void>((resolve) => models.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('LLM_BASE_URL', `http://127.0.0.1:${(models.address() as AddressInfo).port}/v1`)
  api = await openApi()
  worker = await startWorker({})
  ;({ key, team } = await makeTenant())
})
afterAll(async () => {
  await api.close()
  await worker.stop(2_000)
  vi.unstubAllEnvs()
  models.closeAllConnections()
  await new Promise((resolve) => models.close(resolve))
})

async function start(...drawing: Parameters<typeof draw>): Promise<string> {
  const json = { name: 'Faults', definition: draw(...drawing) }
  const { body } = await api.ask('POST', '/v1/workflows', { key, json })
  const published = await api.ask('POST', `/v1/workflows/${body.id}/publish`, { key })
  expect([published.status, published.body.errors]).toEqual([201, undefined])
  return (await api.ask('POST', `/v1/workflows/${body.id}/runs`, { key, json: {} })).body.id
}

const path = (runId: string) => `/v1/runs/${runId}/events`
const command = (runId: string, json: unknown) => api.ask('POST', `/v1/runs/${runId}/commands`, { key, json })

/** The whole log, as the other way of reading it tells it. */
async function logOf(runId: string): Promise<RunEvent[]> {
  const items: RunEvent[] = []
  for (let after: number | null = 0; after !== null; ) {
    const { body } = await api.ask('GET', `${path(runId)}?after=${after}&limit=1000`, { key })
    items.push(...body.items)
    after = body.next_after
  }
  return items
}

const never = () => undefined
const follow = (runId: string, headers: Record<string, string>, cutAt: (body: Buffer) => number | undefined = never) =>
  readUntilCut(api.url + path(runId), { 'x-api-key': key, ...headers }, cutAt)

/** Opens a stream and hands out its messages as they arrive. */
async function open(at: string, headers: Record<string, string> = { 'x-api-key': key }) {
  const over = new AbortController()
  const response = await fetch(api.url + at, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: over.signal,
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  reader?.closed.catch(() => undefined) // a stream that the test leaves open ends with the server
  let text = ''
  const next = async (): Promise<{ event: string; data: Record<string, unknown> } | null> => {
    for (;;) {
      const block = /^(?:[^\n]+\n)+\n/.exec(text)?.[0]
      if (block === undefined) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
        if (done) return null
        text += value
        continue
      }
      text = text.slice(block.length)
      const data = /^data: (.*)$/m.exec(block)?.[1]
      if (data !== undefined) return { event: /^event: (.*)$/m.exec(block)?.[1] ?? '', data: JSON.parse(data) }
    }
  }
  const until = async (event: string) => {
    for (;;) {
      const message = await next()
      if (message === null) throw new Error(`the stream ended before ${event}`)
      if (message.event === event) return message
    }
  }
  return { status: response.status, next, until, close: () => over.abort() }
}

const seqs = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe('F-40: a run of 5 000 events over 100 connections that break', () => {
  const LEAD_BYTE = 0xc0
  /** Where connection `turn` breaks: after a number of bytes, in the middle of a character, or inside a `data:` line. */
  const breaks = (turn: number, atLeast: number) => (body: Buffer) => {
    if (turn % 3 === 0) return atLeast
    if (turn % 3 === 1) {
      const at = body.subarray(atLeast).findIndex((byte) => byte >= LEAD_BYTE)
      return at < 0 ? undefined : atLeast + at + 1
    }
    const at = body.indexOf('\ndata: {', atLeast)
    return at < 0 ? undefined : at + 4
  }

  it('gives every event, once, in order, whatever byte each of them breaks at', async () => {
    const runId = await start(['start>forEach', 'forEach>end'], {
      forEach: { config: { items: '[1..2500]', concurrency: 50 } },
      message: { parentId: 'forEach', config: { text: '第{{ item }}番 — 完了 ✓ 🎉' } },
    })
    const dice = new Dice(40)
    const seen: { id: number; event: RunEvent }[] = []
    const resume = (): Record<string, string> => {
      const last = seen.at(-1)
      return last === undefined ? {} : { 'last-event-id': String(last.id) }
    }
    let breaksInCharacters = 0
    for (let turn = 0; turn < 100; turn++) {
      const read = await follow(runId, resume(), breaks(turn, dice.int(1, 14_000)))
      expect([read.status, read.isEnded]).toEqual([200, false])
      breaksInCharacters += turn % 3 === 1 ? 1 : 0
      seen.push(...read.messages.map(({ id, data }) => ({ id: Number(id), event: data.event })))
    }
    expect(breaksInCharacters).toBe(33)
    expect(seen.length).toBeLessThan(5_000)
    const rest = await follow(runId, resume())
    expect(rest.isEnded).toBe(true)
    seen.push(...rest.messages.map(({ id, data }) => ({ id: Number(id), event: data.event })))

    const log = await logOf(runId)
    expect(log.length).toBeGreaterThanOrEqual(5_000)
    expect(seen.map(({ id }) => id)).toEqual(seqs(1, log.length))
    expect(seen.map(({ event }) => event)).toEqual(log)
    expect((await follow(runId, resume())).status).toBe(204)
  }, 120_000)
})

describe('F-41: many who append to one run', () => {
  it('leaves no gap for a reader who tails it: 25 answers, 25 decisions, and the run itself', async () => {
    const lanes = seqs(1, 25).flatMap((n) => [`input_${n}`, `approval_${n}`])
    const runId = await start(
      lanes.flatMap((id) => [`start>${id}`, `${id}${id.startsWith('approval') ? ':approved' : ''}>end`]),
    )
    const tail = await open(path(runId))
    const seen: number[] = []
    const reading = (async () => {
      for (let message = await tail.next(); message !== null; message = await tail.next()) {
        seen.push((message.data.event as RunEvent).seq)
      }
    })()
    await waitForRun(runId, (run) => !run.isHeld && run.status.startsWith('waiting'))
    const answer = (id: string) =>
      id.startsWith('input')
        ? command(runId, { command: 'data', inputs: { [id]: {} } })
        : api.ask('POST', `/v1/runs/${runId}/nodes/${id}/approve`, { key, json: {} })
    // All at once; who came while the run executed is told so, and asks again.
    for (let open = lanes; open.length > 0; ) {
      const answers = await Promise.all(open.map(async (id) => ({ id, ...(await answer(id)) })))
      expect(answers.filter(({ status }) => status !== 200 && status !== 409).map(({ body }) => body)).toEqual([])
      open = answers.filter(({ status }) => status === 409).map(({ id }) => id)
    }
    await reading
    expect(await waitForRun(runId, ended)).toBe('completed')
    const log = await logOf(runId)
    expect(log.filter(({ type }) => type === 'input_received' || type === 'approval_decided')).toHaveLength(50)
    expect(seen).toEqual(seqs(1, log.length))
    expect(log.map(({ seq }) => seq)).toEqual(seen)
  }, 60_000)
})

describe('F-43: a cursor that is not one of this run', () => {
  it('is refused or answered with reset, and shows nothing of another run', async () => {
    const other = await start(['start>forEach', 'forEach>end'], {
      forEach: { config: { items: '[1..40]' } },
      message: { parentId: 'forEach', config: { text: 'OTHER {{ item }}' } },
    })
    await waitForRun(other, ended)
    const runId = await start(['start>message', 'message>end'], { message: { config: { text: 'mine' } } })
    await waitForRun(runId, ended)
    const [foreign, own] = [await logOf(other), await logOf(runId)]
    const cursor = String(foreign.length)

    const beyond = await follow(runId, { 'last-event-id': cursor })
    expect(beyond.messages[0]).toMatchObject({ id: '0', event: 'reset', data: { kind: 'reset' } })
    expect(beyond.messages.slice(1).map(({ data }) => data.event)).toEqual(own)
    const within = await follow(runId, { 'last-event-id': '2' })
    expect(within.messages.map(({ data }) => data.event)).toEqual(own.slice(2))

    for (const bad of ['-1', `1${'0'.repeat(30)}`, '2147483648', '1.5', 'latest', '2 OR 1=1', '٣']) {
      for (const [query, headers] of [
        ['', { 'last-event-id': encodeURI(bad) }],
        [`?after=${encodeURIComponent(bad)}`, {}],
      ] as const) {
        const answer = await api.ask('GET', path(runId) + query, {
          key,
          headers: { accept: 'text/event-stream', ...headers },
        })
        expect([bad, query, answer.status]).toEqual([bad, query, 400])
        expect(answer.body.errors[0].path).toBe(query ? 'query.after' : 'headers.last-event-id')
      }
    }
    const json = await api.ask('GET', `${path(runId)}?after=2147483648`, { key })
    expect([json.status, json.body.errors]).toEqual([
      422,
      [{ path: 'query.after', message: expect.stringContaining('2147483647') }],
    ])
  })
})

describe('F-44: whoever loses the right to read while they read', () => {
  it('is cut off: key revoked or expired, member removed or demoted, account disabled, signed out', async () => {
    const runId = await start(['start>input', 'input>end'])
    await waitForRun(runId, (run) => run.status.startsWith('waiting'))
    const people = await Promise.all(Array.from({ length: 6 }, () => makePerson(team, 'editor')))
    const [revoked, expired, removed, demoted, disabled, gone] = people as [
      Person,
      Person,
      Person,
      Person,
      Person,
      Person,
    ]
    const byKey = async (person: Person) => {
      const made = await makeKey(person)
      return { id: made.id, stream: await open(path(runId), { 'x-api-key': made.secret }) }
    }
    const session = await makeSession(gone)
    const keyed = { revoked: await byKey(revoked), expired: await byKey(expired), removed: await byKey(removed) }
    const others = { demoted: await byKey(demoted), disabled: await byKey(disabled) }
    const signedIn = await open(path(runId), { cookie: session.cookie })
    const stays = await open(path(runId))
    const streams = [...Object.values({ ...keyed, ...others }).map(({ stream }) => stream), signedIn]
    for (const stream of [...streams, stays]) await stream.until('run_waiting')

    await api.ask('DELETE', `/v1/keys/${keyed.revoked.id}`, { key })
    await prisma().apiKey.update({ where: { id: keyed.expired.id }, data: { expiresAt: new Date(0) } })
    await prisma().membership.deleteMany({ where: { userId: removed.id } })
    await prisma().membership.updateMany({ where: { userId: demoted.id }, data: { role: 'viewer' } })
    await prisma().user.update({ where: { id: disabled.id }, data: { disabledAt: new Date() } })
    await prisma().session.update({ where: { id: session.id }, data: { revokedAt: new Date() } })
    expect(await Promise.all(streams.map((stream) => stream.next()))).toEqual(streams.map(() => null))

    // Who may still read was not cut off with them.
    await command(runId, { command: 'data', data: {} })
    expect((await stays.until('run_completed')).event).toBe('run_completed')
  }, 60_000)
})
type Person = Awaited<ReturnType<typeof makePerson>>

describe('F-46: two MCP clients that use the same JSON-RPC ids', () => {
  it('never get the answer of the other', async () => {
    const clients = await Promise.all(
      ['Alpha', 'Beta'].map(async (name) => {
        const tenant = name === 'Alpha' ? { team, key: await keyWith(team, ['workflows:read']) } : await makeTenant()
        const owner = name === 'Alpha' ? key : tenant.key
        const made = await api.ask('POST', '/v1/workflows', { key: owner, json: { name } })
        return { name, key: tenant.key, workflowId: made.body.id as string }
      }),
    )
    const call = async (client: (typeof clients)[number], tool: string, args: unknown) => {
      const { body } = await api.ask('POST', '/api/mcp', {
        key: client.key,
        headers: { accept: 'application/json, text/event-stream' },
        json: { jsonrpc: '2.0', id: 0, method: 'tools/call', params: { name: tool, arguments: args } },
      })
      return typeof body === 'string' ? JSON.parse(/^data: (\{.*)$/m.exec(body)?.[1] ?? '') : body
    }
    const pair = (n: number) =>
      clients.flatMap((client) => [
        call(client, 'get_workflow', { workflow_id: client.workflowId }).then((answer) => {
          expect([answer.id, answer.result.structuredContent.workflow.name]).toEqual([0, client.name])
        }),
        call(client, `no-${client.name}-${n}`, {}).then((answer) => {
          expect([answer.id, answer.error.message]).toEqual([0, `There is no tool "no-${client.name}-${n}".`])
        }),
      ])
    // 500 pairs of requests, each under way at the same time as two hundred others.
    for (let batch = 0; batch < 5; batch++) {
      await Promise.all(seqs(1, 50).flatMap((n) => pair(batch * 50 + n)))
    }
  }, 120_000)
})

describe('words of a model', () => {
  const chunk = (content: string) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content } }] })}\n\n`
  const finish = `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`
  const speaker = () => vi.waitUntil(() => speakers.shift(), { timeout: 20_000, interval: 10 })
  const startLlm = () =>
    start(['start>say', 'say>end'], {
      say: { type: 'llm', config: { model: 'small', prompt: 'Speak.' } },
      end: { config: { output: '{{ nodes.say.output }}' } },
    })

  it('travel as deltas without id between the start and the end of their node, and are not told again', async () => {
    const runId = await startLlm()
    const stream = await open(path(runId))
    await stream.until('node_started')
    const model = await speaker()
    const words: unknown[] = []
    for (const word of ['Calm ', 'wörds ', '🎉']) {
      model.write(chunk(word)) // the next is spoken only when this one has been heard
      const message = await stream.next()
      expect(message).toMatchObject({ event: 'delta', data: { kind: 'delta', node_id: 'say', path: [] } })
      words.push(message?.data.text)
    }
    expect(words).toEqual(['Calm ', 'wörds ', '🎉'])
    model.end(finish)
    expect(await stream.next()).toMatchObject({ event: 'llm_called' })
    expect(await stream.next()).toMatchObject({ event: 'node_succeeded' })
    await stream.until('run_completed')
    expect((await api.ask('GET', `/v1/runs/${runId}`, { key })).body.output).toBe('Calm wörds 🎉')

    const again = await follow(runId, {})
    expect(again.messages.filter(({ event }) => event === 'delta')).toEqual([])
    expect(again.messages.every(({ id }) => Number(id) > 0)).toBe(true)
  })

  it('are spoken to the end although everybody stopped listening: a run never depends on its listeners', async () => {
    const runId = await startLlm()
    const model = await speaker()
    const [first, second] = [await open(path(runId)), await open(path(runId))]
    await Promise.all([first.until('node_started'), second.until('node_started')])
    model.write(chunk('Half '))
    await Promise.all([first.until('delta'), second.until('delta')])
    first.close()
    second.close()
    model.end(chunk('and half.') + finish)
    expect(await waitForRun(runId, ended)).toBe('completed')
    expect((await api.ask('GET', `/v1/runs/${runId}`, { key })).body.output).toBe('Half and half.')
  })
})
