import { encodePayload } from '../db/payloads'
import type { RunState } from '../engine/state'
import { crashPoint } from '../faults'
import { log } from '../log'
import { NodeError, type RunnerResult } from '../nodes/runner'
import { type CallGuard, NotBegun } from './call-guard'
import { beginAttempt, type Desk, type Execute, expectFailure, isDue, logUnexpected } from './desk'
import { type EndedAttempt, recordDiscarded, recordFailure, recordResult } from './record-result'
import { type DiscardReason, type OnLate, prepareNode } from './run-node'

type Landed = { attempt: EndedAttempt; result?: RunnerResult; error?: unknown }
type Late = { attempt: EndedAttempt; result: RunnerResult; reason: DiscardReason }

/** An effect whose start is written and not yet durable. */
export interface ReadyEffect {
  attempt: EndedAttempt
  start(controller: AbortController, onLate: OnLate): Promise<RunnerResult>
}

/** The calls of one run that are on their way: what was started here, and what came back and is not recorded yet. */
export class Effects {
  private readonly inFlight = new Map<string, AbortController>()
  private readonly landed: Landed[] = []
  private readonly late: Late[] = []
  private isClosed = false

  /** `onLanded`: something came back. */
  constructor(
    private readonly guard: CallGuard,
    private readonly onLanded: () => void,
  ) {}

  get count(): number {
    return this.inFlight.size
  }

  get keys(): ReadonlySet<string> {
    return new Set(this.inFlight.keys())
  }

  get haveLanded(): boolean {
    return !this.isClosed && (this.landed.length > 0 || this.late.length > 0)
  }

  /** The run ended or is let go: what is in flight is aborted, and what still comes is not recorded by anybody here. */
  close(): void {
    this.isClosed = true
    this.abortAll()
  }

  abortAll(): void {
    for (const controller of this.inFlight.values()) controller.abort()
  }

  /** Effects whose item was cut off: nobody waits for what they return. */
  abortCutOff(state: RunState): void {
    for (const [key, controller] of this.inFlight) if (!state.running.has(key)) controller.abort()
  }

  /** Resolves the configs and writes the starts. What cannot be started is recorded as failed. */
  async prepare(desk: Desk, decisions: readonly Execute[]): Promise<ReadyEffect[]> {
    const ready: ReadyEffect[] = []
    for (const decision of decisions) {
      if (!isDue(desk, decision)) continue
      const effect = await this.prepareOne(desk, decision)
      if (!effect) continue
      crashPoint('step.before_start_event')
      const { attempt } = effect
      const { key, node, path, startedAt } = attempt
      desk.writer.append({ type: 'node_started', node_id: node.id, path, attempt: attempt.attempt })
      const input = desk.writer.keep(encodePayload(attempt.input)).stored
      desk.writer.node({ key, nodeId: node.id, path, attempt: attempt.attempt, startedAt, status: 'running', input })
      ready.push(effect)
    }
    return ready
  }

  private async prepareOne(desk: Desk, decision: Execute): Promise<ReadyEffect | undefined> {
    const { program, run, writer, outputs } = desk
    const attempt = beginAttempt(desk, decision)
    try {
      if (decision.resumed && attempt.node.policy.atMostOnce) throw outcomeUnknown()
      const prepared = await prepareNode(program, run, outputs, decision)
      attempt.input = prepared.input
      this.guard.admit(decision.key, prepared, writer.state)
      return { attempt, start: (...how) => this.guard.start(decision.key, prepared, ...how) }
    } catch (error) {
      expectFailure(error, desk, decision.key)
      recordFailure(writer, attempt, error, outputs.remember)
      return undefined
    }
  }

  /** Calls the world. The starts are durable by now. */
  start(effects: readonly ReadyEffect[]): void {
    for (const { attempt, start } of effects) {
      const controller = new AbortController()
      this.inFlight.set(attempt.key, controller)
      start(controller, (result, reason) => this.landLate({ attempt, result, reason })).then(
        (result) => this.land({ attempt, result }),
        (error: unknown) => this.land({ attempt, error }),
      )
      if (effects.length > 1) crashPoint('fanout.after_k_of_n')
    }
  }

  /** It stays in flight until it is recorded: in between, `decide` would take it for lost and start it again. */
  private land(landed: Landed): void {
    crashPoint('step.mid_effect')
    this.landed.push(landed)
    this.onLanded()
  }

  private landLate(late: Late): void {
    const { attempt, reason } = late
    if (this.isClosed) log.info({ node: attempt.key, attempt: attempt.attempt, reason }, 'result_discarded')
    else {
      this.late.push(late)
      this.onLanded()
    }
  }

  /** Writes down everything that came back. */
  recordLanded(desk: Desk): void {
    for (const { attempt, result, reason } of this.late.splice(0)) recordDiscarded(desk.writer, attempt, result, reason)
    for (const { attempt, result, error } of this.landed.splice(0)) {
      this.inFlight.delete(attempt.key)
      const { writer, outputs } = desk
      if (error instanceof NotBegun) continue
      if (!writer.state.running.has(attempt.key)) {
        if (result) recordDiscarded(writer, attempt, result, 'cut_off')
        continue
      }
      crashPoint('step.before_complete_commit')
      if (result) recordResult(writer, attempt, result, outputs)
      else {
        logUnexpected(error, desk, attempt.key)
        recordFailure(writer, attempt, error, outputs.remember)
      }
    }
  }
}

function outcomeUnknown(): NodeError {
  return new NodeError(
    'outcome_unknown',
    'Its process ended while it ran, and this node may not be repeated: check by hand whether it took effect.',
    { retryable: false },
  )
}
