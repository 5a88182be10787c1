import type { SlotGrant, SlotScope } from '../db/slots'
import { log } from '../log'

/** Where slots come from, and how workers tell each other about them. */
export interface SlotStore {
  grantSlots(scope: SlotScope, want: number): Promise<SlotGrant>
  setSlots(scope: SlotScope, granted: number): Promise<void>
  /** Asks other workers for slots. `isQueued`: runs of the team wait in the queue, whoever has a slot may take them. */
  askForSlots(scope: SlotScope, granted: number, isQueued: boolean): void
  /** Tells other workers that slots were given back. */
  tellSlotsFreed(scope: SlotScope): void
}

/** Asked for beyond what is needed now, so that a growing load does not ask for each run. */
const SPARE_SLOTS = 4
/** Kept for a scope that was used lately, so that a run now and then finds one at hand. */
const KEPT_SLOTS = 4
const KEEP_FOR_MS = 10_000
/** A scope that had no more to give is not asked again before this, unless somebody says that slots were freed. */
const FULL_FOR_MS = 1_000
/** … and before this when other workers have slots, which they may give back. */
const SHARED_FULL_FOR_MS = 50
/** A statement whose answer was lost may still happen for this long: what we have is written again until then. */
const IN_DOUBT_FOR_MS = 30_000
/** Whoever asked for slots is told of those that are freed within this time. */
const LISTENING_FOR_MS = 5_000

/**
 * The slots of one team or one limited workflow that this process has. They are granted in chunks, used over and over
 * without a statement, and given back when they are not needed. `granted` is never more than the store has granted; when
 * an answer was lost it may be less, which the next {@link ScopeSlots.settle} makes good.
 */
export class ScopeSlots {
  granted = 0
  used = 0
  /** To be given back as soon as they are free: somebody else needs them, or the limit was lowered. */
  private owed = 0
  private others = 0
  private fullUntilMs = 0
  private lowestFree = 0
  private lastUseMs = Number.NEGATIVE_INFINITY
  private lastAskedMs = Number.NEGATIVE_INFINITY
  private isBusy = false
  private isUnsure = false
  private inDoubtUntilMs = Number.NEGATIVE_INFINITY
  private isClosed = false
  private isRetiring = false

  constructor(
    readonly scope: SlotScope,
    private readonly store: SlotStore,
    private readonly nowMs: () => number,
    /** Something may be possible now that was not before. */
    private readonly onChange: () => void,
  ) {}

  /** Slots that a run may have right now. */
  get idle(): number {
    return Math.max(0, this.granted - this.used - this.owed)
  }

  /** No idle slot, and the store had none to give either, a moment ago. */
  get isFull(): boolean {
    return this.idle === 0 && this.nowMs() < this.fullUntilMs
  }

  /** Full with nothing but runs of this process: no idle slot can be hidden anywhere. */
  get isFullHere(): boolean {
    return this.isFull && this.others === 0
  }

  get isUnused(): boolean {
    return this.granted === 0 && this.used === 0 && !this.isBusy && !this.isInDoubt
  }

  private get isOver(): boolean {
    return this.isClosed || this.isRetiring
  }

  private get isAskedFor(): boolean {
    return this.nowMs() - this.lastAskedMs < LISTENING_FOR_MS
  }

  /** The store may have granted, or may yet grant, what we never hear of. */
  private get isInDoubt(): boolean {
    return this.isUnsure || this.nowMs() < this.inDoubtUntilMs
  }

  use(count = 1): void {
    this.used += count
    this.lastUseMs = this.nowMs()
    this.lowestFree = Math.min(this.lowestFree, this.granted - this.used)
  }

  release(count = 1): void {
    this.used -= count
    if (this.owed > 0) void this.settle()
  }

  /** Asks the store for what `needed` runs lack; the answer comes by `onChange`. `isQueued`: they wait in the queue. */
  ask(needed: number, isQueued: boolean): void {
    if (needed <= this.idle || this.isBusy || this.isOver || this.nowMs() < this.fullUntilMs) return
    void this.exclusively(() => this.request(needed, isQueued))
  }

