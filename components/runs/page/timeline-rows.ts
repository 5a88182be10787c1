import type { Nesting } from '@/components/designer/document/nesting'
import { itemIndex } from '@/lib/engine/containers'
import { nodeKey } from '@/lib/engine/events'
import { type Lane, lanesOf, type Span } from '../timeline'

/** One item or turn of a container, with what happened directly in it. */
export interface ItemGroup {
  /** Address of all that is in it, and the container: `each:3@loop`. */
  key: string
  containerKey: string
  index: number
  spans: Span[]
}

/** The spans of a run by where they happened. */
export interface TimelineTree {
  /** Outside of every container. */
  root: Span[]
  /** The items of a container, by its address, in order. */
  items: ReadonlyMap<string, ItemGroup[]>
}

/** A line of the chart. Containers and their items open and close; what is closed is not laid out. */
export type TimelineRow =
  | { kind: 'lane'; key: string; depth: number; lane: Lane; first: boolean; opens?: { key: string; open: boolean } }
  | { kind: 'item'; key: string; depth: number; item: ItemGroup; bar: Span; open: boolean }

/** Sorts spans into the items of their innermost containers: one pass, whatever the number of items. */
export function treeOf(spans: readonly Span[], nesting: Nesting): TimelineTree {
  const root: Span[] = []
  const groups = new Map<string, ItemGroup>()
  const items = new Map<string, ItemGroup[]>()
  const parts = new Map<string, { key: string; containerKey: string; index: number } | undefined>()
  const placeOf = (span: Span) => {
    // Steps of one item share its address: it is taken apart once.
    const memo = `${span.path.join('/')}@${nesting.parentOf.get(span.nodeId) ?? ''}`
    if (parts.has(memo)) return parts.get(memo)
    const containerId = nesting.parentOf.get(span.nodeId)
    const at = span.path.findLastIndex((segment) => itemIndex(segment) !== undefined)
    const index = itemIndex(span.path[at])
    const place =
      containerId === undefined || index === undefined
        ? undefined
        : {
            key: `${span.path.slice(0, at + 1).join('/')}@${containerId}`,
            containerKey: nodeKey(span.path.slice(0, at), containerId),
            index,
          }
    parts.set(memo, place)
    return place
  }
  for (const span of spans) {
    const place = placeOf(span)
    if (place === undefined) {
      root.push(span)
      continue
    }
    const known = groups.get(place.key)
    if (known) {
      known.spans.push(span)
      continue
    }
    const group: ItemGroup = { ...place, spans: [span] }
    groups.set(place.key, group)
    const siblings = items.get(place.containerKey)
    if (siblings) siblings.push(group)
    else items.set(place.containerKey, [group])
  }
  for (const list of items.values()) list.sort((a, b) => a.index - b.index)
  return { root, items }
}

/**
 * The lines to draw. `open`: addresses of containers and keys of items that are open. `failed`: the items of a container that
 * failed, which also a rejection or a cut-off may be the cause of.
 */
export function rowsOf(
  tree: TimelineTree,
  open: ReadonlySet<string>,
  failed: (containerKey: string) => ReadonlySet<number> = () => NONE,
): TimelineRow[] {
  const rows: TimelineRow[] = []
  const add = (spans: readonly Span[], depth: number, under: string) => {
    let before: string | undefined
    lanesOf(spans).forEach((lane, i) => {
      const containers = [...new Set(lane.spans.filter((span) => tree.items.has(span.key)).map((span) => span.key))]
      const [first] = containers
      const isOpen = first !== undefined && open.has(first)
      rows.push({
        kind: 'lane',
        key: `${under}#${i}`,
        depth,
        lane,
        first: before !== lane.nodeId,
        ...(first === undefined ? {} : { opens: { key: first, open: isOpen } }),
      })
      before = lane.nodeId
      if (!isOpen) return
      for (const containerKey of containers) {
        const bad = failed(containerKey)
        for (const item of tree.items.get(containerKey) ?? []) {
          const itemOpen = open.has(item.key)
          const whole = wholeOf(item)
          const bar: Span = bad.has(item.index) ? { ...whole, kind: 'work', outcome: 'failed' } : whole
          rows.push({ kind: 'item', key: item.key, depth: depth + 1, item, bar, open: itemOpen })
          if (itemOpen) add(item.spans, depth + 2, item.key)
        }
      }
    })
  }
  add(tree.root, 0, '')
  return rows
}

const NONE: ReadonlySet<number> = new Set()

/** An item as one stretch: from its first step to its last, with how it ended. */
function wholeOf({ spans }: ItemGroup): Span {
  const [first] = spans as [Span, ...Span[]] // a group is made with its first span
  const open = spans.find((span) => span.endMs === undefined)
  const failed = spans.some((span) => span.outcome === 'failed')
  const cancelled = spans.some((span) => span.outcome === 'cancelled')
  let endMs = 0
  for (const span of spans) endMs = Math.max(endMs, span.endMs ?? 0)
  return {
    ...first,
    attempt: 1,
    kind: open !== undefined && open.container === undefined ? open.kind : 'work',
    endMs: open === undefined ? endMs : undefined,
    outcome: open === undefined ? (failed ? 'failed' : cancelled ? 'cancelled' : 'succeeded') : 'open',
  }
}
