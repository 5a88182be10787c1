import { ExpressionError } from './expression-error'

/**
 * How long an evaluation may compute. On a server this is time of the processor, not of the wall: a busy machine must not
 * fail an expression that passes on an idle one. In a browser there is only the wall clock.
 */
export interface Budget {
  /** Called at every step of an evaluation; throws `timeout`. */
  check(): void
}

/** Asking for the time costs about as much as a step. */
const STEPS_BETWEEN_LOOKS = 128

/** The clock starts at the first look: what ends before it, nearly everything, never asks. */
export function startBudget(limitMs: number): Budget {
  let startedMs: number | undefined
  let steps = 0
  return {
    check() {
      steps += 1
      if (steps % STEPS_BETWEEN_LOOKS !== 0) return
      const nowMs = spentMs()
      startedMs ??= nowMs
      if (nowMs - startedMs > limitMs) {
        throw new ExpressionError('timeout', `The expression took longer than ${limitMs} ms.`)
      }
    },
  }
}

function spentMs(): number {
  if (typeof process === 'undefined' || typeof process.cpuUsage !== 'function') return performance.now()
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
