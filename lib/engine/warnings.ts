import { WARN_SHARE } from '../limits'
import type { NewEvent } from './events'
import type { Plan } from './graph'
import { HOUR_MS, type RunLimits } from './limits'
import type { RunState } from './state'

/** What is said, once each, when a run has used four fifths of what it may. */
export function warningsOf(plan: Plan, state: RunState, limits: RunLimits): NewEvent[] {
  if (state.ended) return []
  const { budget } = limits
  const near: NewEvent[] = []
  const look = (
    code: string,
    used: number,
    limit: number | undefined,
    sentence: (used: string, limit: string) => string,
  ) => {
    if (limit === undefined || used < limit * WARN_SHARE || state.warned.has(code)) return
    near.push({ type: 'run_warning', code, message: sentence(number(used), number(limit)) })
  }
  look(
    'state_too_large',
    state.bytes,
    limits.stateBytes,
    (used, limit) => `The outputs of this run add up to ${used} of ${limit} bytes.`,
  )
  look('too_many_events', state.lastSeq, limits.events, (used, limit) => `The run has ${used} of ${limit} events.`)
  look('too_many_steps', state.steps, plan.maxSteps, (used, limit) => `The run took ${used} of ${limit} steps.`)
  look(
    'llm_calls',
    state.llmCalls,
    limits.llmCalls,
    (used, limit) => `The run made ${used} of ${limit} calls of models.`,
  )
  look(
    'run_active',
    state.activeMs / HOUR_MS,
    limits.activeMs / HOUR_MS,
    (used, limit) => `The run was active for ${used} of ${limit} hours.`,
  )
  look(
    'budget_tokens',
    state.tokens,
    budget?.tokens,
    (used, limit) => `The run used ${used} of the ${limit} tokens of its budget.`,
  )
  look(
    'budget_usd',
    state.costUsd,
    budget?.usd,
    (used, limit) => `The run spent ${used} of the ${limit} USD of its budget.`,
  )
  return near
}

function number(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toFixed(6)))
}
