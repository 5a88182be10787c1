'use client'

import { useState } from 'react'
import { Duration } from '@/components/ui/duration'
import { formatUsd } from '@/components/ui/format'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import type { ComparedNode } from '@/lib/api/contracts/run-compare'
import { ValueChanges } from './value-changes'
import { VERDICTS, Verdict } from './verdict'

/** One step of both runs side by side; of a step that ran more than once, one of its items or turns. */
export function NodeComparison({ visits }: { visits: readonly ComparedNode[] }) {
  const [chosen, setChosen] = useState<string>()
  const visit =
    visits.find(({ node_key }) => node_key === chosen) ?? visits.find(({ verdict }) => verdict !== 'same') ?? visits[0]
  if (visit === undefined) {
    return <p className="text-muted-foreground text-sm">Neither run reached this step.</p>
  }
  return (
    <div className="grid gap-4">
      {visits.length > 1 ? (
        <Select value={visit.node_key} onValueChange={setChosen}>
          <SelectTrigger aria-label="Item or turn">
            <SelectValue />
          </SelectTrigger>
          <SelectContent>
            {visits.map(({ node_key, path, verdict }) => (
              <SelectItem key={node_key} value={node_key}>
                {path.join(' / ')} · {VERDICTS[verdict].label}
              </SelectItem>
            ))}
          </SelectContent>
        </Select>
      ) : null}
      <Verdict verdict={visit.verdict} />
      <table className="w-full text-left text-xs">
        <thead className="text-muted-foreground">
          <tr>
            <td />
            <th scope="col" className="pb-1 font-medium">
              A
            </th>
            <th scope="col" className="pb-1 font-medium">
              B
            </th>
          </tr>
        </thead>
        <tbody className="[&_td]:py-1 [&_td]:pr-2 [&_td]:align-top [&_th]:py-1 [&_th]:pr-2 [&_th]:font-normal [&_th]:text-muted-foreground [&_tr]:border-t">
          <Row name="Status" visit={visit} show={(side) => side.status} />
          <Row name="Attempts" visit={visit} show={(side) => side.attempts} />
          <Row
            name="Took"
            visit={visit}
            show={(side) => (side.duration_ms === null ? '—' : <Duration ms={side.duration_ms} />)}
          />
          <Row name="Tokens" visit={visit} show={(side) => side.tokens} />
          <Row name="Cost" visit={visit} show={(side) => formatUsd(side.cost_usd)} />
          <Row name="Error" visit={visit} show={(side) => side.error?.message ?? '—'} />
        </tbody>
      </table>
      {visit.input ? <ValueChanges title="Input" diff={visit.input} /> : null}
      {visit.output ? <ValueChanges title="Output" diff={visit.output} /> : null}
    </div>
  )
}

type Side = NonNullable<ComparedNode['a']>

function Row(props: { name: string; visit: ComparedNode; show: (side: Side) => React.ReactNode }) {
  const { a, b } = props.visit
  return (
    <tr>
      <th scope="row">{props.name}</th>
      <td className="wrap-anywhere w-2/5">{a ? props.show(a) : '—'}</td>
      <td className="wrap-anywhere w-2/5">{b ? props.show(b) : '—'}</td>
    </tr>
  )
}
