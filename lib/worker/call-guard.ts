import type { Reservation, WantedCall } from '../db/call-budget'
import { isPassing } from '../db/reconnect'
import type { RunRow } from '../db/runs'
import { BUDGET_EXCEEDED, HOUR_MS, type RunLimits, smallerBudget } from '../engine/limits'
import type { RunState } from '../engine/state'
import { limitOf } from '../env'
import type { CallEstimate } from '../nodes/llm-estimate.run'
import { costOf } from '../nodes/prices'
import { NodeError, type RunnerResult } from '../nodes/runner'
import type { World } from './ports'
import { type OnLate, type PreparedNode, startNode } from './run-node'

/** How often a call asks again while others hold what it needs. */
const ASK_AGAIN_MS = 200

/** The limits of a run as they hold here. */
export function limitsOf(run: Pick<RunRow, 'variables'>): RunLimits {
  return {
    stateBytes: limitOf('run_state'),
    events: limitOf('events'),
    llmCalls: limitOf('llm_calls'),
    activeMs: limitOf('run_active') * HOUR_MS,
    budget: smallerBudget(run.variables.budget, { usd: limitOf('run_usd') }),
  }
}

/** Nothing was called, so there is nothing to record: if the run goes on, the node begins anew. */
export class NotBegun extends Error {}

/** Stands before every call of a model that a run makes: nothing is called that the run may not pay for. */
export class CallGuard {
  /** Keys of nodes that were let through; those that have ended since are dropped when the next one comes. */
  private readonly calling = new Set<string>()

  constructor(
    private readonly world: World,
    private readonly run: RunRow,
    private readonly limits: RunLimits,
    /** False: the node is not to be called any more, by anybody or by this process. */
    private readonly mayCall: (key: string) => boolean,
  ) {}

  /** Before a node begins: what can be said without asking anybody. Throws NodeError. */
  admit(key: string, prepared: PreparedNode, state: RunState): void {
    const { call } = prepared
    if (!call) return
    const most = limitOf('llm_call_tokens')
    const tokens = call.inputTokens + (call.maxOutputTokens ?? 1)
    if (tokens > most) {
      const answer = call.maxOutputTokens === undefined ? '' : ` and an answer of up to ${call.maxOutputTokens}`
      throw exceeded(
        `The prompt has about ${call.inputTokens} tokens${answer}; a call may have ${most} in all. Send less, or split the work.`,
        { limit: 'tokens_per_call', tokens, most },
      )
    }
    for (const other of this.calling) if (!state.running.has(other)) this.calling.delete(other)
    this.calling.delete(key)
    if (state.llmCalls + this.calling.size >= this.limits.llmCalls) {
      throw exceeded(`The run has made ${this.limits.llmCalls} calls of models, as many as it may.`, {
        limit: 'calls_per_run',
        most: this.limits.llmCalls,
      })
    }
    this.calling.add(key)
  }

  /** Runs an effect; what its call of a model may use is set aside first. */
  async start(key: string, prepared: PreparedNode, controller: AbortController, onLate: OnLate): Promise<RunnerResult> {
    const { call } = prepared
    const wanted = call && wantedOf(this.run.id, key, call)
    if (call && wanted && this.counts(wanted)) {
      await this.reserve(wanted, call, controller.signal)
      // Nothing may come between this look and the call: whoever sleeps here would call what others repeat.
      if (!this.mayCall(key)) throw new NotBegun()
    }
    return startNode(this.world, prepared, controller, onLate)
  }

  /** What is free, or has no known price, uses up nothing unless somebody asked for a budget: the run, or one that waits for it. */
  private counts({ usd }: WantedCall): boolean {
    return (usd ?? 0) > 0 || this.run.variables.budget !== undefined || this.run.parentWaitId !== null
  }

  /** While the database is away nothing is called; setting the same aside again is harmless. */
  private async ask(wanted: WantedCall): Promise<Reservation | 'away'> {
    try {
      return await this.world.store.reserveCall(wanted)
    } catch (error) {
      if (isPassing(error)) return 'away'
      throw error
    }
  }

  private async reserve(wanted: WantedCall, call: CallEstimate, signal: AbortSignal): Promise<void> {
    for (;;) {
      const answer = await this.ask(wanted)
      if (signal.aborted) throw aborted()
      if (answer !== 'away') {
        if (answer.reserved) return
        if (!('isTaken' in answer && answer.isTaken)) throw refused(answer, call)
      }
      // Calls in flight hold more than they will use: what they leave may be enough.
      await new Promise<void>((resolve) => {
        const over = () => {
          callOff()
          signal.removeEventListener('abort', over)
          resolve()
        }
        const callOff = this.world.clock.after(ASK_AGAIN_MS, over)
        signal.addEventListener('abort', over)
      })
      if (signal.aborted) throw aborted()
    }
  }
}

function wantedOf(runId: string, nodeKey: string, call: CallEstimate): WantedCall {
  const { inputTokens, maxOutputTokens, price } = call
  const most = maxOutputTokens ?? Math.max(1, limitOf('llm_call_tokens') - inputTokens)
  const least = maxOutputTokens ?? 1
  return {
    runId,
    nodeKey,
    tokens: inputTokens + most,
    leastTokens: inputTokens + least,
    usd: price ? costOf(price, inputTokens, most) : null,
    leastUsd: price ? costOf(price, inputTokens, least) : null,
    most: { runUsd: limitOf('run_usd'), projectDayUsd: limitOf('project_day_usd') },
  }
}

function refused(answer: Reservation & { reserved: false }, call: CallEstimate): NodeError {
  if (answer.of === 'nothing') return aborted()
  const name = `${call.provider}/${call.model}`
  if (answer.of === 'price') {
    const message = `The run has a budget in USD, and nobody said what ${name} costs. Add it to the price list (LLM_PRICES), or give the run a budget in tokens.`
    return new NodeError('price_unknown', message, { retryable: false, details: { model: name, run_id: answer.runId } })
  }
  const { limit, left } = answer
  const rest = Number(Math.max(0, left).toFixed(6))
  if (answer.of === 'project_day') {
    return exceeded(
      `The runs of this project may spend ${limit} USD a day on models; there are ${rest} left until midnight (UTC), not enough to call ${name}.`,
      { limit: 'usd_per_project_and_day', most: limit, left },
    )
  }
  const unit = answer.of === 'usd' ? 'USD' : 'tokens'
  return exceeded(`Of the budget of ${limit} ${unit} there are ${rest} left, not enough to call ${name}.`, {
    limit: answer.of,
    most: limit,
    left,
    run_id: answer.runId,
  })
}

function exceeded(message: string, details: Record<string, unknown>): NodeError {
  return new NodeError(BUDGET_EXCEEDED, message, { retryable: false, details })
}

function aborted(): NodeError {
  return new NodeError('aborted', 'The run was stopped.', { retryable: false })
}
