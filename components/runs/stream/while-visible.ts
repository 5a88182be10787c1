/**
 * Runs `start` while the page is visible, and again each time it comes back. A browser allows six HTTP/1.1 connections
 * per host, so tabs that nobody looks at must not hold one: a seventh tab would wait for ever for anything at all.
 * `graceMs` keeps the connection through a short look at another tab.
 */
export function whileVisible(start: (signal: AbortSignal) => void, signal: AbortSignal, graceMs = 15_000): void {
  let current: AbortController | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = () => {
    current?.abort()
    current = undefined
  }
  const update = () => {
    clearTimeout(timer)
    if (document.visibilityState === 'hidden') {
      timer = setTimeout(stop, graceMs)
    } else if (!current) {
      current = new AbortController()
      start(current.signal)
    }
  }
  document.addEventListener('visibilitychange', update)
  signal.addEventListener('abort', () => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', update)
    stop()
  })
  update()
}
