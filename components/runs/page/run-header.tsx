'use client'

import { HeartPulse } from 'lucide-react'
import Link from 'next/link'
import { Breadcrumbs } from '@/components/shell/page-header'
import { Badge } from '@/components/ui/badge'
import { Time } from '@/components/ui/time'
import { Tooltip } from '@/components/ui/tooltip'
import type { Run } from '@/lib/api/contracts/runs'
import { isTerminal, type RunStatus } from '@/lib/engine/events'
import { ConnectionStatus } from '../connection-status'
import { VersionTag } from '../list/runs-table'
import { RunStatusBadge } from '../run-status-badge'
import { RunDuration, Usage } from '../run-times'
import { RunTrigger } from '../run-trigger'
import type { Connection } from '../stream/follow-stream'
import type { RelatedRuns } from './related-runs'
import { RunActions } from './run-actions'
import { RunRelations } from './run-relations'

export interface RunHeaderProps {
  run: Run
  status: RunStatus
  recoveries: number
  connection: Connection
  related: RelatedRuns
  nameOf: (nodeId: string) => string
}

/** Which run this is, how it stands, and what can be done with it. */
export function RunHeader({ run, status, recoveries, connection, related, nameOf }: RunHeaderProps) {
  return (
    <header className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3 border-b bg-background px-4 py-3 lg:px-5">
      <div className="min-w-0 flex-1 basis-72">
        <Breadcrumbs items={[{ label: 'Runs', href: '/runs' }]} />
        <div className="flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-1">
          <h1 className="min-w-0 truncate font-semibold text-xl tracking-tight">
            <Link href={`/workflows/${run.workflow_id}`} className="hover:text-primary">
              {run.workflow_name}
            </Link>
          </h1>
          <VersionTag version={run.version} />
          <RunStatusBadge status={status} />
          {recoveries > 0 ? (
            <Tooltip content="Its worker died and another one took over. Finished nodes were not repeated.">
              <Badge tone="paused">
                <HeartPulse aria-hidden /> Recovered{recoveries > 1 ? ` ${recoveries} times` : ''}
              </Badge>
            </Tooltip>
          ) : null}
        </div>
        <div className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1 text-muted-foreground text-xs">
          <span>
            Started <Time value={run.started_at ?? run.created_at} />
          </span>
          <span className="inline-flex items-center gap-1">
            {isTerminal(status) ? 'took ' : ''}
            <RunDuration run={{ ...run, status }} />
            {isTerminal(status) ? '' : ' so far'}
          </span>
          <RunTrigger trigger={run.trigger} runBy={run.run_by} />
          <RunRelations related={related} nameOf={nameOf} />
          {run.labels.map((label) => (
            <Link
              key={label}
              href={`/runs?label=${encodeURIComponent(label)}`}
              className="max-w-40 truncate rounded-full border bg-muted px-1.5 text-2xs hover:text-foreground"
            >
              {label}
            </Link>
          ))}
          {run.turn > 1 ? <span>turn {run.turn}</span> : null}
          {run.tokens > 0 ? <Usage tokens={run.tokens} costUsd={run.cost_usd} unit /> : null}
          <ConnectionStatus connection={connection} />
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <RunActions run={run} status={status} />
      </div>
    </header>
  )
}
