import type { Birth, Checkpoint, CheckpointResult, NewWait, NodeRow } from '../db/checkpoints'
import type { EncodedPayload } from '../db/payloads'
import type { RunRow } from '../db/runs'
import { applyEvent } from '../engine/apply-event'
import type { NewEvent, RunEvent } from '../engine/events'
import type { Plan, PlanNode } from '../engine/graph'
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
  /** Waits that are closed without an answer, because what they belong to was cut off. */
  private closedWaits: Id[] = []
  private cancelledSeen: number
  private tokens = 0
  private costUsd = 0
  private committedSeq: number
  private ended: Checkpoint['ended'] = null
  /** What the run that waits for this one knows of it; undefined: something, and not known here. */
  private toldParent: string | undefined
  commandsApplied: number
  /** Those that the store knows to be applied. */
  commandsCommitted: number

  constructor(
    private readonly world: World,
    private readonly run: RunRow,
    private readonly lease: { owner: Id; epoch: number },
    private readonly plan: Plan,
    readonly state: RunState,
    /** Of a run that is not stored yet, with the events that `state` is folded from: its first checkpoint makes it. */
    private unborn?: { birth: Birth; log: readonly RunEvent[] },
  ) {
    this.committedSeq = unborn ? 0 : state.lastSeq
    if (unborn) this.events.push(...unborn.log)
    this.commandsApplied = run.commandApplied
    this.commandsCommitted = run.commandApplied
    this.cancelledSeen = state.cancelled.length
    const mayBeTold = run.parentWaitId !== null && state.status.startsWith('waiting_')
    this.toldParent = mayBeTold ? undefined : ''
  }

  planNode(id: string): PlanNode {
    const node = this.plan.nodes.get(id)
    if (!node) throw new Error(`the plan has no node ${id}`)
    return node
  }

  /** True until the run is stored. */
  get isUnborn(): boolean {
    return this.unborn !== undefined
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
    const placed = Object.assign({ seq: this.state.lastSeq + 1, at: this.now() }, event)
    applyEvent(this.plan, this.state, placed)
    this.events.push(placed)
    if (event.type === 'llm_called') {
      this.tokens += event.usage.input_tokens + event.usage.output_tokens
      this.costUsd += event.usage.cost_usd ?? 0
    }
    if (event.type === 'child_ended') {
      this.tokens += event.tokens
      this.costUsd += event.cost_usd
    }
    this.keepCancelled(placed.at)
  }

  /** Rows of what the last event cut off. */
  private keepCancelled(at: string): void {
    const { cancelled, nodes } = this.state
    for (; this.cancelledSeen < cancelled.length; this.cancelledSeen++) {
      const { key, waitId } = cancelled[this.cancelledSeen] as (typeof cancelled)[number] // below its length
      const node = nodes.get(key)
      if (!node) continue
      const { nodeId, path, attempt } = node
      this.node({ key, nodeId, path, attempt, status: 'cancelled', endedAt: at })
      if (waitId === undefined) continue
      this.closeWait(waitId)
    }
  }

  /** Nobody is to answer this wait any more. */
  closeWait(waitId: Id): void {
    if (!this.waits.some((wait) => wait.id === waitId)) this.closedWaits.push(waitId)
    this.waits = this.waits.filter((wait) => wait.id !== waitId)
  }

  /** Keeps the row of a node run; what an earlier call said and this one does not is kept. */
  node(row: NodeRow): void {
    const known = this.nodes.get(row.key)
    this.nodes.set(row.key, known ? Object.assign(known, row) : row)
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

  /** What the run that waits for this one is to know of it: whether it has ended, or waits for people and where. */
  private standOfChild(waitingFor: string | null): string {
    if (this.run.parentWaitId === null) return ''
    if (this.ended) return 'ended'
    return this.state.status.startsWith('waiting_') ? `${this.state.status} ${waitingFor}` : ''
  }

  /** Makes everything durable, or nothing (`lost`: the run is somebody else's now). */
  async commit(options: { release: boolean; waitingFor: string | null }): Promise<CheckpointResult> {
    const stand = this.standOfChild(options.waitingFor)
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
      closedWaits: this.closedWaits,
      tellsParent: stand !== this.toldParent,
      birth: this.unborn?.birth,
    })
    if (!result.lost && !result.overtaken) {
      this.commandsCommitted = this.commandsApplied
      this.toldParent = stand
      this.unborn = undefined
      for (const wait of this.waits) if (wait.dueAt) fireSoon(this.world, wait.id, wait.dueAt)
      this.committedSeq = this.state.lastSeq
      this.events = []
      this.nodes = new Map()
      this.waits = []
      this.blobs = []
      this.closedWaits = []
      this.tokens = 0
      this.costUsd = 0
    }
    return result
  }
}
