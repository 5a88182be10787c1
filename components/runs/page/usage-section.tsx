'use client'

import { Duration } from '@/components/ui/duration'
import { formatUsd } from '@/components/ui/format'
import { Progress } from '@/components/ui/progress'
import { Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '@/components/ui/table'
import type { Run } from '@/lib/api/contracts/runs'
import { Section } from './node-panel'

/** What a run used of models, in all and by model, and how much of its budget that is. */
export function UsageSection({ run: { usage, budget } }: { run: Pick<Run, 'usage' | 'budget'> }) {
  if (usage.calls === 0 && budget === null) return null
  const several = usage.by_model.length > 1
  return (
    <Section title="Models" hint="With the runs of its sub-workflows.">
      {budget?.tokens === undefined ? null : (
        <Progress label="Tokens of the budget" done={usage.total_tokens} total={budget.tokens} />
      )}
      {budget?.usd === undefined ? null : (
        <p className="flex justify-between text-muted-foreground text-xs tabular-nums">
          <span>Money of the budget</span>
          <span>
            {costText(usage.cost_usd)} / {formatUsd(budget.usd)}
          </span>
        </p>
      )}
      {usage.calls === 0 ? (
        <p className="text-muted-foreground text-sm">No model was called yet.</p>
      ) : (
        <Table className="text-xs tabular-nums">
          <TableHead>
            <tr>
              <TableHeaderCell>Model</TableHeaderCell>
              <TableHeaderCell className="text-right">Calls</TableHeaderCell>
              <TableHeaderCell className="text-right">Tokens in</TableHeaderCell>
              <TableHeaderCell className="text-right">out</TableHeaderCell>
              <TableHeaderCell className="text-right">Cost</TableHeaderCell>
              <TableHeaderCell className="text-right">per call</TableHeaderCell>
            </tr>
          </TableHead>
          <TableBody>
            {usage.by_model.map((row) => (
              <TableRow key={`${row.provider} ${row.model}`}>
                <TableCell className="h-9">
                  <span className="block font-medium">{row.model}</span>
                  <span className="block text-muted-foreground">{row.provider}</span>
                </TableCell>
                <Numbers counts={row} />
              </TableRow>
            ))}
            {several ? (
              <TableRow className="font-medium">
                <TableCell className="h-9">In all</TableCell>
                <Numbers counts={usage} />
              </TableRow>
            ) : null}
          </TableBody>
        </Table>
      )}
    </Section>
  )
}

type Counts = Pick<Run['usage'], 'calls' | 'input_tokens' | 'output_tokens' | 'cost_usd' | 'average_latency_ms'>

function Numbers({ counts }: { counts: Counts }) {
  return (
    <>
      <TableCell className="h-9 text-right">{counts.calls.toLocaleString()}</TableCell>
      <TableCell className="h-9 text-right">{counts.input_tokens.toLocaleString()}</TableCell>
      <TableCell className="h-9 text-right">{counts.output_tokens.toLocaleString()}</TableCell>
      <TableCell className="h-9 text-right">{costText(counts.cost_usd)}</TableCell>
      <TableCell className="h-9 text-right">
        <Duration ms={counts.average_latency_ms} />
      </TableCell>
    </>
  )
}

/** What nobody said a price of is not free. */
function costText(usd: number | null): string {
  return usd === null ? 'unknown' : formatUsd(usd)
}
