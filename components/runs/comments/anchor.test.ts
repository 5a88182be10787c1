import { describe, expect, it } from 'vitest'
import type { Comment } from '@/lib/api/contracts/comments'
import type { RunEvent } from '@/lib/engine/events'
import { anchorOf, anchorOfEvent, anchorText, countByEvent, countByNode } from './anchor'

const at = '2026-02-01T10:00:00.000Z'
const actor = { kind: 'user', name: 'Ada' } as const
const events: RunEvent[] = [
  { type: 'run_started', seq: 1, at, actor, trigger: 'api', version_number: 0 },
  { type: 'run_paused', seq: 2, at, actor },
  { type: 'turn_started', seq: 3, at, actor, turn: 2, command: 'data' },
]
const about = (anchor: Partial<Comment>): Comment => ({
  id: 'c',
  run_id: 'r',
  author: { kind: 'user', id: 'u', name: 'Ada' },
  is_own: false,
  body: 'x',
  turn: null,
  event_seq: null,
  node_key: null,
  created_at: at,
  edited_at: null,
  ...anchor,
})

describe('what a comment is about', () => {
  it('is one thing, or the run as a whole', () => {
    expect(anchorOf(about({}))).toBeUndefined()
    expect(anchorOf(about({ turn: 2 }))).toEqual({ turn: 2 })
    expect(anchorOf(about({ event_seq: 2 }))).toEqual({ event_seq: 2 })
    expect(anchorOf(about({ node_key: 'each:0/send' }))).toEqual({ node_key: 'each:0/send' })
  })

  it('is a turn where the event began one', () => {
    expect([1, 2, 3].map((seq) => anchorOfEvent(events, seq))).toEqual([
      { event_seq: 1 },
      { event_seq: 2 },
      { turn: 2 },
    ])
  })

  it('has a name', () => {
    const name = (anchor: Parameters<typeof anchorText>[0]) => anchorText(anchor, (key) => `step ${key}`)
    expect([name({ turn: 2 }), name({ event_seq: 3 }), name({ node_key: 'a' })]).toEqual([
      'Turn 2',
      'Event 3',
      'step a',
    ])
  })

  it('is counted where it is shown: a turn at the event that began it', () => {
    const comments = [
      about({}),
      about({ turn: 1 }),
      about({ turn: 2 }),
      about({ event_seq: 3 }),
      about({ node_key: 'a' }),
    ]
    expect([...countByEvent(comments, events)]).toEqual([
      [1, 1],
      [3, 2],
    ])
    expect([...countByNode(comments)]).toEqual([['a', 1]])
  })
})
