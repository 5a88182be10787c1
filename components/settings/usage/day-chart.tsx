'use client'

import { ChevronRight } from 'lucide-react'
import { Card } from '@/components/ui/card'
import { cn } from '@/components/ui/cn'
import { formatCount, formatUsd } from '@/components/ui/format'
import { Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '@/components/ui/table'
import type { UsageDay } from './usage-days'

const HEIGHT = 96
const STEP = 10
const BAR = 7

const PARTS = [
  { key: 'completed', words: 'completed', fill: 'fill-success', dot: 'bg-success' },
  { key: 'failed', words: 'failed', fill: 'fill-failure', dot: 'bg-failure' },
  { key: 'other', words: 'other or not ended', fill: 'fill-muted-foreground', dot: 'bg-muted-foreground' },
] as const

/** Runs of each day as stacked bars, and the same numbers as a table. */
export function DayChart({ days }: { days: UsageDay[] }) {
  const most = Math.max(1, ...days.map(runsOf))
  return (
    <section aria-label="By day" className="grid grid-cols-1 gap-2">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h2 className="font-semibold text-base">By day</h2>
        <p className="flex flex-wrap gap-x-3 text-muted-foreground text-xs">
          {PARTS.map(({ key, words, dot }) => (
            <span key={key} className="flex items-center gap-1.5">
              <span aria-hidden className={cn('size-2 rounded-xs', dot)} />
              {words}
            </span>
          ))}
        </p>
      </div>
      <Card className="px-3 pt-3 pb-2">
        <div className="flex items-stretch gap-2">
          <p
            aria-hidden
            className="flex flex-col justify-between text-right text-muted-foreground text-xs tabular-nums"
          >
            <span>{formatCount(most)}</span>
            <span>0</span>
          </p>
          <svg
            role="img"
            aria-label={`Runs by day, ${most} at most; the table below has the numbers.`}
            viewBox={`0 0 ${days.length * STEP} ${HEIGHT}`}
            preserveAspectRatio="none"
            className="h-28 min-w-0 flex-1"
          >
            <line x1="0" x2={days.length * STEP} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="stroke-border" />
            {days.map((day, index) => (
              <DayBar key={day.day} day={day} x={index * STEP + (STEP - BAR) / 2} most={most} />
            ))}
          </svg>
        </div>
        <p aria-hidden className="mt-1 flex justify-between pl-6 text-muted-foreground text-xs tabular-nums">
          <span>{days[0]?.day}</span>
          <span>{days.at(-1)?.day}</span>
        </p>
      </Card>
      <details className="group">
        <summary className="flex w-fit list-none items-center gap-1.5 rounded-md py-1 pr-2 font-medium text-muted-foreground text-sm hover:text-foreground [&::-webkit-details-marker]:hidden">
          <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
          The numbers of each day
        </summary>
        <div className="mt-2">
          <DayTable days={days} />
        </div>
      </details>
    </section>
  )
}

function DayBar({ day, x, most }: { day: UsageDay; x: number; most: number }) {
  let top = HEIGHT
  return (
    <g>
      <title>{`${day.day}: ${PARTS.map(({ key, words }) => `${day[key]} ${words}`).join(', ')}`}</title>
      <rect x={x} y={0} width={BAR} height={HEIGHT} className="fill-transparent" />
      {PARTS.map(({ key, fill }) => {
        const height = (day[key] / most) * HEIGHT
        top -= height
        return height === 0 ? null : <rect key={key} x={x} y={top} width={BAR} height={height} className={fill} />
      })}
    </g>
  )
}

function DayTable({ days }: { days: UsageDay[] }) {
  return (
    <Table>
      <caption className="sr-only">Usage by day</caption>
      <TableHead>
        <tr>
          <TableHeaderCell className="w-full">Day (UTC)</TableHeaderCell>
          <TableHeaderCell className="text-right">Runs</TableHeaderCell>
          <TableHeaderCell className="text-right">Completed</TableHeaderCell>
          <TableHeaderCell className="text-right">Failed</TableHeaderCell>
          <TableHeaderCell className="text-right">Tokens</TableHeaderCell>
          <TableHeaderCell className="text-right">Cost</TableHeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {days.toReversed().map((day) => (
          <TableRow key={day.day} className="tabular-nums">
            <TableCell className="whitespace-nowrap">{day.day}</TableCell>
            <TableCell className="text-right">{runsOf(day)}</TableCell>
            <TableCell className="text-right">{day.completed}</TableCell>
            <TableCell className="text-right">{day.failed}</TableCell>
            <TableCell className="text-right">{formatCount(day.tokens)}</TableCell>
            <TableCell className="text-right">{formatUsd(day.costUsd)}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}

function runsOf({ completed, failed, other }: UsageDay): number {
  return completed + failed + other
}
