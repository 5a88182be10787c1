'use client'

import { Table, TableBody, TableCell, TableHead, TableHeaderCell, TableRow } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { AuditRecord } from '@/lib/api/contracts/audit'
import { targetOf, wordsOf } from './audit-words'

/** One row per record; what was done opens the whole of it. */
export function AuditTable({ records, onShow }: { records: AuditRecord[]; onShow: (record: AuditRecord) => void }) {
  return (
    <Table>
      <caption className="sr-only">Audit log, newest first</caption>
      <TableHead>
        <tr>
          <TableHeaderCell className="w-full">What</TableHeaderCell>
          <TableHeaderCell className="hidden sm:table-cell">Who</TableHeaderCell>
          <TableHeaderCell className="hidden lg:table-cell">From</TableHeaderCell>
          <TableHeaderCell>When</TableHeaderCell>
        </tr>
      </TableHead>
      <TableBody>
        {records.map((record) => (
          <TableRow key={record.id}>
            <TableCell className="max-w-0 py-2">
              <button
                type="button"
                onClick={() => onShow(record)}
                className="block w-full truncate rounded-sm text-left font-medium hover:underline"
              >
                {wordsOf(record)}
                {targetOf(record) ? (
                  <span className="font-normal text-muted-foreground">{`: ${targetOf(record)}`}</span>
                ) : null}
              </button>
              <p className="truncate text-muted-foreground text-xs sm:hidden">{record.actor.name}</p>
            </TableCell>
            <TableCell className="hidden max-w-48 truncate text-muted-foreground sm:table-cell">
              {record.actor.name}
            </TableCell>
            <TableCell className="hidden whitespace-nowrap font-mono text-muted-foreground text-xs lg:table-cell">
              {record.ip ?? '—'}
            </TableCell>
            <TableCell className="whitespace-nowrap text-muted-foreground">
              <Time value={record.at} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  )
}
