import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { whileVisible } from './while-visible'

let visibility: DocumentVisibilityState = 'visible'
function turn(next: DocumentVisibilityState) {
  visibility = next
  document.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => {
  vi.useFakeTimers()
  visibility = 'visible'
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibility })
})
afterEach(() => {
  vi.useRealTimers()
})

function start() {
  const whole = new AbortController()
  const signals: AbortSignal[] = []
  whileVisible((signal) => signals.push(signal), whole.signal, 1_000)
  return { whole, signals }
}

describe('a connection of a page', () => {
  it('is given up when nobody looks for a while, and made anew when somebody looks again', () => {
    const { signals } = start()
    turn('hidden')
    vi.advanceTimersByTime(999)
    expect(signals[0]?.aborted).toBe(false)
    vi.advanceTimersByTime(1)
    expect(signals[0]?.aborted).toBe(true)
    turn('visible')
    expect(signals).toHaveLength(2)
    expect(signals[1]?.aborted).toBe(false)
  })

  it('survives a short look at another tab', () => {
    const { signals } = start()
    turn('hidden')
    vi.advanceTimersByTime(500)
    turn('visible')
    vi.advanceTimersByTime(5_000)
    expect(signals).toHaveLength(1)
    expect(signals[0]?.aborted).toBe(false)
  })

  it('is not made in a tab that was opened in the background', () => {
    visibility = 'hidden'
    const { signals } = start()
    expect(signals).toHaveLength(0)
    turn('visible')
    expect(signals).toHaveLength(1)
  })

  it('ends with the page', () => {
    const { whole, signals } = start()
    whole.abort()
    expect(signals[0]?.aborted).toBe(true)
    turn('hidden')
    turn('visible')
    expect(signals).toHaveLength(1)
  })
})
