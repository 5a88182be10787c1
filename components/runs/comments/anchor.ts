import type { Comment } from '@/lib/api/contracts/comments'

/** What a comment is about. Undefined: the run as a whole. */
export type Anchor = { turn: number } | { event_seq: number } | { node_key: string }

export function anchorOf({ turn, event_seq, node_key }: Comment): Anchor | undefined {
  if (turn !== null) return { turn }
  if (event_seq !== null) return { event_seq }
  return node_key === null ? undefined : { node_key }
}

/** In words; `nameOf` names a node run by its key. */
export function anchorText(anchor: Anchor, nameOf: (nodeKey: string) => string): string {
  if ('turn' in anchor) return `Turn ${anchor.turn}`
  return 'event_seq' in anchor ? `Event ${anchor.event_seq}` : nameOf(anchor.node_key)
}

/** How many comments there are about each node run and each event. */
export interface CommentCounts {
  byNode: ReadonlyMap<string, number>
  byEvent: ReadonlyMap<number, number>
}

export function countComments(comments: readonly Comment[]): CommentCounts {
  const byNode = new Map<string, number>()
  const byEvent = new Map<number, number>()
  for (const { node_key, event_seq } of comments) {
    if (node_key !== null) byNode.set(node_key, (byNode.get(node_key) ?? 0) + 1)
    if (event_seq !== null) byEvent.set(event_seq, (byEvent.get(event_seq) ?? 0) + 1)
  }
  return { byNode, byEvent }
}

/** `1 comment`, `3 comments`. */
export function commentsText(count: number): string {
  return count === 1 ? '1 comment' : `${count} comments`
}
