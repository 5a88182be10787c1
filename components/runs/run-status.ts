import {
  Ban,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  LoaderCircle,
  type LucideIcon,
  MessageCircleQuestionMark,
  RefreshCwOff,
  ShieldQuestionMark,
  SkipForward,
  TimerOff,
} from 'lucide-react'
import type { BadgeTone } from '@/components/ui/badge'
import { RUN_STATUSES, type RunStatus } from '@/lib/engine/events'

export interface StatusLook {
  label: string
  /** One sentence for the tooltip. */
  meaning: string
  icon: LucideIcon
  tone: BadgeTone
  /** Work is under way: the icon turns. */
  spins?: boolean
}

/** How each canonical status looks and reads: the one place where a status gets a word. */
export const RUN_STATUS_LOOKS: Record<RunStatus, StatusLook> = {
  not_started: {
    label: 'Queued',
    meaning: 'Accepted; waits for a free slot.',
    icon: CircleDashed,
    tone: 'neutral',
  },
  started: {
    label: 'Starting',
    meaning: 'A worker has taken it.',
    icon: LoaderCircle,
    tone: 'running',
    spins: true,
  },
  running: { label: 'Running', meaning: 'Nodes are being executed.', icon: LoaderCircle, tone: 'running', spins: true },
  paused: {
    label: 'Paused',
    meaning: 'Somebody paused it; nothing new starts until it is resumed.',
    icon: CirclePause,
    tone: 'paused',
  },
  waiting_for_user_input: {
    label: 'Needs input',
    meaning: 'Waits for somebody to answer.',
    icon: MessageCircleQuestionMark,
    tone: 'waiting',
  },
  waiting_for_approval: {
    label: 'Needs approval',
    meaning: 'Waits for somebody to approve or reject.',
    icon: ShieldQuestionMark,
    tone: 'waiting',
  },
  completed: { label: 'Completed', meaning: 'Reached its end.', icon: CircleCheck, tone: 'success' },
  failed: { label: 'Failed', meaning: 'A node failed and nothing handled it.', icon: CircleX, tone: 'failure' },
  cancelled: { label: 'Cancelled', meaning: 'Stopped by somebody, or rejected.', icon: Ban, tone: 'cancelled' },
  aborted_looping_risk: {
    label: 'Loop aborted',
    meaning: 'A loop turned too often, so it was stopped.',
    icon: RefreshCwOff,
    tone: 'failure',
  },
  skipped: { label: 'Skipped', meaning: 'There was nothing to do.', icon: SkipForward, tone: 'cancelled' },
  timed_out: { label: 'Timed out', meaning: 'It took longer than it may.', icon: TimerOff, tone: 'failure' },
}

/** The statuses of a comma-separated query value; unknown words are dropped, so an old link still opens. */
export function parseStatuses(text: string | null): RunStatus[] {
  const words = new Set((text ?? '').split(','))
  return RUN_STATUSES.filter((status) => words.has(status))
}

/** The colour of a tone for an icon or a line beside a word. */
export const TONE_TEXT: Record<BadgeTone, string> = {
  neutral: 'text-muted-foreground',
  outline: 'text-muted-foreground',
  primary: 'text-primary',
  running: 'text-running',
  waiting: 'text-waiting',
  success: 'text-success',
  failure: 'text-failure',
  paused: 'text-paused',
  cancelled: 'text-cancelled',
}
