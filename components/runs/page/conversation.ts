import type { RunEvent } from '@/lib/engine/events'
import { humanise } from '../schema/field-model'
import { isRecord } from '../schema/values'

/** What was said between the run and people, in order. */
export type Saying =
  | { kind: 'message'; seq: number; at: string; key: string; text: string }
  | { kind: 'question'; seq: number; at: string; key: string; text: string }
  | { kind: 'answer'; seq: number; at: string; key: string; who: string }
  | {
      kind: 'decision'
      seq: number
      at: string
      key: string
      who: string
      decision: 'approved' | 'rejected'
      comment: string
      title: string
    }
  | { kind: 'overdue'; seq: number; at: string; key: string }

/** Picks the conversation out of the log. A question that is still open is not in it: it is asked in its own form. */
export function conversationOf(events: readonly RunEvent[]): Saying[] {
  const sayings: Saying[] = []
  const asked = new Map<string, { title: string; seq: number; at: string }>()
  for (const event of events) {
    if (!('path' in event)) continue
    const place = { seq: event.seq, at: event.at, key: [...event.path, event.node_id].join('/') }
    switch (event.type) {
      case 'message_shown':
        sayings.push({ kind: 'message', ...place, text: event.text })
        break
      case 'node_waiting':
        asked.set(event.wait_id, { title: event.title ?? '', seq: event.seq, at: event.at })
        break
      case 'input_received': {
        const question = asked.get(event.wait_id)
        if (question?.title) {
          sayings.push({ kind: 'question', ...place, seq: question.seq, at: question.at, text: question.title })
        }
        sayings.push({ kind: 'answer', ...place, who: event.actor.name })
        break
      }
      case 'approval_decided':
        sayings.push({
          kind: 'decision',
          ...place,
          who: event.actor.name,
          decision: event.decision,
          comment: event.comment ?? '',
          title: asked.get(event.wait_id)?.title ?? '',
        })
        break
      case 'timer_fired':
        if (event.port === 'timedOut') sayings.push({ kind: 'overdue', ...place })
        break
    }
  }
  return sayings.sort((a, b) => a.seq - b.seq)
}

const ANSWER_CHARACTERS = 400

/** An answer in words: a single text as it is, members with their names, and no more of it than fits a conversation. */
export function answerText(value: unknown): string {
  const text = isRecord(value)
    ? Object.entries(value)
        .map(([name, member]) => `${humanise(name)}: ${plain(member)}`)
        .join('\n')
    : plain(value)
  return text.length > ANSWER_CHARACTERS ? `${text.slice(0, ANSWER_CHARACTERS)}…` : text
}

function plain(value: unknown): string {
  if (value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
