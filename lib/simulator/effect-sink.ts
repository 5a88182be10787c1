import { INLINE_LIMIT_BYTES } from '../db/payloads'
import type { CallUsage } from '../engine/events'
import type { Id } from '../ids'
import { NodeError, type RunnerResult } from '../nodes/runner'
import type { Dice } from './dice'
import type { Faults } from './faults'
import type { MemoryStore } from './memory-store'
import type { Process } from './process'
import type { Timeline } from './timeline'

/** One call that arrived at the outside world. */
interface Call {
  key: string
  runId: Id
  nodeKey: string
  attempt: number
  by: Process
  /** The epoch of the run at the store when the call was made. */
  epoch: number
}

const LARGE = 'x'.repeat(INLINE_LIMIT_BYTES)

export interface EffectRequest {
  key: string
  runId: Id
  attempt: number
  /** Of a call of a model: the longest answer. */
  maxTokens: number | undefined
}

/**
 * The world outside: the only judge of what happened once and what twice. Looks at the log as it is stored at the moment of
 * each call, so nothing here trusts what a worker believes.
 */
export class EffectSink {
  readonly calls: Call[] = []
  /** Answers given, by idempotency key. */
  readonly answers = new Map<string, Set<number>>()
  private answered = 0

  constructor(
    private readonly timeline: Timeline,
    private readonly dice: Dice,
    private readonly faults: Faults,
    private readonly store: MemoryStore,
  ) {}

  /** Calls out. The answer arrives later, if its caller lives; a call that nobody waits for any more still happened. */
  call(by: Process, request: EffectRequest): Promise<RunnerResult> {
    const { timeline, dice } = this
    const nodeKey = request.key.slice(request.runId.length + 1)
    timeline.note(() => `${by.name} calls ${nodeKey} of ${by.short(request.runId)}, attempt ${request.attempt}`)
    this.judge({ ...request, nodeKey, by, epoch: this.store.runs.get(request.runId)?.row.leaseEpoch ?? 0 })
    return new Promise((resolve, reject) => {
      const fate = dice.random()
      const hangs = fate < this.faults.effectFails / 4
      if (hangs) return
      const takesMs = dice.chance(0.1) ? dice.between(500, 6_000) : dice.between(1, 300)
      if (by.mayDie(this.faults.killInEffect)) {
        timeline.at(takesMs / 2, undefined, () => by.die(`in the middle of ${nodeKey}`))
        return
      }
      timeline.at(takesMs, by, () => {
        if (fate < this.faults.effectFails) {
          reject(new NodeError('upstream', 'The sink refused.', { retryable: dice.chance(0.8) }))
        } else if (fate < this.faults.effectFails * 1.2) reject(new Error('a runner broke'))
        else resolve({ type: 'done', output: this.output(request.key), ...this.bill(request) })
      })
    })
  }

  /** Some are so large that they are kept apart. */
  private output(key: string): { ticket: number; text?: string } {
    const ticket = { ticket: this.answer(key) }
    return this.dice.chance(0.02) ? { ...ticket, text: LARGE } : ticket
  }

  private bill({ maxTokens }: EffectRequest): { calls?: CallUsage[] } {
    if (maxTokens === undefined) return {}
    const tokens = { input_tokens: 1, output_tokens: this.dice.int(0, maxTokens) }
    return { calls: [{ provider: 'sink', model: 'sink', ...tokens, latency_ms: 1, cost_usd: 0 }] }
  }

  private answer(key: string): number {
    this.answered += 1
    const given = this.answers.get(key) ?? new Set()
    this.answers.set(key, given.add(this.answered))
    return this.answered
  }

  private judge(call: Call): void {
    const { nodeKey, attempt, runId } = call
    const what = `${nodeKey} of run ${call.by.short(runId)}, attempt ${attempt},`
    const repeated = this.calls.find(
      (other) =>
        other.runId === runId && other.nodeKey === nodeKey && other.attempt === attempt && other.epoch === call.epoch,
    )
    if (repeated) this.timeline.breaks(`${what} was called twice by the same holder of the run`)
    for (const other of this.calls) {
      if (other.runId === runId && other.nodeKey === nodeKey && other.key !== call.key)
        this.timeline.breaks(`${what} was called under two idempotency keys`)
    }
    const fate = this.fateOf(call)
    if (!fate.isStarted) this.timeline.breaks(`${what} was called before its start was durable`)
    if (fate.ended) this.timeline.breaks(`${what} was called although its ${fate.ended} is recorded`)
    this.calls.push(call)
  }

  /** What the stored log says of an attempt. */
  private fateOf({ runId, nodeKey, attempt }: Call): { isStarted: boolean; ended: string | undefined } {
    let isStarted = false
    let ended: string | undefined
    for (const event of this.store.readLog(runId)) {
      if (/^run_(completed|failed|cancelled|timed_out|aborted)$/.test(event.type)) ended = event.type
      if (!('node_id' in event && 'path' in event) || [...event.path, event.node_id].join('/') !== nodeKey) continue
      if (event.type === 'node_started' && event.attempt === attempt) isStarted = true
      if (event.type === 'node_succeeded') ended = event.type
      if (event.type === 'node_failed' && event.attempt === attempt) ended = event.type
    }
    return { isStarted, ended }
  }
}
