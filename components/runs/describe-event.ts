import { formatBytes } from '@/components/ui/format'
import type { RunEvent } from '@/lib/engine/events'
import { assertNever } from '@/lib/errors'

export type EventTone = 'neutral' | 'active' | 'good' | 'bad' | 'waiting'

export interface EventLine {
  /** What happened, without the node's name. */
  title: string
  detail: string
  tone: EventTone
}

/** One event as one line for people. */
export function describeEvent(event: RunEvent): EventLine {
  switch (event.type) {
    case 'run_started':
      return line(
        'Run started',
        joined([`by ${event.actor.name} (${event.trigger})`, sourceText(event.source)]),
        'active',
      )
    case 'turn_started':
      return line(`Turn ${event.turn} started`, `${event.command} by ${event.actor.name}`, 'active')
    case 'node_started':
      return line('Started', event.attempt > 1 ? `attempt ${event.attempt}` : '', 'active')
    case 'node_succeeded':
      return line('Succeeded', joined([portText(event.port), sizeText(event.output_bytes)]), 'good')
    case 'node_failed':
      return line(
        event.retry ? 'Attempt failed, will be retried' : 'Failed',
        joined([
          event.attempt > 1 ? `attempt ${event.attempt}` : '',
          event.error.message,
          event.port === undefined ? '' : `went on by ${event.port}`,
        ]),
        'bad',
      )
    case 'node_waiting':
      return line(WAITING[event.kind], event.title ?? '', event.kind === 'retry' ? 'neutral' : 'waiting')
    case 'timer_fired':
      return line(
        event.kind === 'retry' ? 'Retry is due' : event.port === 'timedOut' ? 'Due time passed' : 'Time came',
        '',
        event.port === 'timedOut' ? 'bad' : 'neutral',
      )
    case 'input_received':
      return line('Answer received', joined([`from ${event.actor.name}`, sizeText(event.output_bytes)]), 'good')
    case 'approval_decided':
      return line(
        event.decision === 'approved' ? 'Approved' : 'Rejected',
        joined([`by ${event.actor.name}`, event.comment ? `“${event.comment}”` : '']),
        event.decision === 'approved' ? 'good' : 'bad',
      )
    case 'approval_voted':
      return line(
        event.decision === 'approved' ? 'Vote: approve' : 'Vote: reject',
        joined([
          `by ${event.actor.name}`,
          event.comment ? `“${event.comment}”` : '',
          `${event.approvals} of ${event.approvals_needed} approvals`,
        ]),
        'waiting',
      )
    case 'approval_escalated':
      return line('Nobody decided in time', `now asked of ${event.to.join(', ')}`, 'waiting')
    case 'container_started':
      return line(
        'Started',
        event.items === undefined
          ? 'repeats while its condition holds'
          : joined([
              event.items === 1 ? '1 item' : `${event.items} items`,
              event.concurrency > 1 ? `${event.concurrency} at the same time` : '',
            ]),
        'active',
      )
    case 'while_checked':
      return line(event.go ? `Turn ${event.index + 1} begins` : 'Condition no longer holds', '', 'neutral')
    case 'callback_received':
      return line(
        'Callback received',
        joined([event.wait_id === undefined ? 'before the step was reached: kept' : '', sizeText(event.output_bytes)]),
        'good',
      )
    case 'child_waiting':
      return event.status === 'running'
        ? line('Sub-workflow goes on', '', 'active')
        : line(
            event.status === 'waiting_for_approval'
              ? 'Sub-workflow waits for a decision'
              : 'Sub-workflow waits for an answer',
            event.waiting_for ? `at ${event.waiting_for}` : '',
            'waiting',
          )
    case 'child_ended':
      return line(
        `Sub-workflow ${event.status}`,
        event.output_bytes === undefined ? '' : sizeText(event.output_bytes),
        event.status === 'completed' ? 'good' : 'bad',
      )
    case 'node_reused':
      return line('Result reused', sizeText(event.output_bytes ?? 0), event.error === undefined ? 'neutral' : 'bad')
    case 'result_discarded':
      return line(
        'Late result discarded',
        event.reason === 'timeout'
          ? `attempt ${event.attempt} had timed out`
          : `attempt ${event.attempt} was not waited for any more`,
        'neutral',
      )
    case 'llm_called':
      return line(
        'Model called',
        joined([event.usage.model, `${event.usage.input_tokens + event.usage.output_tokens} tokens`]),
        'neutral',
      )
    case 'run_warning':
      return line('A limit is near', event.message, 'waiting')
    case 'message_shown':
      return line('Message', event.text, 'neutral')
    case 'run_waiting':
      return line(
        event.status === 'waiting_for_approval'
          ? 'Waits for a decision'
          : event.status === 'waiting_for_user_input'
            ? 'Waits for an answer'
            : 'Waits',
        '',
        'waiting',
      )
    case 'run_paused':
      return line('Run paused', `by ${event.actor.name}`, 'waiting')
    case 'run_resumed':
      return line('Run resumed', `by ${event.actor.name}`, 'active')
    case 'run_recovered':
      return line('Run recovered', 'another worker took over; finished nodes were not repeated', 'waiting')
    case 'run_completed':
      return line('Run completed', sizeText(event.output_bytes), 'good')
    case 'run_failed':
      return line('Run failed', event.summary, 'bad')
    case 'run_cancelled':
      return line('Run cancelled', joined([event.summary, event.actor ? `by ${event.actor.name}` : '']), 'neutral')
    case 'run_timed_out':
      return line('Run timed out', event.summary, 'bad')
    case 'run_aborted':
      return line('Run aborted', event.summary, 'bad')
    default:
      return assertNever(event)
  }
}

/** The node an event is about, if it is about one. */
export function nodeOfEvent(event: RunEvent): { nodeId: string; path: readonly string[] } | undefined {
  if ('path' in event) return { nodeId: event.node_id, path: event.path }
  if ((event.type === 'run_failed' || event.type === 'run_aborted') && event.node_id !== undefined) {
    return { nodeId: event.node_id, path: [] }
  }
  return undefined
}

/** `["each:3", "visit:2"]` → `item 4, visit 2`, a turn of a `while` → `turn 1`; empty at the top level. */
export function pathText(path: readonly string[]): string {
  return path
    .map((segment) => {
      const [kind, number] = segment.split(':')
      if (kind === 'each') return `item ${Number(number) + 1}`
      if (kind === 'while') return `turn ${Number(number) + 1}`
      return kind === 'visit' ? `visit ${number}` : segment
    })
    .join(', ')
}

const WAITING = {
  timer: 'Waits for the time',
  retry: 'Waits to try again',
  approval: 'Asks for a decision',
  input: 'Asks for an answer',
  callback: 'Waits for a callback',
  child: 'Waits for its run',
} as const

const line = (title: string, detail: string, tone: EventTone): EventLine => ({ title, detail, tone })
const joined = (parts: string[]) => parts.filter((part) => part !== '').join(' · ')
function sourceText(source: (RunEvent & { type: 'run_started' })['source']): string {
  if (source === undefined) return ''
  return source.kind === 'retry' ? 'continues a failed run' : 'again from a step of another run'
}
const sizeText = (bytes: number) => (bytes > 0 ? formatBytes(bytes) : '')
const portText = (port: string) => (port === 'out' ? '' : `by ${port}`)
