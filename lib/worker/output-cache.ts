import { itemIndex } from '../engine/containers'
import { nodeKey } from '../engine/events'
import type { Plan } from '../engine/graph'
import type { RunState } from '../engine/state'
import type { Id } from '../ids'
import type { Store } from './ports'

/** Where somebody reads from: the containers around, from the outside in, and the path with one item of each. */
export interface Viewpoint {
  containers: readonly string[]
  path: readonly string[]
}

export const OUTSIDE: Viewpoint = { containers: [], path: [] }

/**
 * Outputs of the nodes of one run while it is advanced here: what was just made is at hand, the rest is read once on demand.
 * Which of several runs of one node `nodes.<name>` means: that of the same item; within an item (or outside) the one that
 * ended last. What is inside a container cannot be seen from outside.
 */
export class OutputCache {
  private readonly values = new Map<string, unknown>()
  private readonly items = new Map<string, readonly unknown[]>()
  /** By item path and node id: the key that ended last. */
  private readonly latest = new Map<string, string>()

  constructor(
    private readonly store: Pick<Store, 'readNodeOutputs' | 'readNodeInput'>,
    private readonly runId: Id,
    private readonly plan: Plan,
    private readonly state: RunState,
  ) {
    for (const [key, node] of state.nodes) {
      if (node.status === 'succeeded' || (node.status === 'failed' && node.port !== undefined)) this.note(key)
    }
  }

  remember = (key: string, value: unknown): void => {
    this.values.set(key, value)
    this.note(key)
  }

  /** A node has ended and its output, which is large, can be read once it is committed. */
  expect(key: string): void {
    this.values.delete(key)
    this.note(key)
  }

  /** Keeps the items of a container that was just opened. */
  rememberItems(containerKey: string, items: readonly unknown[]): void {
    this.items.set(containerKey, items)
  }

  /** The output of a node as seen from somewhere, or a promise of it when it has to be read; undefined: it has none there. */
  read(nodeId: string, from: Viewpoint): unknown {
    const around = this.plan.nodes.get(nodeId)?.containers ?? []
    if (around.some((id, depth) => from.containers[depth] !== id)) return undefined
    const key = this.latest.get(slot(firstItems(from.path, around.length), nodeId))
    return key === undefined ? undefined : this.readKey(key)
  }

  /** The output stored under a key, or a promise of it. */
  readKey(key: string): unknown {
    return this.values.has(key) ? this.values.get(key) : this.load(key)
  }

  /** Outputs under many keys at once; null where there is no key. */
  async readMany(keys: readonly (string | undefined)[]): Promise<unknown[]> {
    const missing = keys.filter((key): key is string => key !== undefined && !this.values.has(key))
    if (missing.length > 0) {
      const found = await this.store.readNodeOutputs(this.runId, missing)
      for (const key of missing) this.values.set(key, found.get(key))
    }
    return keys.map((key) => (key === undefined ? null : (this.values.get(key) ?? null)))
  }

  /** The item (or the result of the last turn) and its index, for whoever is inside a container. */
  async itemAt(from: Viewpoint): Promise<{ item: unknown; index: number } | undefined> {
    const at = from.path.findLastIndex((segment) => itemIndex(segment) !== undefined)
    const index = itemIndex(from.path[at])
    const containerId = from.containers.at(-1)
    if (index === undefined || containerId === undefined) return undefined
    const container = this.state.containers.get(nodeKey(from.path.slice(0, at), containerId))
    if (!container) return undefined
    if (container.kind === 'forEach') return { item: (await this.itemsOf(container.key))[index] ?? null, index }
    const last = container.results[index - 1]
    return { item: last === undefined ? null : ((await this.readKey(last)) ?? null), index }
  }

  private async itemsOf(containerKey: string): Promise<readonly unknown[]> {
    const known = this.items.get(containerKey)
    if (known) return known
    const input = await this.store.readNodeInput(this.runId, containerKey)
    const items = typeof input === 'object' && input !== null && 'items' in input ? input.items : []
    const list: unknown[] = Array.isArray(items) ? items : []
    this.items.set(containerKey, list)
    return list
  }

  private note(key: string): void {
    const cut = key.lastIndexOf('/')
    const path = cut < 0 ? [] : key.slice(0, cut).split('/')
    const nodeId = key.slice(cut + 1)
    const depth = this.plan.nodes.get(nodeId)?.containers.length ?? 0
    this.latest.set(slot(firstItems(path, depth), nodeId), key)
  }

  private async load(key: string): Promise<unknown> {
    const [value] = await this.readMany([key])
    return value
  }
}

/** The path up to its `count`-th item, without what comes after. */
function firstItems(path: readonly string[], count: number): string {
  let seen = 0
  for (let end = 0; end < path.length; end++) {
    if (seen === count) return path.slice(0, end).join('/')
    if (itemIndex(path[end]) !== undefined) seen += 1
  }
  return count === 0 ? '' : path.slice(0, lastItem(path) + 1).join('/')
}

function lastItem(path: readonly string[]): number {
  return path.findLastIndex((segment) => itemIndex(segment) !== undefined)
}

function slot(itemPath: string, nodeId: string): string {
  return `${itemPath}|${nodeId}`
}
