import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { writeAnswer } from './write-answer'

const TURNS = 1_000
const CHUNK = 'x'.repeat(64 * 1024)

let server: Server
let reader: Socket
afterEach(async () => {
  vi.useRealTimers()
  reader.destroy()
  await new Promise((resolve) => server.close(resolve))
})

/** An endless answer to a reader that takes nothing, once the connection is full and nothing more is asked of the source. */
async function openToWhoDoesNotRead(): Promise<{
  source: { asked: number; ended: boolean }
  outgoing: ServerResponse
}> {
  const source = { asked: 0, ended: false }
  async function* endless(): AsyncGenerator<string, void, undefined> {
    try {
      for (;;) {
        source.asked++
        yield CHUNK
      }
    } finally {
      source.ended = true
    }
  }
  const opened = new Promise<ServerResponse>((resolve) => {
    server = createServer((_, outgoing) => {
      void writeAnswer(outgoing, { status: 200, headers: {}, body: endless() }, { head: false })
      resolve(outgoing)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  reader = connect((server.address() as AddressInfo).port, '127.0.0.1')
  reader.pause()
  reader.on('error', () => undefined)
  reader.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const outgoing = await opened
  // Chunks of one burst wait for each other a moment; when nothing more is asked for a thousand turns, the connection is full.
  for (let still = 0, asked = -1; still < TURNS; still++) {
    if (source.asked !== asked) [still, asked] = [0, source.asked]
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(vi.getTimerCount()).toBe(1) // the patience with this reader
  return { source, outgoing }
}

describe('F-42: a reader that does not read', () => {
  it('costs the server one chunk beyond the buffer of the connection, however much there is to say', async () => {
    const { source, outgoing } = await openToWhoDoesNotRead()
    const { asked } = source
    for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(source.asked).toBe(asked)
    expect(outgoing.writableLength).toBeLessThan(outgoing.writableHighWaterMark + 2 * CHUNK.length)
  })

  it('is disconnected after half a minute, and the source is let go', async () => {
    const { source, outgoing } = await openToWhoDoesNotRead()
    await vi.advanceTimersByTimeAsync(29_999)
    expect([outgoing.destroyed, source.ended]).toEqual([false, false])
    await vi.advanceTimersByTimeAsync(1)
    await vi.waitUntil(() => source.ended)
    expect(outgoing.destroyed).toBe(true)
  })

  it('is served on as soon as it reads again', async () => {
    const { source, outgoing } = await openToWhoDoesNotRead()
    const { asked } = source
    reader.resume()
    while (source.asked < asked + 100) await new Promise((resolve) => setImmediate(resolve))
    expect(outgoing.destroyed).toBe(false)
  })
})
