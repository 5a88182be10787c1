import type { CallUsage } from '../engine/events'
import type { WaitRequest } from '../engine/waits'

/**
 * What a node's effect gets and gives. Runners are server-only (`x.run.ts`), know nothing of the database or the queue,
 * and may be called again with the same `idempotencyKey` after a crash.
 */
export interface RunnerContext<Config = Record<string, unknown>> {
  /** Parsed and resolved: every template in it is evaluated, except in fields marked `raw`. */
  config: Config
  /** Evaluates a JSONata expression in the scope of this node. Throws NodeError. */
  evaluate(expression: string): Promise<unknown>
  /** Evaluates a template (text with `{{ }}` and `[[ ]]`) in the scope of this node. Throws NodeError. */
  render(template: unknown): Promise<unknown>
  /** The run's inputs, for start nodes. */
  inputs: unknown
  /** Same for every attempt of this node at this address; sent as `Idempotency-Key` on HTTP calls. */
  idempotencyKey: string
  attempt: number
  /** Aborted on stop and on timeout. */
  signal: AbortSignal
  /** Ephemeral text of a model while it speaks; never stored, may be lost. */
  delta(text: string): void
  run: { id: string; workflowId: string; teamId: string; startedAt: string }
}

export type RunnerResult =
  | {
      type: 'done'
      output: unknown
      /** Port taken; default `out`. */
      port?: string
      calls?: CallUsage[]
      /** Shown to people following the run (message node). */
      message?: { text: string; state?: Record<string, unknown> }
    }
  | ({ type: 'wait' } & WaitRequest)
  /** The node opens its body: once per item, or for as long as its condition holds. */
  | { type: 'container'; container: 'forEach'; items: unknown[]; concurrency: number; onItemError: 'fail' | 'collect' }
  | { type: 'container'; container: 'while' }

export type Runner<Config = never> = (context: RunnerContext<Config>) => Promise<RunnerResult>

/** A failure of a node that its author can understand. `retryable` false: no further attempt makes sense. */
export class NodeError extends Error {
  readonly code: string
  readonly details: Record<string, unknown> | undefined
  readonly retryable: boolean
  /** From `Retry-After`: do not try again sooner. */
  readonly retryAfterMs: number | undefined
  /** Calls of models that were made, and billed, all the same. */
  readonly calls: readonly CallUsage[]

  constructor(
    code: string,
    message: string,
    options: {
      details?: Record<string, unknown>
      retryable?: boolean
      retryAfterMs?: number
      calls?: readonly CallUsage[]
      cause?: unknown
    } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'NodeError'
    this.code = code
    this.details = options.details
    this.retryable = options.retryable ?? true
    this.retryAfterMs = options.retryAfterMs
    this.calls = options.calls ?? []
  }
}
