import { nestingOf } from '@/components/designer/document/nesting'
import type { ContainerState } from '@/lib/engine/containers'
import { itemIndex, itemSegment } from '@/lib/engine/containers'
import { nodeKey } from '@/lib/engine/events'
import { bodyRegion } from '@/lib/engine/graph'
import { instanceKey } from '@/lib/engine/propagate'
import type { RunState } from '@/lib/engine/state'
import type { WorkflowDefinition } from '@/lib/workflow/document'

/**
 * Which item of which container the page looks at; what is inside of that container is shown as it went for this item.
 * In the address: `?item=loop@3`, for a container that is inside of others or of a loop `?item=each:0/inner@3`.
 */
export interface Perspective {
  containerId: string
  /** Address of the container. */
  path: readonly string[]
  index: number
  /** Address of everything inside this item. */
  prefix: readonly string[]
}

export function itemText({ path, containerId, index }: Pick<Perspective, 'path' | 'containerId' | 'index'>): string {
  return `${nodeKey(path, containerId)}@${index}`
}

/** Reads `?item=`. Undefined: every item at once, also when the run's definition has no such container. */
export function perspectiveOf(definition: WorkflowDefinition, item: string): Perspective | undefined {
  const match = /^((?:[a-z]+:\d+\/)*)([A-Za-z0-9_-]+)@(\d+)$/.exec(item)
  const [, path = '', containerId = '', index = ''] = match ?? []
  const container = nestingOf(definition).byId.get(containerId)
  if (container === undefined) return undefined
  return inItem(path.split('/').slice(0, -1), containerId, container.type, Number(index))
}

/** The perspective of somebody who looks at one address: its innermost item. Undefined outside of every container. */
export function perspectiveOfNode(
  definition: WorkflowDefinition,
  nodeId: string,
  path: readonly string[],
): Perspective | undefined {
  const containerId = nestingOf(definition).parentOf.get(nodeId)
  const at = path.findLastIndex((segment) => itemIndex(segment) !== undefined)
  const index = itemIndex(path[at])
  const type = nestingOf(definition).byId.get(containerId ?? '')?.type
  if (containerId === undefined || index === undefined || type === undefined) return undefined
  return inItem(path.slice(0, at), containerId, type, index)
}

function inItem(path: readonly string[], containerId: string, type: string, index: number): Perspective {
  const segment = itemSegment(type === 'while' ? 'while' : 'forEach', index)
  return { containerId, path, index, prefix: [...path, segment] }
}

/**
 * How the address of a node begins, seen from a perspective: with the items of the containers that both are in.
 * Empty for what has no container in common: it is seen as a whole.
 */
export function prefixFor(
  definition: WorkflowDefinition,
  perspective: Perspective | undefined,
  nodeId: string,
): readonly string[] {
  if (perspective === undefined) return NONE
  const { around } = nestingOf(definition)
  const own = around(nodeId)
  const seen = [...around(perspective.containerId), perspective.containerId]
  let shared = 0
  while (shared < own.length && own[shared] === seen[shared]) shared += 1
  if (shared === seen.length) return perspective.prefix
  let items = 0
  const end = perspective.prefix.findIndex((segment) => {
    if (itemIndex(segment) !== undefined) items += 1
    return items === shared
  })
  return shared === 0 ? NONE : perspective.prefix.slice(0, end + 1)
}

const NONE: readonly string[] = []

export function isWithin(path: readonly string[], prefix: readonly string[]): boolean {
  return path.length >= prefix.length && prefix.every((segment, i) => segment === path[i])
}

/** One choice that the page offers: a container that was opened, of whose items one can be looked at. */
export interface Level {
  container: ContainerState
  /** The chosen item; undefined for all. */
  index: number | undefined
}

/** The containers to choose items of: those outside of every other, then, inside of the chosen item, the next ones. */
export function levelsOf(
  definition: WorkflowDefinition,
  state: RunState,
  perspective: Perspective | undefined,
): Level[] {
  const nesting = nestingOf(definition)
  const outer = new Set(perspective ? nesting.around(perspective.containerId) : [])
  const isChosen = ({ path, nodeId, key }: ContainerState) => {
    if (perspective === undefined) return false
    if (nodeId === perspective.containerId) return key === nodeKey(perspective.path, nodeId)
    return outer.has(nodeId) && isWithin(perspective.path, path)
  }
  const levels: Level[] = []
  const descend = (parentId: string | undefined, prefix: readonly string[]) => {
    const byNode = new Map<string, ContainerState>()
    for (const container of state.containers.values()) {
      if (nesting.parentOf.get(container.nodeId) !== parentId || !isWithin(container.path, prefix)) continue
      // In a loop a container stands at several addresses: the chosen one, else the newest.
      const known = byNode.get(container.nodeId)
      if (known === undefined || !isChosen(known)) byNode.set(container.nodeId, container)
    }
    for (const container of byNode.values()) {
      const next = isChosen(container) ? perspective?.prefix[container.path.length] : undefined
      levels.push({ container, index: itemIndex(next) })
      if (next !== undefined) descend(container.nodeId, [...container.path, next])
    }
  }
  descend(undefined, NONE)
  return levels
}

export type ItemStatus = 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'queued'

/** How one item stands. `failed`: the indexes of the failed items, made once for a list of them. */
export function itemStatus(
  state: RunState,
  container: ContainerState,
  index: number,
  failed: ReadonlySet<number>,
): ItemStatus {
  if (failed.has(index)) return 'failed'
  const path = [...container.path, itemSegment(container.kind, index)]
  const instance = state.instances.get(instanceKey(path, bodyRegion(container.nodeId)))
  if (instance === undefined) return 'queued'
  const inside = instance.nodeKeys.map((key) => state.nodes.get(key)?.status)
  if (instance.unsettled === 0 || container.phase === 'done') {
    return inside.includes('cancelled') && instance.unsettled > 0 ? 'cancelled' : 'succeeded'
  }
  return inside.includes('waiting') && !inside.includes('running') ? 'waiting' : 'running'
}

export function failedItems(container: ContainerState): Set<number> {
  return new Set(container.errors.map((error) => error.index))
}
