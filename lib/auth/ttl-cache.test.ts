import { describe, expect, it, vi } from 'vitest'
import { createTtlCache } from './ttl-cache'

function setUp(maxEntries = 10) {
  let now = 1_000
  const cache = createTtlCache<string>({ ttlMs: 2_000, maxEntries, nowMs: () => now })
  return { cache, advance: (ms: number) => (now += ms) }
}

describe('the short memory of authenticate', () => {
  it('asks once while the answer is young', async () => {
    const { cache, advance } = setUp()
    const load = vi.fn(async () => 'first')
    expect(await cache.get('k', load)).toBe('first')
    advance(999)
    expect(await cache.get('k', load)).toBe('first')
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('refreshes in the background before the answer is too old, so nobody waits', async () => {
    const { cache, advance } = setUp()
    await cache.get('k', async () => 'first')
    advance(1_500)
    expect(cache.get('k', async () => 'second')).toBe('first')
    await vi.waitFor(() => expect(cache.get('k', async () => 'third')).toBe('second'))
  })

  it('never gives an answer older than its time, counted from the question', async () => {
    const { cache, advance } = setUp()
    await cache.get('k', async () => {
      advance(1_900) // a slow database does not make the answer younger
      return 'first'
    })
    advance(101)
    expect(await cache.get('k', async () => 'second')).toBe('second')
  })

  it('gives nothing when the refresh fails after the time is up', async () => {
    const { cache, advance } = setUp()
    await cache.get('k', async () => 'first')
    advance(2_000)
    await expect(cache.get('k', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
  })

  it('lets callers who ask at once share one load', async () => {
    const { cache } = setUp()
    const load = vi.fn(async () => 'one')
    await Promise.all([cache.get('k', load), cache.get('k', load), cache.get('k', load)])
    expect(load).toHaveBeenCalledTimes(1)
  })

  it('does not remember what was being loaded when it was cleared', async () => {
    const { cache } = setUp()
    let answer: (value: string) => void = () => undefined
    const before = cache.get('k', () => new Promise<string>((resolve) => (answer = resolve)))
    cache.clear()
    answer('stale')
    expect(await before).toBe('stale')
    expect(await cache.get('k', async () => 'fresh')).toBe('fresh')
  })

  it('stays within its bound', async () => {
    const { cache } = setUp(10)
    for (let i = 0; i < 50; i++) await cache.get(`k${i}`, async () => 'x')
    expect(cache.size).toBe(10)
  })

  it('does not trust an answer from the future', async () => {
    const { cache, advance } = setUp()
    await cache.get('k', async () => 'first')
    advance(-10_000)
    expect(await cache.get('k', async () => 'second')).toBe('second')
  })
})
