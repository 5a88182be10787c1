'use client'

import { CalendarClock, CircleAlert } from 'lucide-react'
import { useId, useState } from 'react'
import { Input } from '@/components/ui/input'
import { Label } from '@/components/ui/label'
import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { localOf, minuteOf, SPANS, spanStart, TIMES, type Time } from './time-range'
import type { RunFilters } from './use-run-filters'

const ANY = 'any'
/** Where a custom time begins that no span came before. */
const FIRST = '24h'

interface TimeFilterProps {
  filters: RunFilters
  onChange: (part: Partial<RunFilters>) => void
}

/** When runs were made: in a span that ends now, or in a custom time. */
export function TimeFilter({ filters: { time }, onChange }: TimeFilterProps) {
  function choose(next: Time | null) {
    if (next !== 'custom') return onChange({ time: next, from: '', until: '' })
    if (time === 'custom') return
    const start = new Date(spanStart(time ?? FIRST, Date.now())).toISOString()
    onChange({ time: next, from: minuteOf(start) ?? '', until: '' })
  }
  return (
    <Select value={time ?? ANY} onValueChange={(value) => choose(TIMES.find((known) => known === value) ?? null)}>
      <SelectTrigger aria-label="Time" className="w-auto max-md:text-sm">
        <CalendarClock aria-hidden className="size-4 shrink-0 text-muted-foreground" />
        <SelectValue />
      </SelectTrigger>
      <SelectContent>
        <SelectItem value={ANY}>Any time</SelectItem>
        {TIMES.map((value) => (
          <SelectItem key={value} value={value}>
            {value === 'custom' ? 'Custom' : SPANS[value].label}
          </SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}

/** Both ends of a custom time. */
export function CustomTime({ filters: { from, until }, onChange }: TimeFilterProps) {
  const isBackwards = from !== '' && until !== '' && from >= until
  return (
    <fieldset aria-label="Custom time" className="flex w-full flex-wrap items-center gap-2">
      <Instant name="From" value={from} onChange={(next) => onChange({ from: next })} />
      <Instant name="Until" value={until} invalid={isBackwards} onChange={(next) => onChange({ until: next })} />
      {isBackwards ? (
        <p role="alert" className="flex items-center gap-1.5 text-destructive text-xs dark:text-failure">
          <CircleAlert aria-hidden className="size-3.5 shrink-0" /> This ends before it begins.
        </p>
      ) : null}
    </fieldset>
  )
}

interface InstantProps {
  name: string
  value: string
  invalid?: boolean
  onChange: (value: string) => void
}

/** A minute on the reader's clock. What is typed halfway stays as it is and counts for nothing. */
function Instant({ name, value, invalid, onChange }: InstantProps) {
  const id = useId()
  const [typed, setTyped] = useState(localOf(value))
  const [known, setKnown] = useState(value)
  if (known !== value) {
    setKnown(value)
    if ((minuteOf(typed) ?? '') !== value) setTyped(localOf(value))
  }
  return (
    <div className="flex items-center gap-1.5 max-sm:w-full">
      <Label htmlFor={id} className="font-normal text-muted-foreground max-sm:w-10">
        {name}
      </Label>
      <Input
        id={id}
        type="datetime-local"
        value={typed}
        max="9999-12-31T23:59"
        aria-invalid={invalid || undefined}
        onChange={({ target }) => {
          setTyped(target.value)
          onChange(minuteOf(target.value) ?? '')
        }}
        className="w-52 max-sm:w-auto max-sm:flex-1"
      />
    </div>
  )
}
