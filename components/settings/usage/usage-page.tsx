'use client'

import { ChartColumn } from 'lucide-react'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { PageBody, PageHeader } from '@/components/shell/page-header'
import { Card } from '@/components/ui/card'
import { EmptyState } from '@/components/ui/empty-state'
import { formatCount, formatDuration, formatUsd } from '@/components/ui/format'
import { Segmented } from '@/components/ui/segmented'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { UsageTotals } from '@/lib/api/contracts/usage'
import { SettingsList } from '../settings-list'
import { DayChart } from './day-chart'
import { ProjectDays } from './project-days'
import { everyDay, fromDaysAgo } from './usage-days'
import { UsageTable } from './usage-table'

const SPANS = ['7', '30', '90'] as const

/** What runs came to and what they used of models: in all, day by day, by workflow, model, key and agent. */
export function UsagePage() {
  const [span, setSpan] = useQueryState('days', parseAsStringLiteral(SPANS).withDefault('30'))
  const from = fromDaysAgo(Number(span), Date.now())
  const days = useApi(contracts.getUsage, { query: { from, group_by: 'day' } })
  return (
    <PageBody className="max-w-6xl">
      <PageHeader
        title="Usage"
        description="Runs by the day on which they were made (UTC). Runs that were deleted are not counted."
        actions={
          <Segmented
            label="Days"
            value={span}
            onValueChange={(next) => void setSpan(next)}
            options={SPANS.map((value) => ({ value, label: `${value} days` }))}
          />
        }
      />
      <SettingsList name="usage" query={days}>
        {({ totals, items, from: first, to, projects_today }) => (
          <>
            <ProjectDays projects={projects_today} />
            {totals.runs === 0 ? (
              <div className="rounded-lg border border-dashed">
                <EmptyState
                  icon={ChartColumn}
                  title="No runs in this time"
                  description="What runs use of models, and how they end, is added up here."
                />
              </div>
            ) : (
              <>
                <Totals totals={totals} />
                <DayChart days={everyDay(items, first, to)} />
                <UsageTable title="By workflow" groupBy="workflow" from={from} />
                <UsageTable title="By model" groupBy="model" from={from} />
                <UsageTable title="By API key" groupBy="key" from={from} />
                <UsageTable title="By agent" groupBy="agent" from={from} />
              </>
            )}
          </>
        )}
      </SettingsList>
    </PageBody>
  )
}

function Totals({ totals }: { totals: UsageTotals }) {
  const failed = totals.ended.failed + totals.ended.timed_out + totals.ended.aborted_looping_risk
  const facts: { name: string; value: string; note: string }[] = [
    {
      name: 'Runs',
      value: formatCount(totals.runs),
      note: totals.open === 0 ? 'all ended' : `${totals.open} not ended`,
    },
    { name: 'Completed', value: formatCount(totals.ended.completed), note: `${formatCount(failed)} failed` },
    { name: 'Active time', value: formatDuration(totals.active_seconds * 1_000), note: 'waiting left out' },
    { name: 'Calls of models', value: formatCount(totals.calls), note: latencyOf(totals) },
    {
      name: 'Tokens',
      value: formatCount(totals.input_tokens + totals.output_tokens),
      note: `${formatCount(totals.input_tokens)} in, ${formatCount(totals.output_tokens)} out`,
    },
    {
      name: 'Cost',
      value: formatUsd(totals.cost_usd),
      note: totals.unpriced_calls === 0 ? 'every price is known' : `${totals.unpriced_calls} calls without a price`,
    },
  ]
  return (
    <dl className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-6">
      {facts.map(({ name, value, note }) => (
        <Card key={name} className="min-w-0 px-3 py-2.5">
          <dt className="text-muted-foreground text-xs">{name}</dt>
          <dd>
            <p className="truncate font-semibold text-xl tabular-nums tracking-tight">{value}</p>
            <p className="truncate text-muted-foreground text-xs">{note}</p>
          </dd>
        </Card>
      ))}
    </dl>
  )
}

function latencyOf({ calls, latency_ms }: UsageTotals): string {
  return calls === 0 ? 'none made' : `${formatDuration(latency_ms / calls)} each`
}
