import { LIMITS } from '../limits'
import type { RunEvent } from './events'
import type { RunState } from './state'

/**
 * A run is active from its first step until it waits, is paused, or ends. Between two events no more counts than a node may
 * take: if more time passed, nobody held the run, or the clock of a machine jumped.
 */
export function countActive(state: RunState, event: RunEvent): void {
  const atMs = Date.parse(event.at)
  if (state.activeAtMs !== undefined)
    state.activeMs += Math.min(Math.max(0, atMs - state.activeAtMs), LIMITS.node_time.ceiling)
  const isIdle = event.type === 'run_started' || event.type === 'run_waiting' || state.paused || state.ended
  state.activeAtMs = isIdle ? undefined : atMs
}
