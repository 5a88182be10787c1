/** SQLSTATE classes after which the same statement may work later: connection, operator intervention, resources, read-only standby. */
const PASSING = /^(08|57P0[123]|53|25006|40001|40P01|55P03)/

/** True when the database could not be reached or asked to be tried again: nothing is known about what the statement did. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (PASSING.test(code)) return true
  return (
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT'].includes(code) ||
    /Connection terminated|timeout exceeded when trying to connect|Query read timeout|connection error/i.test(
      error.message,
    )
  )
}

/**
 * Runs `attempt` until it works, for as long as its errors pass by themselves. `attempt` must be safe to repeat after an
 * unknown outcome. Throws the last error after `forMs`, and any other error at once.
 */
export async function withReconnect<T>(attempt: (isRepeat: boolean) => Promise<T>, forMs: number): Promise<T> {
  const deadline = Date.now() + forMs
  for (let turn = 0; ; turn++) {
    try {
      return await attempt(turn > 0)
    } catch (error) {
      if (!isPassing(error) || Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.min(50 * 2 ** turn, 1_000)))
    }
  }
}
