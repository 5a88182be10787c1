'use client'

import { Cloud, CloudAlert, CloudOff, GitMerge, type LucideIcon, RefreshCw } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { cn } from '@/components/ui/cn'
import { formatLocal } from '@/components/ui/format'
import { Tooltip } from '@/components/ui/tooltip'
import { useNow } from '@/components/ui/use-now'
import type { SaveStatus } from '../autosave/autosave'
import { useSaveStatus, useServices, useUi } from '../designer-context'

interface Look {
  icon: LucideIcon
  label: string
  detail: string
  tone?: string
}

/** Whether what is on the screen is on the server. It never says “Saved” before that is so. */
export function SaveIndicator() {
  const { autosave, actions, ui } = useServices()
  const status = useSaveStatus()
  const conflictClosed = useUi((state) => state.conflictClosed)
  const nowMs = useNow(status.kind === 'offline' ? 1_000 : undefined)
  const { icon: Icon, label, detail, tone } = lookOf(status, nowMs)
  const retry = () => void autosave.flush().catch((error: Error) => actions.notify(error.message, 'error'))
  return (
    <div role="status" className="flex items-center gap-1.5">
      <Tooltip content={detail}>
        <span className={cn('flex items-center gap-1.5 whitespace-nowrap text-muted-foreground text-xs', tone)}>
          <Icon aria-hidden className="size-3.5" />
          {label}
        </span>
      </Tooltip>
      {status.kind === 'offline' || status.kind === 'refused' ? (
        <Button size="xs" onClick={retry}>
          Try now
        </Button>
      ) : null}
      {status.kind === 'conflict' && conflictClosed ? (
        <Button size="xs" onClick={() => ui.getState().set({ conflictClosed: false })}>
          Decide
        </Button>
      ) : null}
    </div>
  )
}

function lookOf(status: SaveStatus, nowMs: number): Look {
  switch (status.kind) {
    case 'saved':
      return {
        icon: Cloud,
        label: 'Saved',
        detail:
          status.atMs === null ? 'Every change is saved by itself' : `Saved at ${formatLocal(status.atMs, Date.now())}`,
      }
    case 'pending':
      return { icon: RefreshCw, label: 'Unsaved', detail: 'Saved in a moment' }
    case 'saving':
      return { icon: RefreshCw, label: 'Saving…', detail: 'On its way to the server' }
    case 'offline': {
      const seconds = Math.max(0, Math.ceil((status.retryAtMs - nowMs) / 1_000))
      return {
        icon: CloudOff,
        label: seconds === 0 ? 'Offline · trying again' : `Offline · again in ${seconds} s`,
        detail: `${status.message} Your changes are kept in this browser.`,
        tone: 'text-waiting',
      }
    }
    case 'conflict':
      return {
        icon: GitMerge,
        label: 'Conflict',
        detail: 'Somebody else saved this workflow. Your changes are kept in this browser.',
        tone: 'text-failure',
      }
    case 'refused':
      return {
        icon: CloudAlert,
        label: 'Not saved',
        detail: `${status.message} Your changes are kept in this browser.`,
        tone: 'text-failure',
      }
  }
}
