'use client'

import { MonitorSmartphone } from 'lucide-react'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Time } from '@/components/ui/time'
import { toast } from '@/components/ui/toast'
import { useApi, useApiMutation } from '@/lib/api/client/query'
import type { OwnSession } from '@/lib/api/contracts/account'
import { contracts } from '@/lib/api/contracts/routes'
import { SettingsList } from '../settings-list'
import { browserOf } from './browser-of'

/** Where the person is signed in, each with a way to end it. */
export function OwnSessions() {
  const sessions = useApi(contracts.listOwnSessions)
  return (
    <SettingsList name="sessions" query={sessions}>
      {({ items }) => (
        <ul className="divide-y overflow-hidden rounded-lg border bg-card shadow-xs">
          {items.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </ul>
      )}
    </SettingsList>
  )
}

function SessionRow({ session }: { session: OwnSession }) {
  const end = useApiMutation(contracts.endOwnSession, {
    invalidates: [contracts.listOwnSessions],
    onSuccess: () => toast.success('The session has ended'),
    onError: ({ message }) => toast.error(message),
  })
  const browser = browserOf(session.user_agent)
  return (
    <li className="flex items-center gap-3 px-3 py-2.5">
      <MonitorSmartphone aria-hidden className="size-4.5 shrink-0 text-muted-foreground" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-1.5">
          <span className="truncate font-medium" title={session.user_agent}>
            {browser}
          </span>
          {session.is_current ? <Badge tone="primary">This browser</Badge> : null}
        </p>
        <p className="text-muted-foreground text-xs">
          {session.team} · signed in <Time value={session.created_at} /> · used <Time value={session.last_seen_at} />
        </p>
      </div>
      {session.is_current ? null : (
        <Button
          variant="ghost"
          size="sm"
          aria-label={`End the session in ${browser}`}
          pending={end.isPending}
          onClick={() => end.mutate({ params: { session_id: session.id } })}
        >
          End
        </Button>
      )}
    </li>
  )
}
