/** Somebody to whom things happen: a process that may be dead or asleep when they do. */
export interface Actor {
  name: string
  isAlive: boolean
  /** Until then nothing happens to it, and then everything that was due. */
  asleepUntilMs: number
}

/** A simulation that goes on for longer than this turns in a circle. */
const MOST = 100_000

interface Happening {
  atMs: number
  order: number
  actor: Actor | undefined
  work: () => void
}

/** A promise that was broken, found while the simulation runs or when it is over. */
export class BrokenPromise extends Error {}

/**
 * Virtual time. Things happen one after another, each alone: the next begins when no microtask of the one before is left,
 * so the order of everything is drawn here and nowhere else.
 */
export class Timeline {
  /** Milliseconds since the simulation began: the clock of the store. */
  nowMs = 0
  /** To whom something happens at this moment. */
  current: Actor | undefined
  broken: BrokenPromise | undefined
  happened = 0
  /** What happened, in words; kept only when somebody wants to read it. */
  readonly trace: string[] | undefined
  private readonly heap: Happening[] = []
  private order = 0

  constructor(wantsTrace: boolean) {
    this.trace = wantsTrace ? [] : undefined
  }

  /** `work` happens to `actor` in `inMs`; to the store or to the world outside when there is none. */
  at(inMs: number, actor: Actor | undefined, work: () => void): void {
    this.push({ atMs: this.nowMs + Math.max(0, inMs), order: this.order++, actor, work })
  }

  note(words: () => string): void {
    this.trace?.push(`${(this.nowMs / 1_000).toFixed(3).padStart(9)}  ${words()}`)
  }

  /** Says that a promise is broken. The simulation ends there. */
  breaks(words: string): void {
    this.broken ??= new BrokenPromise(words)
    this.note(() => `BROKEN: ${words}`)
  }

  /** Lets things happen until `isOver`, until a promise is broken, or until nothing is left. */
  async run(isOver: () => boolean): Promise<void> {
    while (!this.broken && !isOver()) {
      const next = this.pop()
      if (!next) return
      this.nowMs = Math.max(this.nowMs, next.atMs)
      const { actor, work } = next
      if (actor && !actor.isAlive) continue
      if (actor && actor.asleepUntilMs > this.nowMs) {
        this.push({ ...next, atMs: actor.asleepUntilMs })
        continue
      }
      this.happened += 1
      if (this.happened > MOST) this.breaks(`more than ${MOST} things happened`)
      this.current = actor
      work()
      // Only what happens to a process runs code of the shell, and leaves promises to settle.
      if (actor) await new Promise((resolve) => setImmediate(resolve))
      this.current = undefined
    }
  }

  private push(item: Happening): void {
    const { heap } = this
    let index = heap.push(item) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent]
      if (!above || !isBefore(item, above)) break
      heap[index] = above
      index = parent
    }
    heap[index] = item
  }

  private pop(): Happening | undefined {
    const { heap } = this
    const first = heap[0]
    const last = heap.pop()
    if (!first || !last || heap.length === 0) return first
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      let child = heap[left]
      let at = left
      const right = heap[left + 1]
      if (child && right && isBefore(right, child)) {
        child = right
        at = left + 1
      }
      if (!child || !isBefore(child, last)) break
      heap[index] = child
      index = at
    }
    heap[index] = last
    return first
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}
