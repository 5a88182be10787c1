import type { WorkflowDefinition } from '@/lib/workflow/document'

/** What a save sends: only what changed. */
export interface Draft {
  definition?: WorkflowDefinition
  name?: string
  description?: string
  tags?: string[]
}

/** How a save went. What is thrown instead counts as no connection: it is tried again. */
export type SaveResult =
  | { kind: 'saved'; revision: number }
  /** Somebody else saved in between. `theirs` is what the server has now. */
  | { kind: 'conflict'; theirs: Theirs }
  /** Trying again would not help: no right to write, too large, not valid. */
  | { kind: 'refused'; message: string }

export interface Theirs {
  revision: number
  definition: WorkflowDefinition
  savedBy: string | null
  savedAt: string
}

export type SaveStatus =
  | { kind: 'saved'; atMs: number | null }
  /** Changed, and about to be saved. */
  | { kind: 'pending' }
  | { kind: 'saving' }
  | { kind: 'offline'; retryAtMs: number; message: string }
  | { kind: 'conflict'; theirs: Theirs }
  | { kind: 'refused'; message: string }

export interface AutosavePorts {
  save(draft: Draft, revision: number): Promise<SaveResult>
  /** Keeps what is not saved in this browser; null when everything is. */
  keep(unsaved: { draft: Draft; revision: number } | null): void
  now(): number
  /** Calls back once after a time; returns how to take that back. */
  later(callback: () => void, delayMs: number): () => void
}

const QUIET_MS = 800
const LONGEST_WAIT_MS = 5_000
const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 30_000

/**
 * Saves a draft while it is edited. At most one save is on its way; what changes meanwhile goes with the next one.
 * Nothing is ever dropped: an unsaved draft stays here and in `keep` until the server has it or a person decides.
 */
export class Autosave {
  private unsaved: Draft | null = null
  /** When the oldest unsaved change was made: long typing is saved in between. */
  private unsavedSinceMs = 0
  private inFlight: Promise<void> | null = null
  private sending: Draft | null = null
  private cancelTimer: (() => void) | null = null
  private failures = 0
  private listeners = new Set<() => void>()
  private current: SaveStatus

  constructor(
    private readonly ports: AutosavePorts,
    private revision: number,
  ) {
    this.current = { kind: 'saved', atMs: null }
  }

  get status(): SaveStatus {
    return this.current
  }

  /** The revision that the server had when it was last heard of. */
  get baseRevision(): number {
    return this.revision
  }

  get hasUnsaved(): boolean {
    return this.unsaved !== null || this.sending !== null
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Something changed. Saved after a moment of quiet, at the latest after a few seconds. */
  change(draft: Draft): void {
    if (this.unsaved === null) this.unsavedSinceMs = this.ports.now()
    this.unsaved = { ...this.unsaved, ...draft }
    this.keep()
    // A conflict is decided by a person; until then changes are only kept.
    if (this.current.kind === 'conflict') return
    if (this.current.kind !== 'saving' && this.current.kind !== 'offline') this.set({ kind: 'pending' })
    if (this.current.kind === 'pending') this.schedule(this.quietMs())
  }

  /** Saves now and resolves when everything is saved; rejects with what stands in the way. */
  async flush(): Promise<void> {
    for (let tries = 0; this.hasUnsaved && tries < 5; tries++) {
      if (this.current.kind === 'conflict') break
      this.cancel()
      await (this.inFlight ?? this.send())
      if (this.current.kind !== 'pending' && this.current.kind !== 'saving') break
    }
    const status = this.current
    if (status.kind === 'offline' || status.kind === 'refused') throw new Error(`Not saved: ${status.message}`)
    if (status.kind === 'conflict')
      throw new Error('Not saved: somebody else changed this workflow. Decide what to keep.')
  }

  /** After a conflict: what is here goes over what the server has. */
  keepMine(): Promise<void> {
    if (this.current.kind !== 'conflict') return Promise.resolve()
    this.revision = this.current.theirs.revision
    this.set({ kind: 'pending' })
    return this.flush()
  }

  /** After a conflict: what the server has stands. The caller puts it on the screen. */
  takeTheirs(): void {
    if (this.current.kind !== 'conflict') return
    this.accept(this.current.theirs.revision)
  }

  /** The document now equals what the server has at this revision; nothing is unsaved. */
  accept(revision: number): void {
    this.cancel()
    this.revision = revision
    this.unsaved = null
    this.keep()
    this.set({ kind: 'saved', atMs: this.ports.now() })
  }

  /** A draft found unsaved in this browser that began from an older revision: a person decides, as after a failed save. */
  openConflict(draft: Draft, theirs: Theirs): void {
    this.unsaved = draft
    this.set({ kind: 'conflict', theirs })
  }

  /** The connection is back, or the page is looked at again: no need to wait for the retry. */
  wake(): void {
    if (this.current.kind === 'offline') void this.send()
  }

  dispose(): void {
    this.cancel()
    this.listeners.clear()
  }

  private quietMs(): number {
    const longestMs = this.unsavedSinceMs + LONGEST_WAIT_MS - this.ports.now()
    return Math.max(0, Math.min(QUIET_MS, longestMs))
  }

  private send(): Promise<void> {
    if (this.inFlight !== null) return this.inFlight
    if (this.unsaved === null) return Promise.resolve()
    this.cancel()
    const draft = this.unsaved
    this.unsaved = null
    this.sending = draft
    this.set({ kind: 'saving' })
    const attempt = this.ports
      .save(draft, this.revision)
      .then(
        (result) => this.settle(draft, result),
        (error: unknown) => this.retryLater(draft, error instanceof Error ? error.message : 'no connection'),
      )
      .finally(() => {
        this.inFlight = null
      })
    this.inFlight = attempt
    return attempt
  }

  private settle(draft: Draft, result: SaveResult): void {
    this.sending = null
    if (result.kind === 'saved') {
      this.failures = 0
      this.revision = result.revision
      this.keep()
      if (this.unsaved === null) {
        this.set({ kind: 'saved', atMs: this.ports.now() })
      } else {
        this.set({ kind: 'pending' })
        this.schedule(this.quietMs())
      }
    } else {
      this.unsaved = { ...draft, ...this.unsaved }
      this.keep()
      this.set(result)
    }
  }

  private retryLater(draft: Draft, message: string): void {
    this.sending = null
    this.unsaved = { ...draft, ...this.unsaved }
    this.keep()
    const delayMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures)
    this.failures += 1
    this.set({ kind: 'offline', retryAtMs: this.ports.now() + delayMs, message })
    this.schedule(delayMs)
  }

  private schedule(delayMs: number): void {
    this.cancel()
    this.cancelTimer = this.ports.later(() => {
      this.cancelTimer = null
      void this.send()
    }, delayMs)
  }

  private cancel(): void {
    this.cancelTimer?.()
    this.cancelTimer = null
  }

  private keep(): void {
    const draft = this.unsaved === null && this.sending === null ? null : { ...this.sending, ...this.unsaved }
    this.ports.keep(draft === null ? null : { draft, revision: this.revision })
  }

  private set(status: SaveStatus): void {
    this.current = status
    for (const listener of this.listeners) listener()
  }
}
