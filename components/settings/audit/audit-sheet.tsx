'use client'

import type { ReactNode } from 'react'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { JsonView } from '@/components/ui/json-view'
import { Sheet, SheetContent } from '@/components/ui/sheet'
import { Time } from '@/components/ui/time'
import type { AuditRecord } from '@/lib/api/contracts/audit'
import { wordsOf } from './audit-words'

interface AuditSheetProps {
  /** undefined: closed. */
  record: AuditRecord | undefined
  onClose: () => void
  onFilter: (part: { actor?: string; target?: string }) => void
}

const KINDS: Record<AuditRecord['actor']['kind'], string> = {
  user: 'Person',
  api_key: 'API key',
  oauth: 'Connected app',
  system: 'Countersign itself',
  anonymous: 'Not signed in',
}

/** All of one record, its hashes included. */
export function AuditSheet({ record, onClose, onFilter }: AuditSheetProps) {
  return (
    <Sheet open={record !== undefined} onOpenChange={(open) => (open ? undefined : onClose())}>
      <SheetContent title={record ? wordsOf(record) : ''}>
        {record ? <RecordBody record={record} onFilter={onFilter} /> : null}
      </SheetContent>
    </Sheet>
  )
}

function RecordBody({ record, onFilter }: { record: AuditRecord; onFilter: AuditSheetProps['onFilter'] }) {
  const { actor, target } = record
  return (
    <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-6">
      <dl className="grid gap-3 text-sm">
        <Entry name="When">
          <Time value={record.at} mode="local" />
        </Entry>
        <Entry name="Who">
          <p>{actor.name}</p>
          <p className="text-muted-foreground text-xs">{KINDS[actor.kind]}</p>
          {actor.id ? (
            <FilterButton words="All that they did" onClick={() => onFilter({ actor: actor.id ?? '' })} />
          ) : null}
        </Entry>
        <Entry name="To what">
          <p>{target.name || '—'}</p>
          <p className="text-muted-foreground text-xs">{target.type}</p>
          {target.id ? (
            <FilterButton words="All that was done to it" onClick={() => onFilter({ target: target.id ?? '' })} />
          ) : null}
        </Entry>
        {Object.keys(record.details).length > 0 ? (
          <Entry name="Details">
            <JsonView value={record.details} openDepth={2} label="Details" />
          </Entry>
        ) : null}
        <Entry name="Action">
          <code className="font-mono text-xs">{record.action}</code>
        </Entry>
        <Entry name="Address">
          <Exact value={record.ip} />
        </Entry>
        <Entry name="Request">
          <Exact value={record.request_id} />
        </Entry>
        <Entry name={`Hash of record ${record.seq}`}>
          <Exact value={record.hash} />
        </Entry>
        <Entry name="Hash of the record before it">
          <Exact value={record.previous_hash} />
        </Entry>
      </dl>
    </div>
  )
}

function Entry({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid gap-0.5">
      <dt className="text-muted-foreground text-xs">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  )
}

function FilterButton({ words, onClick }: { words: string; onClick: () => void }) {
  return (
    <Button variant="link" size="xs" className="px-0" onClick={onClick}>
      {words}
    </Button>
  )
}

function Exact({ value }: { value: string | null }) {
  if (value === null) return <span className="text-subtle-foreground">not known</span>
  return (
    <span className="flex items-start gap-1">
      <code className="min-w-0 break-all font-mono text-xs">{value}</code>
      <CopyButton value={value} size="icon-xs" />
    </span>
  )
}
