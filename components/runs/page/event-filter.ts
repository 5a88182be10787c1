import type { EventType, RunEvent } from '@/lib/engine/events'
import { describeEvent, nodeOfEvent } from '../describe-event'

/** Kinds of events that people look for. */
export const EVENT_GROUPS = {
  run: {
    label: 'Run',
    types: [
      'run_started',
      'turn_started',
      'run_waiting',
      'run_paused',
      'run_resumed',
      'run_recovered',
      'run_warning',
      'run_completed',
      'run_failed',
      'run_cancelled',
      'run_timed_out',
      'run_aborted',
    ],
  },
  node: { label: 'Nodes', types: ['node_started', 'node_succeeded', 'node_failed', 'result_discarded'] },
  wait: {
    label: 'Waits and decisions',
    types: [
      'node_waiting',
      'timer_fired',
      'input_received',
      'approval_voted',
      'approval_escalated',
      'approval_decided',
    ],
  },
  model: { label: 'Models', types: ['llm_called'] },
  message: { label: 'Messages', types: ['message_shown'] },
  problem: { label: 'Failures', types: ['node_failed', 'run_failed', 'run_timed_out', 'run_aborted'] },
} as const satisfies Record<string, { label: string; types: readonly EventType[] }>
export type EventGroup = keyof typeof EVENT_GROUPS

export interface EventFilter {
  group: EventGroup | undefined
  nodeId: string | undefined
  text: string
}

/** The events that fit every part of the filter, in their order. */
export function filterEvents(
  events: readonly RunEvent[],
  { group, nodeId, text }: EventFilter,
  nameOf: (nodeId: string) => string,
): readonly RunEvent[] {
  const search = text.trim().toLowerCase()
  const types = group === undefined ? undefined : new Set<EventType>(EVENT_GROUPS[group].types)
  if (!types && nodeId === undefined && search === '') return [...events]
  return events.filter((event) => {
    if (types && !types.has(event.type)) return false
    const node = nodeOfEvent(event)
    if (nodeId !== undefined && node?.nodeId !== nodeId) return false
    if (search === '') return true
    const line = describeEvent(event)
    return [node ? nameOf(node.nodeId) : '', line.title, line.detail, event.type]
      .join('\n')
      .toLowerCase()
      .includes(search)
  })
}

/** Time since the start: `+0.012`, `+1:02.345`, `+2:00:00`. */
export function offsetText(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000
  const whole = Math.floor(seconds)
  const hours = Math.floor(whole / 3_600)
  const minutes = Math.floor((whole % 3_600) / 60)
  const two = (number: number) => String(number).padStart(2, '0')
  if (hours > 0) return `+${hours}:${two(minutes)}:${two(whole % 60)}`
  const fraction = (seconds % 60).toFixed(3)
  return minutes > 0 ? `+${minutes}:${fraction.padStart(6, '0')}` : `+${fraction}`
}

/** The clock where the reader is, to the millisecond. */
export function clockText(at: string): string {
  return new Date(at).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hour12: false,
  })
}
