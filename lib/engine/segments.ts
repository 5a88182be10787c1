import { type EventType, isTerminal, nodeKey, type RunEvent, type RunStatus } from './events'

/**
 * A stretch of a run in which it executes by itself: from its start, a new turn, an answer or `resume` until it waits for a
 * person, is paused, or ends. What was answered is the input of a segment, what it gave or asks next its output.
 */
export interface Segment {
  turn: number
  startedAt: string
  endedAt: string | undefined
  /** What it ended as; undefined: it goes on. */
  endedAs: RunStatus | undefined
  /** The first segment: its input is that of the run. */
  isFirst: boolean
  answers: { nodeId: string; nodeKey: string }[]
  messages: { text: string; state?: Record<string, unknown> | undefined }[]
  /** The human waits that are open at its end. */
  waits: string[]
  /** The sentence of a run that ended otherwise than completed. */
  failure: { code: string; message: string } | undefined
}

/** The events that segments are made of; the others may be left out. */
export const SEGMENT_EVENTS: readonly EventType[] = [
  'run_started',
  'turn_started',
  'node_waiting',
  'input_received',
  'approval_decided',
  'approval_escalated',
  'timer_fired',
  'message_shown',
  'run_waiting',
  'run_paused',
  'run_resumed',
  'run_completed',
  'run_failed',
  'run_cancelled',
  'run_timed_out',
  'run_aborted',
]

/** Splits a log into its segments, in order. */
export function segmentsOf(events: Iterable<RunEvent>): Segment[] {
  const segments: Segment[] = []
  const open = new Set<string>()
  let turn = 1
  let current: Segment | undefined
  const begin = (at: string): Segment => {
    if (current) return current
    const isFirst = segments.length === 0
    current = {
      turn,
      startedAt: at,
      endedAt: undefined,
      endedAs: undefined,
      isFirst,
      answers: [],
      messages: [],
      waits: [],
      failure: undefined,
    }
    segments.push(current)
    return current
  }
  const end = (at: string, as: RunStatus, failure?: Segment['failure']) => {
    const ended = isTerminal(as) ? begin(at) : current
    if (!ended) return
    Object.assign(ended, { endedAt: at, endedAs: as, failure, waits: isTerminal(as) ? [] : [...open] })
    current = undefined
  }
  for (const event of events) {
    switch (event.type) {
      case 'turn_started':
        turn = event.turn
        begin(event.at).turn = turn
        break
      case 'run_started':
      case 'run_resumed':
        begin(event.at)
        break
      case 'node_waiting':
        if (event.kind === 'approval' || event.kind === 'input') open.add(event.wait_id)
        break
      case 'approval_escalated':
        open.delete(event.wait_id)
        break
      case 'timer_fired':
        // The due time of a human wait passed: the run goes on without an answer.
        if (open.delete(event.wait_id)) begin(event.at)
        break
      case 'input_received':
      case 'approval_decided':
        open.delete(event.wait_id)
        begin(event.at).answers.push({ nodeId: event.node_id, nodeKey: nodeKey(event.path, event.node_id) })
        break
      case 'message_shown':
        begin(event.at).messages.push({ text: event.text, state: event.state })
        break
      case 'run_waiting':
        if (event.status !== 'running') end(event.at, event.status)
        break
      case 'run_paused':
        end(event.at, 'paused')
        break
      case 'run_completed':
        end(event.at, 'completed')
        break
      case 'run_failed':
        end(event.at, 'failed', { code: event.reason, message: event.summary })
        break
      case 'run_cancelled':
        end(event.at, 'cancelled', { code: event.reason, message: event.summary })
        break
      case 'run_timed_out':
        end(event.at, 'timed_out', { code: 'timeout', message: event.summary })
        break
      case 'run_aborted':
        end(event.at, 'aborted_looping_risk', { code: event.reason, message: event.summary })
        break
    }
  }
  return segments
}
