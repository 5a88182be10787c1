import type { Checkpoint, CheckpointResult, NewWait, NodeRow } from '../db/checkpoints'
import type { EncodedPayload } from '../db/payloads'
import type { RunRow } from '../db/runs'
import { applyEvent } from '../engine/apply-event'
import type { NewEvent, RunEvent } from '../engine/events'
import type { Plan } from '../engine/graph'
import type { RunState } from '../engine/state'
import type { Id } from '../ids'
import { type Chance, nowIso, type World } from './ports'
import { fireSoon } from './timers'

/**
 * The pen of one run: appends events to the folded state and gathers what must become durable with them. Nothing it holds
 * is visible to anybody before {@link LogWriter.commit}; after a lost commit it must be thrown away.
 */
export class LogWriter {
  private events: RunEvent[] = []
  private nodes = new Map<string, NodeRow>()
  private waits: NewWait[] = []
  private blobs: { id: Id; body: string }[] = []
  private tokens = 0
  private costUsd = 0
  private committedSeq: number
  private ended: Checkpoint['ended'] = null
  commandsApplied: number

  constructor(
    private readonly world: World,
    private readonly run: RunRow,
    private readonly lease: { owner: Id; epoch: number },
    private readonly plan: Plan,
    readonly state: RunState,
  ) {
    this.committedSeq = state.lastSeq
    this.commandsApplied = run.commandApplied
  }

  /** Events not yet durable. */
  get pending(): number {
    return this.events.length
  }

  /** The time of this process, as events and rows keep it. */
  now(): string {
    return nowIso(this.world.clock)
  }

  /** The time `ms` from now. */
  later(ms: number): string {
    return new Date(this.world.clock.nowMs() + ms).toISOString()
  }

  get chance(): Chance {
    return this.world.chance
  }

  append(event: NewEvent): void {
    const placed = { ...event, seq: this.state.lastSeq + 1, at: this.now() }
    applyEvent(this.plan, this.state, placed)
    this.events.push(placed)
    if (event.type === 'llm_called') {
      this.tokens += event.usage.input_tokens + event.usage.output_tokens
      this.costUsd += event.usage.cost_usd ?? 0
    }
  }

  /** Keeps the row of a node run; what an earlier call said and this one does not is kept. */
  node(row: NodeRow): void {
    this.nodes.set(row.key, { ...this.nodes.get(row.key), ...row })
  }

  wait(wait: NewWait): void {
    this.waits.push(wait)
  }

  /** Takes along the blob row of a large value. */
  keep(payload: EncodedPayload): EncodedPayload {
    if (payload.blob) this.blobs.push(payload.blob)
    return payload
  }

  end(ended: NonNullable<Checkpoint['ended']>): void {
    this.ended = ended
  }

  /** Makes everything durable, or nothing (`lost`: the run is somebody else's now). */
  async commit(options: { release: boolean; waitingFor: string | null }): Promise<CheckpointResult> {
    const result = await this.world.store.commitCheckpoint({
      runId: this.run.id,
      teamId: this.run.teamId,
      workflowId: this.run.workflowId,
      owner: this.lease.owner,
      epoch: this.lease.epoch,
      expectedSeq: this.committedSeq,
      events: this.events,
      status: this.state.status,
      turn: this.state.turn,
      commandsApplied: this.commandsApplied,
      waitingFor: options.waitingFor,
      release: options.release,
      ended: this.ended,
      tokens: this.tokens,
      costUsd: this.costUsd,
      nodes: [...this.nodes.values()],
      waits: this.waits,
      blobs: this.blobs,
    })
    if (!result.lost) {
      for (const wait of this.waits) if (wait.dueAt) fireSoon(this.world, wait.id, wait.dueAt)
      this.committedSeq = this.state.lastSeq
      this.events = []
      this.nodes = new Map()
      this.waits = []
      this.blobs = []
      this.tokens = 0
      this.costUsd = 0
    }
    return result
  }
}