  /** {@link ask}, and resolves when it is answered. */
  async askAndWait(needed: number): Promise<void> {
    if (needed <= this.idle || this.isOver || this.nowMs() < this.fullUntilMs) return
    await this.exclusively(() => this.request(needed, true))
  }

  private async request(needed: number, isQueued: boolean): Promise<void> {
    if (this.isUnsure) await this.write()
    const want = needed - this.idle + SPARE_SLOTS
    if (needed <= this.idle) return
    this.isUnsure = true
    const { slots, others } = await this.store.grantSlots(this.scope, want)
    this.isUnsure = false
    this.granted += slots
    this.others = others
    if (this.isRetiring) this.owed = this.granted
    else if (slots > 0 && !this.isAskedFor) this.owed = 0 // the store has some, and nobody waits for ours
    if (slots < want) this.fullUntilMs = this.nowMs() + (others > 0 ? SHARED_FULL_FOR_MS : FULL_FOR_MS)
    if (this.idle < needed && others > 0) this.store.askForSlots(this.scope, this.granted, isQueued)
  }

  /** Another worker, which has `theirs`, needs slots: it gets what is idle here, and half of the difference as it falls free. */
  share(theirs: number): void {
    this.lastAskedMs = this.nowMs()
    const difference = this.granted - theirs
    this.owed = Math.min(this.granted, Math.max(this.owed, this.idle, difference > 1 ? Math.floor(difference / 2) : 0))
    void this.settle()
  }

  /** The limit was lowered: `excess` slots are given back as they fall free. */
  shrink(excess: number): void {
    this.owed = Math.min(this.granted, Math.max(this.owed, excess))
    void this.settle()
  }

  /** Slots were freed elsewhere: asking makes sense again. */
  retry(): void {
    this.fullUntilMs = 0
  }

  /** Once a second: what was not used since the last time is given back, unless it is needed. */
  tick(isNeeded: boolean): void {
    const wasUsed = this.nowMs() - this.lastUseMs < KEEP_FOR_MS
    const kept = isNeeded ? this.granted : wasUsed ? KEPT_SLOTS : 0
    const surplus = Math.min(this.idle, this.lowestFree - kept)
    if (surplus > 0) this.owed += surplus
    this.lowestFree = this.granted - this.used
    if (this.owed > 0 || this.isInDoubt) void this.settle()
  }

  /** The worker stops: what is idle is given back now, the rest as it falls free. */
  retire(): void {
    this.isRetiring = true
    this.owed = this.granted
    void this.settle()
  }

  /** What was granted counts no more. */
  close(): void {
    this.isClosed = true
    this.granted = 0
    this.owed = 0
  }

  /** Gives back what is owed and free. */
  private async settle(): Promise<void> {
    if (this.isBusy || this.isClosed) return
    const count = Math.min(this.owed, this.granted - this.used)
    if (count <= 0 && !this.isInDoubt) return
    await this.exclusively(async () => {
      const count = Math.max(0, Math.min(this.owed, this.granted - this.used))
      this.granted -= count
      this.owed -= count
      await this.write()
      if (count > 0 && (this.isRetiring || this.isAskedFor)) this.store.tellSlotsFreed(this.scope)
    })
  }

  private async write(): Promise<void> {
    this.isUnsure = true
    await this.store.setSlots(this.scope, this.granted)
    this.isUnsure = false
  }

  private tail: Promise<void> = Promise.resolve()

  /** One statement about a scope at a time: a number that is written never passes a grant on its way. */
  private exclusively(work: () => Promise<void>): Promise<void> {
    this.isBusy = true
    const turn = this.tail.then(async () => {
      this.isBusy = true
      try {
        if (!this.isClosed) await work()
      } catch (error) {
        this.fullUntilMs = this.nowMs() + FULL_FOR_MS
        this.inDoubtUntilMs = this.nowMs() + IN_DOUBT_FOR_MS
        log.warn({ err: String(error) }, 'slots could not be asked for or given back; trying again')
      }
      this.isBusy = false
      if (this.isClosed) return
      if (this.owed > 0 && this.granted > this.used) void this.settle()
      this.onChange()
    })
    this.tail = turn
    return turn
  }
}
