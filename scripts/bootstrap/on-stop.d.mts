export interface Stopping {
  /** Runs first, all in order, with the milliseconds that work in flight may take. */
  first(close: (graceMs: number) => Promise<void>): void
  /** Runs after those, the newest first. */
  after(close: () => Promise<void>): void
  /** An error nobody caught for which this answers true does not stop the process. */
  unless(claim: (error: unknown) => boolean): void
  now(code: number): Promise<void>
}

export function onStop(): Stopping
