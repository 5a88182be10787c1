import type { RunState } from '../engine/state'
import type { Id } from '../ids'
import type { Store } from './ports'

/**
 * Outputs of the nodes of one run while it is advanced here: what was just made is at hand, the rest is read once on demand.
 * Which of several runs of one node `nodes.<name>` means: the one that ended last.
 */
export class OutputCache {
  private readonly values = new Map<string, unknown>()
  private readonly latest = new Map<string, string>()

  constructor(
    private readonly store: Pick<Store, 'readNodeOutput'>,
    private readonly runId: Id,
    state: RunState,
  ) {
    for (const [key, node] of state.nodes) {
      if (node.status === 'succeeded' || (node.status === 'failed' && node.port !== undefined))
        this.latest.set(node.nodeId, key)
    }
  }

  remember = (key: string, value: unknown): void => {
    this.values.set(key, value)
    this.latest.set(key.slice(key.lastIndexOf('/') + 1), key)
  }

  has(nodeId: string): boolean {
    return this.latest.has(nodeId)
  }

  /** The latest output of a node, or a promise of it when it has to be read; undefined when the node has not ended. */
  read(nodeId: string): unknown {
    const key = this.latest.get(nodeId)
    if (key === undefined) return undefined
    return this.values.has(key) ? this.values.get(key) : this.load(key)
  }

  private async load(key: string): Promise<unknown> {
    const value = await this.store.readNodeOutput(this.runId, key)
    this.values.set(key, value)
    return value
  }
}
