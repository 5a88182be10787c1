import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunFrame } from './frames'
import { encodeFrame, eventStream } from './sse'

const at = '2026-02-01T10:00:00.000Z'
const event = (seq: number): RunFrame => ({
  kind: 'event',
  event: { type: 'run_resumed', seq, at, actor: { kind: 'system', name: 's' } },
})
const ending: RunFrame = { kind: 'event', event: { type: 'run_completed', seq: 9, at, output_bytes: 2 } }

/** A source that the test feeds; it never ends by itself. */
function feed() {
  const queue: RunFrame[] = []
  let wake = () => {}
  const state = { asked: 0, returned: false }
  async function* frames(): AsyncGenerator<RunFrame[], void, undefined> {
    try {
      for (;;) {
        state.asked++
        while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve))
        yield queue.splice(0, 1)
      }
    } finally {
      state.returned = true
    }
  }
  return {
    state,
    frames: frames(),
    push: (...more: RunFrame[]) => {
      queue.push(...more)
      wake()
    },
  }
}

describe('encoding', () => {
  it('gives durable events an id and a name, deltas only a name', () => {
    expect(encodeFrame(event(7))).toMatch(/^id: 7\nevent: run_resumed\ndata: \{"kind":"event",.*\}\n\n$/)
    expect(encodeFrame({ kind: 'delta', node_id: 'a', path: [], text: 'x\ny' })).toBe(
      'event: delta\ndata: {"kind":"delta","node_id":"a","path":[],"text":"x\\ny"}\n\n',
    )
  })

  it('sets the cursor back to the start with a reset', () => {
    expect(encodeFrame({ kind: 'reset', reason: 'r' })).toMatch(/^id: 0\n/)
  })
})

describe('an event stream', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const open = (source: ReturnType<typeof feed>, isAllowed = async () => true) => {
    const close = vi.fn()
    return { close, stream: eventStream({ frames: source.frames, isAllowed, close }) }
  }

  it('begins with a retry hint, passes frames on in order and ends after the last event of the run', async () => {
    const source = feed()
    const { stream, close } = open(source)
    expect((await stream.next()).value).toMatch(/^retry: \d+\n\n$/)
    source.push(event(1), event(2), ending)
    expect((await stream.next()).value).toContain('id: 1\n')
    expect((await stream.next()).value).toContain('id: 2\n')
    expect((await stream.next()).value).toContain('event: run_completed')
    expect((await stream.next()).value).toMatch(/^: /)
    expect((await stream.next()).done).toBe(true)
    expect(close).toHaveBeenCalledOnce()
  })

  it('asks the source for no more than the reader takes', async () => {
    const source = feed()
    const { stream } = open(source)
    await stream.next()
    source.push(event(1), event(2), event(3))
    await stream.next()
    expect(source.state.asked).toBe(1)
    await stream.return()
  })

  it('passes on in one piece what came together', async () => {
    async function* together() {
      yield [event(1), event(2)]
      yield [event(3), ending]
    }
    const stream = eventStream({ frames: together(), isAllowed: async () => true, close: () => undefined })
    const texts: string[] = []
    for await (const text of stream) texts.push(text)
    const ids = texts.map((text) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id)))
    expect(ids).toEqual([[], [1, 2], [3, 9], []])
  })

  it('says something at least every 15 seconds', async () => {
    const source = feed()
    const { stream } = open(source)
    await stream.next()
    const next = stream.next()
    await vi.advanceTimersByTimeAsync(15_000)
    expect((await next).value).toMatch(/^: /)
    await stream.return()
  })

  it('ends within five seconds of the caller losing the right to read, and sends nothing after', async () => {
    const source = feed()
    let allowed = true
    const { stream, close } = open(source, async () => allowed)
    await stream.next()
    const next = stream.next()
    allowed = false
    await vi.advanceTimersByTimeAsync(2_500)
    source.push(event(1))
    expect(await next).toEqual({ done: true, value: undefined })
    expect(close).toHaveBeenCalledOnce()
  })

  it('survives one check that cannot be made, not two', async () => {
    const source = feed()
    const { stream } = open(source, () => Promise.reject(new Error('database away')))
    await stream.next()
    const next = stream.next()
    await vi.advanceTimersByTimeAsync(2_500)
    source.push(event(1))
    expect((await next).value).toContain('id: 1\n')
    const last = stream.next()
    await vi.advanceTimersByTimeAsync(2_500)
    expect((await last).done).toBe(true)
  })

  it('ends its source when the reader goes', async () => {
    const source = feed()
    const { stream, close } = open(source)
    await stream.next()
    source.push(event(1))
    await stream.next()
    await stream.return()
    expect(close).toHaveBeenCalledOnce()
  })
})
