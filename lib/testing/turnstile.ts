import { expect } from 'vitest'
import { openEffectSink } from './effect-sink'

/** An effect sink that keeps its callers inside until a test lets them out: it sees how many are in flight at once. */
export interface Turnstile {
  /** The config of an HTTP node that calls this path. */
  node(path: string): { type: 'http'; config: Record<string, unknown> }
  /** Calls to paths that begin so, in order of arrival. */
  arrived(prefix?: string): string[]
  /** Resolves when so many calls have arrived at paths that begin so. */
  untilArrived(count: number, prefix?: string): Promise<void>
  inside(prefix?: string): number
  /** The most that were inside at once since the last {@link Turnstile.clear}. */
  most(): number
  /** Lets the oldest callers out. */
  letOut(count: number, prefix?: string): void
  /** From now on every caller is let out after `stayMs`. */
  open(stayMs?: number): void
  /** Closes, lets everybody out and forgets the past. */
  clear(): void
  close(): Promise<void>
}

const PATIENCE = { timeout: 20_000, interval: 10 }

export async function openTurnstile(): Promise<Turnstile> {
  const callers: { path: string; leave: () => void }[] = []
  let stayMs: number | undefined
  let most = 0
  const sink = await openEffectSink((path) => {
    const gone = new Promise<void>((leave) => callers.push({ path, leave }))
    most = Math.max(most, callers.length)
    const caller = callers.at(-1)
    if (caller && stayMs !== undefined) setTimeout(() => out(caller), stayMs)
    return gone
  })
  const out = (caller: (typeof callers)[number]) => {
    const index = callers.indexOf(caller)
    if (index >= 0) callers.splice(index, 1)
    caller.leave()
  }
  const letOut = (count: number, prefix = '/') => {
    for (const caller of callers.filter(({ path }) => path.startsWith(prefix)).slice(0, count)) out(caller)
  }
  const arrived = (prefix = '/') => sink.calls.map(({ path }) => path).filter((path) => path.startsWith(prefix))
  return {
    node: (path) => ({ type: 'http', config: { method: 'POST', url: `${sink.url}${path}`, body: {} } }),
    arrived,
    untilArrived: async (count, prefix) => {
      await expect.poll(() => arrived(prefix).length, PATIENCE).toBeGreaterThanOrEqual(count)
    },
    inside: (prefix = '/') => callers.filter(({ path }) => path.startsWith(prefix)).length,
    most: () => most,
    letOut,
    open: (ms = 0) => {
      stayMs = ms
      letOut(callers.length)
    },
    clear: () => {
      letOut(callers.length)
      stayMs = undefined
      most = 0
      sink.calls.length = 0
    },
    close: () => {
      letOut(callers.length)
      return sink.close()
    },
  }
}
