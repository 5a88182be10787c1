import type { Comment } from '@/lib/api/contracts/comments'
import type { RunEvent } from '@/lib/engine/events'

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

/** How many comments there are about each node run, by its key. */
export function countByNode(comments: readonly Comment[]): ReadonlyMap<string, number> {
  return countBy(comments.map(({ node_key }) => node_key))
}

/** How many there are about each event, by its `seq`: those about a turn are about the event that began it. */
export function countByEvent(comments: readonly Comment[], events: readonly RunEvent[]): ReadonlyMap<number, number> {
  return countBy(comments.map(({ turn, event_seq }) => (turn === null ? event_seq : seqOfTurn(events, turn))))
}

/** The event that began a turn. */
export function seqOfTurn(events: readonly RunEvent[], turn: number): number {
  return events.find((event) => event.type === 'turn_started' && event.turn === turn)?.seq ?? 1
}

/** What a comment on an event is about: the turn, where it began one. */
export function anchorOfEvent(events: readonly RunEvent[], seq: number): Anchor {
  const event = events.find((each) => each.seq === seq)
  return event?.type === 'turn_started' ? { turn: event.turn } : { event_seq: seq }
}

function countBy<Key>(keys: readonly (Key | null)[]): ReadonlyMap<Key, number> {
  const counts = new Map<Key, number>()
  for (const key of keys) if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** `1 comment`, `3 comments`. */
export function commentsText(count: number): string {
  return count === 1 ? '1 comment' : `${count} comments`
}
