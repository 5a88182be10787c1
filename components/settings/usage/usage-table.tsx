'use client'

import Link from 'next/link'
import { formatCount, formatDuration, formatUsd } from '@/components/ui/format'
import { Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '@/components/ui/table'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import type { Usage, UsageGroup } from '@/lib/api/contracts/usage'
import { SettingsList } from '../settings-list'

type Grouping = Exclude<Usage['group_by'], 'day'>

const ROWS = 20
const WITHOUT: Record<Grouping, string> = {
  workflow: 'A deleted workflow',
  model: 'Unknown',
  provider: 'Unknown',
  key: 'Without a key',
  agent: 'Without an agent',
}

/** Groups of the runs of a time, those with most runs first. A grouping without any is not shown. */
export function UsageTable({ title, groupBy, from }: { title: string; groupBy: Grouping; from: string }) {
  const usage = useApi(contracts.getUsage, { query: { from, group_by: groupBy } })
  return (
    <SettingsList name={`usage ${title.toLowerCase()}`} query={usage}>
      {({ items }) =>
        items.some(({ key }) => key !== null) ? (
          <section aria-label={title} className="grid grid-cols-1 gap-2">
            <h2 className="font-semibold text-base">{title}</h2>
            <Groups title={title} groupBy={groupBy} items={items.slice(0, ROWS)} />
            {items.length > ROWS ? (
              <p className="text-muted-foreground text-xs">The {ROWS} with most runs; the API answers all of them.</p>
            ) : null}
          </section>
        ) : null
      }
    </SettingsList>
  )
}

function Groups({ title, groupBy, items }: { title: string; groupBy: Grouping; items: UsageGroup[] }) {
  return (
    <Table>
      <caption className="sr-only">Usage {title.toLowerCase()}</caption>
      <TableHead>
        <tr>
          <TableHeaderCell className="w-full">
            {title.replace('By ', '').replace(/^./, (c) => c.toUpperCase())}
          </TableHeaderCell>
          <TableHeaderCell className="text-right">Runs</TableHeaderCell>
          <TableHeaderCell className="hidden text-right sm:table-cell">Failed</TableHeaderCell>
          <TableHeaderCell className="hidden text-right lg:table-cell">Active</TableHeaderCell>
          <TableHeaderCell className="hidden text-right md:table-cell">Calls</TableHeaderCell>
          <TableHeaderCell className="hidden text-right md:table-cell">Latency</TableHeaderCell>
          <TableHeaderCell className="text-right">Tokens</TableHeaderCell>
          <TableHeaderCell className="text-right">Cost</TableHeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {items.map((item) => (
          <TableRow key={item.key ?? ''} className="tabular-nums">
            <TableCell className="max-w-0">
              <p className="min-w-24 truncate font-medium">
                <GroupName groupBy={groupBy} item={item} />
              </p>
            </TableCell>
            <TableCell className="text-right">{formatCount(item.runs)}</TableCell>
            <TableCell className="hidden text-right sm:table-cell">
              {formatCount(item.ended.failed + item.ended.timed_out + item.ended.aborted_looping_risk)}
            </TableCell>
            <TableCell className="hidden whitespace-nowrap text-right lg:table-cell">
              {formatDuration(item.active_seconds * 1_000)}
            </TableCell>
            <TableCell className="hidden text-right md:table-cell">{formatCount(item.calls)}</TableCell>
            <TableCell className="hidden whitespace-nowrap text-right md:table-cell">
              {item.calls === 0 ? '—' : formatDuration(item.latency_ms / item.calls)}
            </TableCell>
            <TableCell className="whitespace-nowrap text-right">
              {formatCount(item.input_tokens + item.output_tokens)}
            </TableCell>
            <TableCell className="whitespace-nowrap text-right">{costOf(item)}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}

function GroupName({ groupBy, item: { key, name } }: { groupBy: Grouping; item: UsageGroup }) {
  if (key === null) return WITHOUT[groupBy]
  if (groupBy === 'workflow' && name !== null) {
    return (
      <Link href={`/runs?workflow=${key}`} className="rounded-sm hover:underline">
        {name}
      </Link>
    )
  }
  return name ?? key
}

/** What is not known is said, not counted as nothing. */
function costOf({ cost_usd, calls, unpriced_calls }: UsageGroup): string {
  if (calls > 0 && unpriced_calls === calls) return 'not known'
  return unpriced_calls > 0 ? `${formatUsd(cost_usd)} +` : formatUsd(cost_usd)
}
