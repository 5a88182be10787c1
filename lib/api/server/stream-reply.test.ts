import { afterEach, expect, test } from 'vitest'
import type { Principal } from '../../auth/principal'
import type { RunFrame } from '../../live/frames'
import { streamReply } from './stream-reply'

type Stream = AsyncGenerator<string, void, undefined>
const opened: Stream[] = []
afterEach(async () => {
  for (const stream of opened.splice(0)) await stream.return()
})

/** A stream of a run in which nothing happens, begun as a connection begins it. Throws when there are too many. */
async function open(callerId: string): Promise<Stream> {
  async function* silence(signal: AbortSignal): AsyncGenerator<RunFrame[], void, undefined> {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
  }
  const principal = { id: callerId, team: { id: 'team' } } as Principal // nothing else of it is looked at here
  const { raw } = streamReply({ principal, request: new Request('http://localhost'), frames: silence })
  const stream = raw as Stream
  await stream.next()
  opened.push(stream)
  return stream
}

const openMany = async (callerId: string, count: number) => {
  for (let each = 0; each < count; each++) await open(callerId)
}
const refused = { status: 429, code: 'rate_limited' }

test('one caller has 250 streams and no more, and another one when one ends', async () => {
  await openMany('a', 249)
  const last = await open('a')
  await expect(open('a')).rejects.toMatchObject(refused)
  await open('b')
  await last.return()
  await open('a')
})

test('a process has 1 000 streams and no more, whoever asks', async () => {
  for (const caller of ['a', 'b', 'c']) await openMany(caller, 250)
  await openMany('d', 249)
  await open('e')
  await expect(open('f')).rejects.toMatchObject(refused)
})
