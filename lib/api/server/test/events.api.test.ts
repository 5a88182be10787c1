import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../ids'
import { makeTenant, openApi, type TestApi } from '../../../testing/api'
import { draw } from '../../../testing/definition'
import { makeKey, type TestPerson } from '../../../testing/people'
import { startWorker } from '../../../worker/main'

let api: TestApi
let worker: Awaited<ReturnType<typeof startWorker>>
let key: string
let owner: TestPerson

beforeAll(async () => {
  api = await openApi()
  worker = await startWorker()
  const tenant = await makeTenant()
  key = tenant.key
  owner = tenant.owner
})
afterAll(async () => {
  await api.close()
  await worker.stop(1_000)
})

const asking = () =>
  draw(['start>input', 'input>end'], { input: { config: { prompt: '?', schema: { type: 'object', properties: {} } } } })

async function startOne(definition: unknown = asking()): Promise<{ id: string; last_seq: number }> {
  const { body } = await api.ask('POST', '/v1/workflows', { key, json: { name: 'Events', definition } })
  await api.ask('POST', `/v1/workflows/${body.id}/publish`, { key })
  return (await api.ask('POST', `/v1/workflows/${body.id}/runs`, { key, json: { wait: 10 } })).body
}
const answer = (runId: string) =>
  api.ask('POST', `/v1/runs/${runId}/commands`, { key, json: { command: 'data', data: {}, wait: 10 } })

interface Frame {
  id?: string
  event?: string
  // biome-ignore lint/suspicious/noExplicitAny: frames of several shapes, which the tests are about
  data?: any
  comment?: string
}

/** Opens a stream; `next` gives its frames one by one, null at its end. */
async function open(path: string, headers: Record<string, string> = {}, asKey = key) {
  const over = new AbortController()
  const response = await fetch(api.url + path, {
    headers: { accept: 'text/event-stream', 'x-api-key': asKey, ...headers },
    signal: over.signal,
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const next = async (): Promise<Frame | null> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const block = text.slice(0, end)
        text = text.slice(end + 2)
        const frame = parse(block)
        if (frame !== undefined) return frame
        continue
      }
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      if (done) return null
      text += value
    }
  }
  const until = async (event: string): Promise<Frame[]> => {
    const frames: Frame[] = []
    for (;;) {
      const frame = await next()
      if (frame === null) throw new Error(`the stream ended before ${event}: ${JSON.stringify(frames)}`)
      frames.push(frame)
      if (frame.event === event) return frames
    }
  }
  return { response, next, until, close: () => over.abort() }
}

function parse(block: string): Frame | undefined {
  const frame: Frame = {}
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^(\w*): ?(.*)$/.exec(line) ?? []
    if (name === 'data') frame.data = JSON.parse(value)
    else if (name === 'id' || name === 'event') frame[name] = value
  }
  return frame.data === undefined ? undefined : frame
}

const ids = (frames: Frame[]) => frames.map((frame) => Number(frame.id))
const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, index) => from + index)

