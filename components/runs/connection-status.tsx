'use client'

import { Check, CloudOff, LoaderCircle, TriangleAlert } from 'lucide-react'
import { cn } from '@/components/ui/cn'
import { Tooltip } from '@/components/ui/tooltip'
import { useNow } from '@/components/ui/use-now'
import type { Connection } from './stream/follow-stream'

/** Whether what is on the screen is live: said in a word, because a page that silently stopped is worse than none. */
export function ConnectionStatus({ connection, className }: { connection: Connection; className?: string }) {
  const nowMs = useNow(connection.state === 'reconnecting' ? 1_000 : undefined)
  const look = lookOf(connection, nowMs)
  return (
    <Tooltip content={look.meaning}>
      <output
        data-connection={connection.state}
        className={cn('inline-flex items-center gap-1.5 whitespace-nowrap text-xs', look.className, className)}
      >
        {look.icon}
        {look.label}
      </output>
    </Tooltip>
  )
}

function lookOf(connection: Connection, nowMs: number) {
  switch (connection.state) {
    case 'connecting':
      return {
        label: 'Connecting',
        meaning: 'Asking the server for live updates.',
        icon: <LoaderCircle aria-hidden className="size-3.5 motion-safe:animate-spin" />,
        className: 'text-muted-foreground',
      }
    case 'live':
      return {
        label: 'Live',
        meaning: 'Changes appear by themselves.',
        icon: (
          <span aria-hidden className="relative grid size-3.5 place-items-center">
            <span className="absolute size-2 rounded-full bg-success opacity-40 motion-safe:animate-ping" />
            <span className="size-2 rounded-full bg-success" />
          </span>
        ),
        className: 'text-muted-foreground',
      }
    case 'reconnecting': {
      const seconds = Math.max(0, Math.ceil((connection.retryAtMs - nowMs) / 1_000))
      return {
        label: seconds > 1 ? `Reconnecting in ${seconds} s` : 'Reconnecting',
        meaning: 'The connection was lost. Nothing is missed: it continues where it stopped.',
        icon: <CloudOff aria-hidden className="size-3.5" />,
        className: 'text-waiting',
      }
    }
    case 'ended':
      return {
        label: 'Complete',
        meaning: 'The run has ended; its log is complete.',
        icon: <Check aria-hidden className="size-3.5" />,
        className: 'text-muted-foreground',
      }
    case 'refused':
      return {
        label: 'Not live',
        meaning: connection.message,
        icon: <TriangleAlert aria-hidden className="size-3.5" />,
        className: 'text-failure',
      }
  }
}
