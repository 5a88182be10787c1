/**
 * Remembers answers for a short time, for questions asked on every request. An answer is never older than `ttlMs`,
 * counted from when the question was *asked*, so what was revoked before is refused that much later at the latest.
 * In the second half of its life an answer is refreshed in the background, so a busy caller never waits for it.
 */
export interface TtlCache<T> {
  /** The remembered answer, or what `load` says. Callers that ask the same thing at once share one load. */
  get(key: string, load: () => Promise<T>): T | Promise<T>
  /** Whether something is remembered, however old. */
  has(key: string): boolean
  /** Forgets everything; an answer that is still being loaded is not remembered either. */
  clear(): void
  readonly size: number
}

interface Entry<T> {
  value: T
  askedAtMs: number
}

/** `maxEntries` bounds the memory: beyond it the oldest answers are forgotten. */
export function createTtlCache<T>(options: { ttlMs: number; maxEntries: number; nowMs?: () => number }): TtlCache<T> {
  const { ttlMs, maxEntries, nowMs = Date.now } = options
  const entries = new Map<string, Entry<T>>()
  const loading = new Map<string, Promise<T>>()
  let generation = 0

  async function reload(key: string, load: () => Promise<T>): Promise<T> {
    const askedAtMs = nowMs()
    const asked = generation
    try {
      const value = await load()
      if (asked === generation) {
        // Deleted first, so that Map order is the order of asking and the front is the oldest.
        entries.delete(key)
        entries.set(key, { value, askedAtMs })
        forgetOldest()
      }
      return value
    } finally {
      if (asked === generation) loading.delete(key)
    }
  }

  function share(key: string, load: () => Promise<T>): Promise<T> {
    let promise = loading.get(key)
    if (promise === undefined) {
      promise = reload(key, load)
      loading.set(key, promise)
    }
    return promise
  }

  function forgetOldest(): void {
    for (const key of entries.keys()) {
      if (entries.size <= maxEntries) return
      entries.delete(key)
    }
  }

  return {
    get(key, load) {
      const entry = entries.get(key)
      const ageMs = entry === undefined ? Number.POSITIVE_INFINITY : nowMs() - entry.askedAtMs
      // A clock set back makes the age negative: that answer's age is unknown, so it does not count.
      if (entry === undefined || ageMs >= ttlMs || ageMs < 0) return share(key, load)
      if (ageMs >= ttlMs / 2) share(key, load).catch(() => undefined) // the caller after the next one sees the failure
      return entry.value
    },
    has: (key) => entries.has(key),
    clear() {
      generation++
      entries.clear()
      loading.clear()
    },
    get size() {
      return entries.size
    },
  }
}