describe('following a run', () => {
  it('replays what is there, goes on live, and ends after the last event', async () => {
    const run = await startOne()
    const stream = await open(`/v1/runs/${run.id}/events`)
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(stream.response.headers.get('x-accel-buffering')).toBe('no')
    expect(stream.response.headers.get('cache-control')).toContain('no-store')
    const before = await stream.until('run_waiting')
    expect(ids(before)).toEqual(upTo(run.last_seq))
    expect(before[0]).toMatchObject({
      event: 'run_started',
      data: { kind: 'event', event: { type: 'run_started', seq: 1 } },
    })
    await answer(run.id)
    const after = await stream.until('run_completed')
    const log = (await api.ask('GET', `/v1/runs/${run.id}/events`, { key })).body.items
    expect([...before, ...after].map((frame) => frame.data.event)).toEqual(log)
    expect(await stream.next()).toBeNull()
  })

  it('resumes at Last-Event-ID, which counts more than the query, without gap or repeat', async () => {
    const run = await startOne()
    for (const [path, headers] of [
      [`/v1/runs/${run.id}/events?after=2`, {}],
      [`/v1/runs/${run.id}/events?after=0`, { 'last-event-id': '2' }],
    ] as const) {
      const stream = await open(path, headers)
      expect(ids(await stream.until('run_waiting'))).toEqual(upTo(run.last_seq, 3))
      stream.close()
    }
  })

  it('misses nothing over a hundred broken connections', async () => {
    const run = await startOne()
    await answer(run.id)
    const seen: number[] = []
    for (let cut = 0; seen.at(-1) === undefined || cut < 100; cut++) {
      const stream = await open(
        `/v1/runs/${run.id}/events`,
        seen.length > 0 ? { 'last-event-id': String(seen.at(-1)) } : {},
      )
      if (stream.response.status === 204) break
      const frame = await stream.next()
      if (frame !== null) seen.push(Number(frame.id))
      stream.close()
    }
    const { last_seq } = (await api.ask('GET', `/v1/runs/${run.id}`, { key })).body
    expect(seen).toEqual(upTo(last_seq))
  })

  it('tells a client that has everything of an ended run to stop, with 204', async () => {
    const run = await startOne(draw(['start>end']))
    const stream = await open(`/v1/runs/${run.id}/events`, { 'last-event-id': String(run.last_seq) })
    expect(stream.response.status).toBe(204)
  })

  it('starts over when the cursor is beyond the log', async () => {
    const run = await startOne()
    const stream = await open(`/v1/runs/${run.id}/events`, { 'last-event-id': '500' })
    expect(await stream.next()).toMatchObject({ id: '0', event: 'reset', data: { kind: 'reset' } })
    expect(ids(await stream.until('run_waiting'))).toEqual(upTo(run.last_seq))
    stream.close()
  })

  it.each(['-1', '1e30', '1000000000000000000000000000000', 'abc', '1.5'])('refuses the cursor %s', async (cursor) => {
    const run = await startOne()
    expect((await open(`/v1/runs/${run.id}/events`, { 'last-event-id': cursor })).response.status).toBe(400)
    expect((await open(`/v1/runs/${run.id}/events?after=${cursor}`)).response.status).toBe(400)
  })

  it('answers a run that is not there as a problem', async () => {
    const { response } = await open(`/v1/runs/${newId()}/events`)
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ])
  })

  it('ends soon after the key is revoked, and sends nothing more', async () => {
    const made = await makeKey(owner)
    const run = await startOne()
    const stream = await open(`/v1/runs/${run.id}/events`, {}, made.secret)
    await stream.until('run_waiting')
    await api.ask('DELETE', `/v1/keys/${made.id}`, { key })
    const revokedAt = Date.now()
    expect(await stream.next()).toBeNull()
    expect(Date.now() - revokedAt).toBeLessThan(10_000)
  }, 15_000)

  it('answers HEAD without following', async () => {
    const run = await startOne()
    const status = await new Promise<number>((resolve, reject) => {
      const asked = request(`${api.url}/v1/runs/${run.id}/events`, {
        method: 'HEAD',
        headers: { accept: 'text/event-stream', 'x-api-key': key },
      })
      asked.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)))
      asked.on('error', reject)
      asked.end()
    })
    expect(status).toBe(200)
  })
})

describe('following the runs of a team', () => {
  it('tells which run changed, to the team only', async () => {
    const strangers = await makeTenant()
    const [mine, theirs] = [await open('/v1/runs'), await open('/v1/runs', {}, strangers.key)]
    const run = await startOne(draw(['start>end']))
    for (;;) {
      const frame = await mine.next()
      expect(frame).toMatchObject({ event: 'run', data: { kind: 'run' } })
      if (frame?.data.run_id === run.id && frame?.data.status === 'completed') break
    }
    const heard = theirs.next()
    const own = await api.ask('POST', '/v1/workflows', {
      key: strangers.key,
      json: { name: 'x', definition: draw(['start>end']) },
    })
    await api.ask('POST', `/v1/workflows/${own.body.id}/publish`, { key: strangers.key })
    const ours = await api.ask('POST', `/v1/workflows/${own.body.id}/runs`, { key: strangers.key })
    expect(await heard).toMatchObject({ data: { run_id: ours.body.id } })
    mine.close()
    theirs.close()
  })
})
