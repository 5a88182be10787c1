'use client'

import { Plus, X } from 'lucide-react'
import { useId } from 'react'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'

/** One variable as typed. Rows may be half-filled, so this is not a record yet. */
export interface VariableRow {
  name: string
  text: string
}

export interface VariablesFieldProps {
  title: string
  hint: string
  rows: VariableRow[]
  onChange: (rows: VariableRow[]) => void
  disabled?: boolean
}

/** Names and values, a line each. */
export function VariablesField({ title, hint, rows, onChange, disabled }: VariablesFieldProps) {
  const id = useId()
  const change = (index: number, part: Partial<VariableRow>) =>
    onChange(rows.map((row, at) => (at === index ? { ...row, ...part } : row)))
  return (
    <fieldset className="grid min-w-0 gap-2" disabled={disabled} aria-describedby={id}>
      <legend className="font-medium text-sm">{title}</legend>
      <p id={id} className="text-muted-foreground text-xs">
        {hint}
      </p>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity before they have a name
        <div key={index} className="flex gap-1.5">
          <Input
            aria-label={`Name of variable ${index + 1}`}
            placeholder="name"
            autoComplete="off"
            spellCheck={false}
            value={row.name}
            onChange={(event) => change(index, { name: event.target.value })}
            className="w-2/5 font-mono text-xs"
          />
          <Input
            aria-label={`Value of variable ${index + 1}`}
            placeholder="value"
            autoComplete="off"
            value={row.text}
            onChange={(event) => change(index, { text: event.target.value })}
          />
          <Button
            variant="ghost"
            size="icon"
            aria-label={`Remove variable ${index + 1}`}
            onClick={() => onChange(rows.filter((_, at) => at !== index))}
          >
            <X aria-hidden />
          </Button>
        </div>
      ))}
      <Button size="sm" className="w-fit" onClick={() => onChange([...rows, { name: '', text: '' }])}>
        <Plus aria-hidden /> Add a variable
      </Button>
    </fieldset>
  )
}

/** Rows → record. A value that reads as a number, a boolean, null, a list or an object is one; anything else is text. */
export function variablesOf(rows: readonly VariableRow[]): Record<string, unknown> {
  const entries = rows.filter((row) => row.name.trim() !== '')
  return Object.fromEntries(entries.map((row) => [row.name.trim(), parsed(row.text)]))
}

/** Record → rows, such that {@link variablesOf} gives the same record back. */
export function rowsOf(variables: Record<string, unknown>): VariableRow[] {
  return Object.entries(variables).map(([name, value]) => ({
    name,
    text: typeof value === 'string' && parsed(value) === value ? value : JSON.stringify(value),
  }))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
