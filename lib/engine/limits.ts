import { LIMITS } from '../limits'

/** The limits of one run that the core and its shell keep. An operator may have set some of them. */
export interface RunLimits {
  /** All outputs that are held inline, together, in bytes. */
  stateBytes: number
  events: number
  llmCalls: number
  /** Time spent waiting left out. */
  activeMs: number
  /** What the run may use, when it has a budget. */
  budget?: Budget | undefined
}

/** What a run may use of models, its sub-workflows included. */
export interface Budget {
  tokens?: number | undefined
  usd?: number | undefined
}

export const HOUR_MS = 3_600_000

export const DEFAULT_LIMITS: RunLimits = {
  stateBytes: LIMITS.run_state.value,
  events: LIMITS.events.value,
  llmCalls: LIMITS.llm_calls.value,
  activeMs: LIMITS.run_active.value * HOUR_MS,
}

/** The failure of a node that ends its run, whatever is around it. */
export const BUDGET_EXCEEDED = 'budget_exceeded'

/** The output of one node, kept apart when it is over 256 KiB. */
export const MAX_OUTPUT_BYTES = LIMITS.output.value

/** Of each the smaller of two; undefined: no budget. */
export function smallerBudget(one: Budget | undefined, other: Budget | undefined): Budget | undefined {
  const tokens = smaller(one?.tokens, other?.tokens)
  const usd = smaller(one?.usd, other?.usd)
  if (tokens === undefined && usd === undefined) return undefined
  return { ...(tokens === undefined ? {} : { tokens }), ...(usd === undefined ? {} : { usd }) }
}

function smaller(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
}
