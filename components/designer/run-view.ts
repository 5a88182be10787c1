/** How a node did in a run, or in two that are compared, as the canvas shows it. A node that ran several times is one view: the newest visit, and how many. */
export interface NodeRunView {
  status:
    | 'pending'
    | 'running'
    | 'retrying'
    | 'waiting'
    | 'succeeded'
    | 'failed'
    | 'cancelled'
    | 'skipped'
    | 'same'
    | 'changed'
    | 'only_a'
    | 'only_b'
  /** Times it ran, when more than once: loops and items. */
  count?: number
  /** Newest attempt, when more than the first. */
  attempt?: number
  /** Time from start to end, or until now while it runs. */
  durationMs?: number
  /** One line shown on hover and read to screen readers, e.g. `Waiting for a decision` or `HTTP 503`. */
  note?: string
  /** Of a container: how far it is, e.g. `3 of 10`, and how many of its items failed. */
  progress?: { text: string; errors: number }
  /** Its result was taken over from an earlier run. */
  reused?: boolean
}

/**
 * How an edge did: `taken` led on, `active` is taken and its target is busy now (drawn moving), `dead` can no longer be
 * taken, `idle` is undecided.
 */
export type EdgeRunState = 'idle' | 'active' | 'taken' | 'dead'
