'use client'

import { X } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Input } from '@/components/ui/input'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { SUBJECTS } from './audit-words'

export interface AuditFiltersValue {
  /** An action, or what stands before its dot. */
  action: string
  /** Ids. */
  actor: string
  target: string
  /** Days, as the reader counts them; both are part of the time. */
  from: string
  to: string
}

const EVERYTHING = 'everything'

/** What, when; who and to whom are chosen from a record. */
export function AuditFilters({
  value,
  onChange,
}: {
  value: AuditFiltersValue
  onChange: (part: Partial<AuditFiltersValue>) => void
}) {
  const subject = value.action.split('.')[0] || EVERYTHING
  return (
    <div className="flex flex-wrap items-end gap-x-3 gap-y-2">
      <Field label="About" className="w-44 max-sm:w-full">
        <SubjectSelect value={subject} onChange={(next) => onChange({ action: next === EVERYTHING ? '' : next })} />
      </Field>
      <Field label="From" className="w-38 max-sm:flex-1">
        <Input
          type="date"
          value={value.from}
          max={value.to || undefined}
          onChange={(event) => onChange({ from: event.target.value })}
        />
      </Field>
      <Field label="To" className="w-38 max-sm:flex-1">
        <Input
          type="date"
          value={value.to}
          min={value.from || undefined}
          onChange={(event) => onChange({ to: event.target.value })}
        />
      </Field>
      {value.actor ? <Chosen words="One actor" label="All actors" onClear={() => onChange({ actor: '' })} /> : null}
      {value.target ? <Chosen words="One target" label="All targets" onClear={() => onChange({ target: '' })} /> : null}
    </div>
  )
}

interface SubjectSelectProps {
  id?: string
  'aria-describedby'?: string
  value: string
  onChange: (value: string) => void
}

function SubjectSelect({ value, onChange, ...control }: SubjectSelectProps) {
  return (
    <Select value={value} onValueChange={onChange}>
      <SelectTrigger className="w-full" {...control}>
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        <SelectItem value={EVERYTHING}>Everything</SelectItem>
        {SUBJECTS.map(({ subject, words }) => (
          <SelectItem key={subject} value={subject}>
            {words}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}

function Chosen({ words, label, onClear }: { words: string; label: string; onClear: () => void }) {
  return (
    <Button variant="secondary" aria-label={label} onClick={onClear}>
      {words}
      <X aria-hidden />
    </Button>
  )
}

/** The filters as the API takes them. Days begin and end where the reader is. */
export function queryOf(value: AuditFiltersValue): {
  limit: number
  action?: string
  actor_id?: string
  target_id?: string
  from?: string
  to?: string
} {
  const [from, to] = [dayAt(value.from, 0), dayAt(value.to, 1)]
  return {
    limit: 50,
    ...(value.action ? { action: value.action } : {}),
    ...(value.actor ? { actor_id: value.actor } : {}),
    ...(value.target ? { target_id: value.target } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  }
}

/** The beginning of a day, or of the one that follows it. */
function dayAt(day: string, later: number): string | undefined {
  const [year, month, date] = day.split('-').map(Number)
  if (!year || !month || !date || year > 9_999) return undefined
  return new Date(year, month - 1, date + later).toISOString()
}
