'use client'

import { SearchX } from 'lucide-react'
import { useState } from 'react'
import { PageBody, PageHeader } from '@/components/shell/page-header'
import { useMay } from '@/components/shell/use-principal'
import { Badge } from '@/components/ui/badge'
import { EmptyState } from '@/components/ui/empty-state'
import { SearchInput } from '@/components/ui/search-input'
import { Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '@/components/ui/table'
import { useApi } from '@/lib/api/client/query'
import { contracts } from '@/lib/api/contracts/routes'
import { SettingsList } from '../settings-list'
import { formatLimit, groupsOf, type LimitItem, whoSets } from './limit-words'
import { TeamRunsForm } from './team-runs-form'

/** Every limit as it holds here: what happens at it, and who may change it. */
export function LimitsPage() {
  const limits = useApi(contracts.listLimits)
  const [search, setSearch] = useState('')
  const mayChange = useMay('team:manage')
  return (
    <PageBody className="max-w-6xl">
      <PageHeader
        title="Limits"
        description="What holds in this installation. A limit is reached with a clear refusal, never in silence."
      />
      <SettingsList name="limits" query={limits}>
        {({ items }) => {
          const groups = groupsOf(items, search)
          const teamRuns = items.find(({ id }) => id === 'team_runs')
          return (
            <>
              {teamRuns && mayChange ? <TeamRunsForm limit={teamRuns} /> : null}
              <SearchInput
                label="Search limits"
                value={search}
                onValueChange={setSearch}
                className="w-full sm:max-w-xs"
              />
              <p role="status" className="sr-only">
                {`${groups.reduce((sum, group) => sum + group.limits.length, 0)} limits`}
              </p>
              {groups.map((group) => (
                <LimitsTable key={group.name} name={group.name} limits={group.limits} />
              ))}
              {groups.length === 0 ? (
                <div className="rounded-lg border border-dashed">
                  <EmptyState icon={SearchX} title="No limit is called so" description="Search for another word." />
                </div>
              ) : null}
            </>
          )
        }}
      </SettingsList>
    </PageBody>
  )
}

function LimitsTable({ name, limits }: { name: string; limits: LimitItem[] }) {
  return (
    <section className="grid grid-cols-1 gap-2" aria-label={name}>
      <h2 className="font-semibold text-base">{name}</h2>
      <Table>
        <caption className="sr-only">{name}</caption>
        <TableHead>
          <tr>
            <TableHeaderCell className="w-full">Limit</TableHeaderCell>
            <TableHeaderCell className="text-right">Here</TableHeaderCell>
            <TableHeaderCell className="hidden text-right sm:table-cell">At most</TableHeaderCell>
            <TableHeaderCell className="hidden md:table-cell">Set by</TableHeaderCell>
          </tr>
        </TableHead>
        <TableBody>
          {limits.map((limit) => (
            <TableRow key={limit.id}>
              <TableCell className="py-2.5">
                <p className="font-medium">{limit.title}</p>
                <p className="max-w-prose text-muted-foreground text-xs">
                  <WithCode text={limit.behaviour} />
                </p>
                <p className="mt-1 flex flex-wrap items-center gap-1.5 empty:hidden">
                  {limit.code ? <Badge className="font-mono">{limit.code}</Badge> : null}
                  {limit.warns ? <Badge tone="outline">Warns at 80 %</Badge> : null}
                </p>
                <p className="mt-1 text-muted-foreground text-xs md:hidden">
                  <SetBy limit={limit} />
                </p>
              </TableCell>
              <TableCell className="whitespace-nowrap text-right font-medium tabular-nums">
                {formatLimit(limit.value, limit.unit)}
              </TableCell>
              <TableCell className="hidden whitespace-nowrap text-right text-muted-foreground tabular-nums sm:table-cell">
                {limit.set_by === null ? 'fixed' : formatLimit(limit.ceiling, limit.unit)}
              </TableCell>
              <TableCell className="hidden whitespace-nowrap text-muted-foreground text-xs md:table-cell">
                <SetBy limit={limit} />
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </section>
  )
}

/** Text in which backticks mark code. */
function WithCode({ text }: { text: string }) {
  return text.split(/(`[^`]+`)/).map((part) =>
    part.startsWith('`') ? (
      <code key={part} className="font-mono">
        {part.slice(1, -1)}
      </code>
    ) : (
      part
    ),
  )
}

function SetBy({ limit }: { limit: LimitItem }) {
  const { who, by } = whoSets(limit)
  return (
    <>
      {who}
      {by ? (
        <>
          {' '}
          <code className="font-mono">{by}</code>
        </>
      ) : null}
    </>
  )
}
