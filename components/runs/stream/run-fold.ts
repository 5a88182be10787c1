import { applyEvent } from '@/lib/engine/apply-event'
import { isTerminal, nodeKey, type RunEvent } from '@/lib/engine/events'
import type { Plan } from '@/lib/engine/graph'
import { initialState, type RunState } from '@/lib/engine/state'
import { type RunFrame, runFrameSchema } from '@/lib/live/frames'

/** How much text of a speaking model a page keeps per node; the whole text is the node's output when it ends. */
const MAX_DELTA_CHARACTERS = 100_000

/**
 * One page's copy of a run: the log so far and its fold. `applyEvent` changes the state in place, so readers watch
 * `version`, which grows with every change they could see.
 */
export class RunFold {
  version = 0
  events: RunEvent[] = []
  state: RunState
  /** Text of models that are speaking, by node key. Gone as soon as the node ends. */
  readonly deltas = new Map<string, string>()
  private readonly plan: Plan

  constructor(plan: Plan) {
    this.plan = plan
    this.state = initialState(plan)
  }

  /** Where the next connection resumes. */
  get cursor(): number {
    return this.state.lastSeq
  }

  get isComplete(): boolean {
    return isTerminal(this.state.status)
  }

  /** Takes one message of the stream as text. Throws when it is no frame or leaves a gap: resume at {@link cursor}. */
  acceptText(data: string): void {
    this.accept(runFrameSchema.parse(JSON.parse(data)))
  }

  /** Takes one frame. An event seen before changes nothing; one that leaves a gap throws and changes nothing. */
  accept(frame: RunFrame): void {
    switch (frame.kind) {
      case 'event':
        this.event(frame.event)
        return
      case 'delta': {
        const key = nodeKey(frame.path, frame.node_id)
        // A late delta of a node that has ended must not bring its draft back over the output.
        if (this.state.nodes.get(key)?.status === 'succeeded') return
        this.deltas.set(key, ((this.deltas.get(key) ?? '') + frame.text).slice(-MAX_DELTA_CHARACTERS))
        this.version += 1
        return
      }
      case 'reset':
        this.state = initialState(this.plan)
        this.events = []
        this.deltas.clear()
        this.version += 1
        throw new Error(`the stream starts over: ${frame.reason}`)
    }
  }

  private event(event: RunEvent): void {
    if (event.seq <= this.state.lastSeq) return
    applyEvent(this.plan, this.state, event)
    this.events.push(event)
    // An attempt that starts again speaks from the beginning; one that ended has its output.
    if (event.type === 'node_started' || event.type === 'node_succeeded' || event.type === 'node_failed') {
      this.deltas.delete(nodeKey(event.path, event.node_id))
    }
    if (this.isComplete) this.deltas.clear()
    this.version += 1
  }
}
