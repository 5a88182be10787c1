/**
 * One instance per process, whoever asks: the server bundle and Next's own bundle both contain this code, and a pool,
 * a hub or a worker must not exist twice.
 */
export function processSingleton<T>(name: string, make: () => T): T {
  const key = Symbol.for(`countersign.${name}`)
  const store = globalThis as unknown as Record<symbol, T | undefined> // symbols index globalThis only untyped
  store[key] ??= make()
  return store[key]
}

/** Forgets an instance, so that the next caller makes a new one. The caller has already closed it. */
export function forgetSingleton(name: string): void {
  const store = globalThis as unknown as Record<symbol, unknown> // symbols index globalThis only untyped
  delete store[Symbol.for(`countersign.${name}`)]
}
